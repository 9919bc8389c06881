//! Measures the overhead of limiter and session per call, and of a ledger per run.

use std::{fs, process::Command};

use super::Options;
use crate::{
    Failure, process,
    report::{Figure, Report, Target, Unit, folder, seconds},
    spread::Spread,
    work::{
        limits::{Limits, WAITERS},
        send_all::SentAll,
    },
};

/// The server's time for an invitation.
const SERVER_MS: u64 = 20;

/// The number of invitations, and the number of those that are sent concurrently. The first run is long. The second
/// sends one at a time, which is the default, and is shorter to save time.
const RUNS: [(u64, usize); 2] = [(10_000, 16), (1_000, 1)];

/// The maximum cost of a limiter and a session.
const A_MICROSECOND: Target = Target::AtMost(1e-6);

pub(crate) fn send_all(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let server = process::server(SERVER_MS, 0)?;
    fs::create_dir_all(folder())?;
    let path = folder().join("send-all.ledger");
    for (count, in_flight) in RUNS {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for round in 0..options.rounds(3) {
            let run = |ledger: &str| -> Result<f64, Failure> {
                let mut command = Command::new(process::program("bench")?);
                command.args([
                    "send-invitations".to_owned(),
                    format!("url={}", server.url()),
                    format!("count={count}"),
                    format!("in-flight={in_flight}"),
                    format!("ledger={ledger}"),
                ]);
                let sent: SentAll = process::measure(&mut command)?;
                Ok(sent.seconds)
            };
            let new = path.to_str().ok_or("the path of the ledger is not text")?;
            // In every other round, the run with the ledger is the first one.
            if round % 2 == 0 {
                without.push(run("none")?);
            }
            if path.exists() {
                fs::remove_file(&path)?;
            }
            with.push(run(new)?);
            if round % 2 == 1 {
                without.push(run("none")?);
            }
        }
        let median = |values: &[f64]| seconds(Spread::of(values.iter().copied()).median);
        report.figure(
            Figure::ratio(
                format!(
                    "sending {count} invitations, {in_flight} in flight, with a ledger ÷ without"
                ),
                Target::AtMost(1.05),
                Spread::of_ratios(&with, &without),
            )
            .detail(format!("{} and {}", median(&with), median(&without))),
        );
    }
    fs::remove_file(&path)?;
    Ok(())
}

pub(crate) fn limits(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let rounds = options.rounds(21);
    let mut command = Command::new(process::program("bench")?);
    let limits: Limits =
        process::measure(command.args(["pass-limits".to_owned(), format!("rounds={rounds}")]))?;
    for (measure, values) in [
        (
            "taking and returning a permit without competition, under a limit on calls in flight",
            limits.in_flight,
        ),
        (
            "taking and returning a permit without competition, under a limit on calls per minute",
            limits.a_minute,
        ),
        ("reading the token of a session", limits.session),
    ] {
        let figure = Figure::ratio(measure, A_MICROSECOND, Spread::of(values));
        report.figure(figure.unit(Unit::Seconds));
    }
    let each = |waiters: u64| {
        let wake_ups = limits.wake_ups.get(&waiters).copied().unwrap_or_default();
        wake_ups as f64 / waiters as f64
    };
    let [few, many, most] = WAITERS.map(each);
    let measure = "wake-ups per permit among 1,000 waiters for 10 permits";
    report.figure(
        Figure::ratio(measure, Target::None, Spread::exact(many))
            .detail(format!("{few:.2} among 100, {most:.2} among 10,000")),
    );
    let measure = "wake-ups per permit among 10,000 waiters ÷ among 1,000";
    report.figure(Figure::ratio(
        measure,
        Target::AtMost(1.1),
        Spread::exact(most / many),
    ));
    Ok(())
}
