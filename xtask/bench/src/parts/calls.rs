//! What a call costs that does not depend on the weather: instructions and allocations.

use std::{fs, process::Command};

use super::{
    Options,
    clients::{Client, in_turn},
};
use crate::{
    Failure,
    callers::Call,
    drive::Outcome,
    process::{self, Server},
    report::{Figure, Plot, PlotKind, Report, Series, Target, folder},
    spread::Spread,
};

/// The tool that counts instructions.
const VALGRIND: &str = "valgrind";

/// So many calls are made in the shorter and in the longer run; the difference is free of what happens once.
const FEW: u64 = 100;
const MANY: u64 = 600;

/// So many calls are made to count allocations, after the warm-up.
const CALLS: u64 = 1_000;

/// What one client takes for one call, round by round.
struct Taken {
    client: Client,
    values: Vec<f64>,
}

pub(crate) fn instructions(options: &Options, report: &mut Report) -> Result<(), Failure> {
    if process::output(Command::new(VALGRIND).arg("--version")).is_err() {
        report.remark("`valgrind` is not installed, so nothing was counted");
        return Ok(());
    }
    let server = process::server(0, 0)?;
    let mut columns = Vec::new();
    for call in Call::ALL {
        let taken = rounds(options.rounds(3), |client| {
            let few = count_instructions(client, call, FEW, &server)?;
            let many = count_instructions(client, call, MANY, &server)?;
            #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
            Ok((many - few) as f64 / (MANY - FEW) as f64)
        })?;
        let measure = format!("instructions a call, {}", call.title());
        report.figure(against_hand(
            &measure,
            &taken,
            Target::AtMost(1.0),
            |value| format!("{:.1} k", value / 1_000.0),
        ));
        columns.push(taken);
    }
    report.plot = Some(bars(
        "Instructions a call",
        "thousand instructions",
        &columns,
        1e-3,
    ));
    Ok(())
}

pub(crate) fn allocations(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let server = process::server(0, 0)?;
    let mut columns = Vec::new();
    for call in Call::ALL {
        let mut bytes: Vec<Taken> = Vec::new();
        let taken = rounds(options.rounds(3), |client| {
            let mut command = client.drive("bench-counts", call, CALLS, 1, server.url())?;
            let outcome: Outcome = process::measure(&mut command)?;
            keep(&mut bytes, client, outcome.bytes);
            Ok(outcome.allocations)
        })?;
        let measure = format!("allocations a call, {}", call.title());
        report.figure(against_hand(
            &measure,
            &taken,
            Target::AtMost(1.0),
            |value| format!("{value:.1}"),
        ));
        let measure = format!("bytes allocated a call, {}", call.title());
        report.figure(against_hand(
            &measure,
            &bytes,
            Target::AtMost(1.0),
            |value| format!("{:.1} kB", value / 1_000.0),
        ));
        columns.push(taken);
    }
    report.plot = Some(bars("Allocations a call", "allocations", &columns, 1.0));
    Ok(())
}

/// Measures every client in every round.
fn rounds(
    rounds: usize,
    mut measure: impl FnMut(Client) -> Result<f64, Failure>,
) -> Result<Vec<Taken>, Failure> {
    let mut taken = Vec::new();
    for round in 0..rounds {
        for client in in_turn(&Client::ALL, round) {
            keep(&mut taken, client, measure(client)?);
        }
    }
    Ok(taken)
}

fn keep(taken: &mut Vec<Taken>, client: Client, value: f64) {
    match taken.iter_mut().find(|taken| taken.client == client) {
        Some(taken) => taken.values.push(value),
        None => taken.push(Taken {
            client,
            values: vec![value],
        }),
    }
}

fn of(taken: &[Taken], client: Client) -> &[f64] {
    let found = taken.iter().find(|taken| taken.client == client);
    found
        .map(|taken| taken.values.as_slice())
        .unwrap_or_default()
}

/// The project's client beside the hand-written one; what each takes is the detail.
fn against_hand(
    measure: &str,
    taken: &[Taken],
    target: Target,
    write: impl Fn(f64) -> String,
) -> Figure {
    let ratio = Spread::of_ratios(of(taken, Client::Ours), of(taken, Client::Hand));
    let each = Client::ALL.into_iter().map(|client| {
        let median = Spread::of(of(taken, client).iter().copied()).median;
        format!("{} {}", client.title(), write(median))
    });
    Figure::ratio(measure, target, ratio).detail(each.collect::<Vec<_>>().join(", "))
}

fn bars(title: &str, axis: &str, columns: &[Vec<Taken>], scale: f64) -> Plot {
    let series = Client::ALL.into_iter().map(|client| {
        let medians = columns.iter().map(|taken| {
            let values = of(taken, client).iter().copied();
            Some(Spread::of(values).median * scale)
        });
        Series {
            name: client.title().to_owned(),
            values: medians.collect(),
        }
    });
    Plot {
        title: title.to_owned(),
        kind: PlotKind::Bars,
        axis: axis.to_owned(),
        labels: Call::ALL
            .iter()
            .map(|call| call.title().to_owned())
            .collect(),
        series: series.collect(),
    }
}

/// The instructions of a whole process, as callgrind counts them.
fn count_instructions(
    client: Client,
    call: Call,
    count: u64,
    server: &Server,
) -> Result<u64, Failure> {
    fs::create_dir_all(folder())?;
    let file = folder().join("callgrind.out");
    let driven = client.drive("bench", call, count, 1, server.url())?;
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
