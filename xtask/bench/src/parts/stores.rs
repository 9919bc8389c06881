//! Measures the cost of a shared quota and a shared ledger.

use std::process::Command;

use testkit::{Postgres, Redis};

use super::Options;
use crate::{
    Failure, process,
    report::{Figure, Report, Target, Unit, seconds},
    spread::Spread,
    work::stores::Used,
};

/// The numbers of concurrent workers, and of calls of each worker.
const WORKERS: [(usize, usize); 3] = [(1, 500), (8, 200), (64, 40)];

/// The provider's time and the number of calls, in the measurement with a slow provider.
const PROVIDER_MS: u64 = 20;
const CALLS: usize = 100;

pub(crate) fn stores(options: &Options, report: &mut Report) -> Result<(), Failure> {
    let Some(database) = Postgres::start_durable("bench") else {
        report.remark("skipped: no PostgreSQL server is installed");
        return Ok(());
    };
    // The greatest number of workers, with two connections each, needs more connections than the server allows by
    // default. Therefore the server is restarted with a higher limit.
    database.kill();
    database.begin_with("-c max_connections=200");
    let redis = Redis::start("bench");
    if redis.is_none() {
        report.remark("no Redis server is installed");
    }
    let measure =
        |server: &process::Server, workers, count, run: String| -> Result<Used, Failure> {
            let mut command = Command::new(process::program("bench")?);
            command.args([
                "use-stores".to_owned(),
                format!("url={}", server.url()),
                format!("database={}", database.configuration()),
                format!(
                    "redis={}",
                    redis.as_ref().map_or("none".to_owned(), Redis::url)
                ),
                format!("workers={workers}"),
                format!("count={count}"),
                format!("run={run}"),
            ]);
            process::measure(&mut command)
        };
    let rounds = options.rounds(5);
    let median = |values: &[f64]| Spread::of(values.iter().copied()).median;

    let server = process::server(PROVIDER_MS, 0)?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let used = measure(&server, 1, CALLS, format!("slow-{round}"))?;
        with.push(used.once);
        without.push(used.plain);
    }
    report.figure(
        Figure::ratio(
            format!("a write with a ledger in PostgreSQL ÷ without, at a provider that takes {PROVIDER_MS} ms"),
            Target::AtMost(1.10),
            Spread::of_ratios(&with, &without),
        )
        .detail(format!(
            "{} and {} per write",
            seconds(median(&with) / CALLS as f64),
            seconds(median(&without) / CALLS as f64)
        )),
    );

    let server = process::server(0, 0)?;
    for (workers, count) in WORKERS {
        let (mut grants, mut redis_grants) = (Vec::new(), Vec::new());
        let (mut once, mut plain) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            let used = measure(&server, workers, count, format!("{workers}-{round}"))?;
            let each = |time: f64| (workers * count) as f64 / time;
            grants.push(each(used.grants));
            redis_grants.extend(used.redis_grants.map(each));
            once.push(each(used.once));
            plain.push(each(used.plain));
        }
        let figure = |measure: String, values: &[f64]| {
            Figure::ratio(measure, Target::None, Spread::of(values.iter().copied()))
                .unit(Unit::Count)
        };
        let workers = match workers {
            1 => "1 worker".to_owned(),
            many => format!("{many} workers"),
        };
        report.figure(figure(
            format!("slots granted and given back per second, PostgreSQL, {workers}"),
            &grants,
        ));
        if !redis_grants.is_empty() {
            report.figure(figure(
                format!("slots granted and given back per second, Redis, {workers}"),
                &redis_grants,
            ));
        }
        // The ledger's share of the time of a write. The rest is spent on the call itself.
        let share = 1.0 - median(&once) / median(&plain);
        report.figure(
            figure(
                format!("writes with a ledger in PostgreSQL per second, {workers}"),
                &once,
            )
            .detail(format!(
                "{:.0} without; the store's share of the time is {:.0} %",
                median(&plain),
                share * 100.0
            )),
        );
    }
    Ok(())
}
