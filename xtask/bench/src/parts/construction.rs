//! Measures the cost of making a client.

use std::{collections::BTreeMap, fs, process::Command};

use super::Options;
use crate::{
    Failure, process,
    report::{Figure, Report, Target, folder, seconds},
    spread::Spread,
    work::construct::Constructed,
};

/// The tool that shows which files are opened.
const STRACE: &str = "strace";

/// The number of clients in one process.
const CLIENTS: u32 = 10;

/// The usual places of root certificates.
const CERTIFICATES: [&str; 3] = ["/ssl/", "/pki/", "/certs/"];

pub(crate) fn construction(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let mut first: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut later: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for round in 0..options.rounds(15) {
        let mut clients = ["ours", "hand"];
        clients.rotate_left(round % 2);
        for client in clients {
            let made: Constructed = process::measure(&mut construct(client, CLIENTS)?)?;
            let mut made = made.seconds.into_iter();
            first.entry(client).or_default().extend(made.next());
            later
                .entry(client)
                .or_default()
                .push(Spread::of(made).median);
        }
    }
    for (measure, taken) in [
        (
            "making the first client of a process ÷ reqwest's builder",
            first,
        ),
        ("making each further client ÷ reqwest's builder", later),
    ] {
        let of = |client: &str| taken.get(client).map(Vec::as_slice).unwrap_or_default();
        let median = |client: &str| seconds(Spread::of(of(client).iter().copied()).median);
        let ratio = Spread::of_ratios(of("ours"), of("hand"));
        report.figure(Figure::ratio(measure, Target::None, ratio).detail(format!(
            "{} and {}",
            median("ours"),
            median("hand")
        )));
    }
    certificates(report)
}

/// Counts the system calls that open files of root certificates, to see whether further clients open them again.
fn certificates(report: &mut Report) -> Result<(), Failure> {
    if process::output(Command::new(STRACE).arg("--version")).is_err() {
        report.remark(
            "`strace` is not installed, so the loads of the root certificates were not counted",
        );
        return Ok(());
    }
    for (client, target) in [("ours", Target::AtMost(1.0)), ("hand", Target::None)] {
        let one = f64::from(opened(client, 1)?);
        let many = f64::from(opened(client, CLIENTS)?);
        let whose = if client == "ours" {
            "this project's clients"
        } else {
            "reqwest's own clients"
        };
        let measure =
            format!("root certificate files opened by {CLIENTS} of {whose} ÷ those opened by one");
        report.figure(
            Figure::ratio(measure, target, Spread::exact(many / one.max(1.0)))
                .detail(format!("{many:.0} and {one:.0}, counted by `strace`")),
        );
    }
    Ok(())
}

fn opened(client: &str, clients: u32) -> Result<u32, Failure> {
    fs::create_dir_all(folder())?;
    let file = folder().join("strace.out");
    let construct = construct(client, clients)?;
    let mut command = Command::new(STRACE);
    command
        .args(["-f", "-e", "trace=open,openat", "-o"])
        .arg(&file)
        .arg(construct.get_program())
        .args(construct.get_args());
    process::output(&mut command)?;
    let trace = fs::read_to_string(&file)?;
    fs::remove_file(&file)?;
    let is_certificate = |line: &&str| {
        !line.contains("ENOENT") && CERTIFICATES.iter().any(|folder| line.contains(folder))
    };
    Ok(u32::try_from(trace.lines().filter(is_certificate).count())?)
}

fn construct(client: &str, count: u32) -> Result<Command, Failure> {
    let mut command = Command::new(process::program("bench")?);
    command.args([
        "construct-clients".to_owned(),
        format!("client={client}"),
        format!("count={count}"),
    ]);
    Ok(command)
}
