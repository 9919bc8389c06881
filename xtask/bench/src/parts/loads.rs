//! Measures the latency of a call, alone and among many.

use super::{
    Options,
    clients::{Client, Clients, Counting, Taken, plot},
};
use crate::{
    Failure,
    callers::Call,
    drive::Outcome,
    process,
    report::{PlotKind, Report, Target, seconds},
};

/// The number of calls per round, one after another.
const CALLS: u64 = 4_000;

/// The numbers of concurrent calls.
const IN_FLIGHT: [u64; 4] = [1, 8, 64, 512];

/// The number of calls per round, for any concurrency.
const CALLS_AT_ONCE: u64 = 15_000;

pub(crate) fn latency(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let clients = Clients::prepare(report);
    let server = process::server(0, 0)?;
    let mut columns = Vec::new();
    for call in Call::ALL {
        let (mut medians, mut p99s) = (Taken::default(), Taken::default());
        for round in 0..options.rounds(9) {
            for client in clients.in_turn(call, round) {
                let plan = (CALLS, 1);
                let mut command = clients.drive(client, Counting::Off, call, plan, server.url())?;
                let outcome: Outcome = process::measure(&mut command)?;
                medians.keep(client, outcome.median_seconds);
                p99s.keep(client, outcome.p99_seconds);
            }
        }
        let measure = format!("median latency, {}", call.title());
        report.figure(medians.against(Client::Hand, &measure, Target::AtMost(1.0), seconds));
        report.figure(medians.against(Client::Hyper, &measure, Target::None, seconds));
        let measure = format!("99th percentile of the latency, {}", call.title());
        report.figure(p99s.against(Client::Hand, &measure, Target::None, seconds));
        columns.push((call.title().to_owned(), medians));
    }
    let titles = ("Median latency of calls one after another", "microseconds");
    report.plot = Some(plot(PlotKind::Bars, titles, &columns, 1e6));
    Ok(())
}

pub(crate) fn throughput(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let clients = Clients::prepare(report);
    let server = process::server(0, 0)?;
    let call = Call::JsonWrite;
    let mut columns = Vec::new();
    for in_flight in IN_FLIGHT {
        let mut taken = Taken::default();
        for round in 0..options.rounds(7) {
            for client in clients.in_turn(call, round) {
                let plan = (CALLS_AT_ONCE, in_flight);
                let mut command = clients.drive(client, Counting::Off, call, plan, server.url())?;
                let outcome: Outcome = process::measure(&mut command)?;
                taken.keep(client, outcome.calls as f64 / outcome.seconds);
            }
        }
        let measure = format!("calls per second, {in_flight} in flight, {}", call.title());
        let write = |value: f64| format!("{value:.0}");
        report.figure(taken.against(Client::Hand, &measure, Target::AtLeast(1.0), write));
        report.figure(taken.against(Client::Hyper, &measure, Target::None, write));
        columns.push((in_flight.to_string(), taken));
    }
    let titles = (
        "JSON writes per second, by calls in flight",
        "calls per second",
    );
    report.plot = Some(plot(PlotKind::Lines, titles, &columns, 1.0));
    Ok(())
}
