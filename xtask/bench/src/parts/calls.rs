//! The costs of a call that do not depend on the machine's load: instructions and allocations.

use std::{fs, process::Command};

use super::{
    Options,
    clients::{Client, Clients, Counting, Taken, plot},
};
use crate::{
    Failure,
    callers::Call,
    drive::Outcome,
    process,
    report::{PlotKind, Report, Target, folder},
};

/// The tool that counts instructions.
const VALGRIND: &str = "valgrind";

/// The number of calls in the shorter and in the longer run. The difference between the runs contains no one-time
/// costs.
const FEW: u64 = 100;
const MANY: u64 = 600;

/// The number of calls for counting allocations, after the warm-up.
const CALLS: u64 = 1_000;

pub(crate) fn instructions(options: &Options, report: &mut Report) -> Result<(), Failure> {
    if process::output(Command::new(VALGRIND).arg("--version")).is_err() {
        report.remark("`valgrind` is not installed, so no instructions were counted");
        return Ok(());
    }
    let clients = Clients::prepare(report);
    let server = process::server(0, 0)?;
    let mut columns = Vec::new();
    for call in Call::ALL {
        let mut taken = Taken::default();
        for round in 0..options.rounds(3) {
            for client in clients.in_turn(call, round) {
                let count = |calls| {
                    let plan = (calls, 1);
                    count_instructions(&clients.drive(
                        client,
                        Counting::Off,
                        call,
                        plan,
                        server.url(),
                    )?)
                };
                let (few, many) = (count(FEW)?, count(MANY)?);
                taken.keep(client, (many - few) as f64 / (MANY - FEW) as f64);
            }
        }
        let measure = format!("instructions per call, {}", call.title());
        report.figure(
            taken.against(Client::Hand, &measure, Target::AtMost(1.0), |value| {
                format!("{:.1} k", value / 1_000.0)
            }),
        );
        columns.push((call.title().to_owned(), taken));
    }
    let titles = ("Instructions per call", "thousand instructions");
    report.plot = Some(plot(PlotKind::Bars, titles, &columns, 1e-3));
    Ok(())
}

pub(crate) fn allocations(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let clients = Clients::prepare(report);
    let server = process::server(0, 0)?;
    let mut columns = Vec::new();
    for call in Call::ALL {
        let (mut taken, mut bytes) = (Taken::default(), Taken::default());
        for round in 0..options.rounds(3) {
            for client in clients.in_turn(call, round) {
                let plan = (CALLS, 1);
                let mut command = clients.drive(client, Counting::On, call, plan, server.url())?;
                let outcome: Outcome = process::measure(&mut command)?;
                taken.keep(client, outcome.allocations);
                bytes.keep(client, outcome.bytes);
            }
        }
        let at_most = Target::AtMost(1.0);
        let measure = format!("allocations per call, {}", call.title());
        report.figure(taken.against(Client::Hand, &measure, at_most, |value| {
            format!("{value:.1}")
        }));
        let measure = format!("bytes allocated per call, {}", call.title());
        report.figure(bytes.against(Client::Hand, &measure, at_most, |value| {
            format!("{:.1} kB", value / 1_000.0)
        }));
        columns.push((call.title().to_owned(), taken));
    }
    let titles = ("Allocations per call", "allocations");
    report.plot = Some(plot(PlotKind::Bars, titles, &columns, 1.0));
    Ok(())
}

/// Returns the instructions of a whole process, as callgrind counts them.
fn count_instructions(driven: &Command) -> Result<u64, Failure> {
    fs::create_dir_all(folder())?;
    let file = folder().join("callgrind.out");
    let mut command = Command::new(VALGRIND);
    command
        .args(["--quiet", "--tool=callgrind"])
        .arg(format!("--callgrind-out-file={}", file.display()))
        .arg(driven.get_program())
        .args(driven.get_args());
    process::output(&mut command)?;
    let profile = fs::read_to_string(&file)?;
    fs::remove_file(&file)?;
    let total = profile
        .lines()
        .find_map(|line| line.strip_prefix("totals: "));
    let total = total.and_then(|total| total.trim().parse().ok());
    total.ok_or_else(|| "callgrind's profile has no total".into())
}
