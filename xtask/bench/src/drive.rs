//! Makes one call repeatedly, on one thread, and reports its cost.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::{
    Failure,
    callers::{Call, Caller},
    clock,
    settings::Settings,
    work::runtime,
};

/// The allocations since the process started.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Allocated {
    /// The number of allocations.
    pub count: usize,
    /// The number of allocated bytes.
    pub bytes: usize,
}

impl Allocated {
    /// Makes a count from the number of allocations and the number of all allocated bytes.
    #[must_use]
    pub fn new(count: usize, bytes: usize) -> Self {
        Self { count, bytes }
    }
}

/// The plan of a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    call: Call,
    /// The number of calls, after the warm-up calls.
    count: u64,
    /// The number of concurrent calls.
    in_flight: u64,
    counter: Option<fn() -> Allocated>,
}

/// The measured cost of the calls.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The number of calls.
    pub calls: u64,
    /// The total time of the calls.
    pub seconds: f64,
    /// Half of the calls took at most this time.
    pub median_seconds: f64,
    /// 99 % of the calls took at most this time.
    pub p99_seconds: f64,
    /// Allocations per call, if the process counts them.
    pub allocations: f64,
    /// Allocated bytes per call, if the process counts them.
    pub bytes: f64,
}

/// The number of warm-up calls. It is enough to fill the pool of connections and the caches of the allocator.
const WARM_UP: u64 = 100;

impl Plan {
    pub(crate) fn read(
        settings: &Settings,
        counter: Option<fn() -> Allocated>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            call: settings.get("call")?,
            count: settings.get("count")?,
            in_flight: settings.get("in-flight")?,
            counter,
        })
    }

    /// Reads the plan and the address of the server from the arguments of the program: `call=… count=… in-flight=… url=…`.
    ///
    /// This is for other programs that measure their own client.
    ///
    /// # Errors
    ///
    /// Fails if an argument is missing or can't be read.
    pub fn from_arguments(counter: Option<fn() -> Allocated>) -> Result<(Self, String), Failure> {
        let settings = Settings::read(std::env::args().skip(2))?;
        Ok((
            Self::read(&settings, counter)?,
            settings.text("url")?.to_owned(),
        ))
    }
}

/// Runs a plan.
///
/// # Errors
///
/// Returns the first failure of a call, or the first unexpected response.
pub fn run(caller: &impl Caller, plan: &Plan) -> Result<Outcome, Failure> {
    runtime()?.block_on(async {
        for _ in 0..WARM_UP {
            caller.call(plan.call).await?;
        }
        if plan.in_flight <= 1 {
            one_by_one(caller, plan).await
        } else {
            at_once(caller, plan).await
        }
    })
}

/// Runs a plan, and prints the cost for the process that started this one.
///
/// # Errors
///
/// The same errors as [`run`].
pub fn report(caller: &impl Caller, plan: &Plan) -> Result<(), Failure> {
    crate::measured::tell(&run(caller, plan)?)
}

async fn one_by_one(caller: &impl Caller, plan: &Plan) -> Result<Outcome, Failure> {
    let calls = usize::try_from(plan.count)?;
    let mut times = Vec::with_capacity(calls);
    let before = plan.counter.map(|counter| counter());
    let began = clock::now();
    for _ in 0..plan.count {
        let began = clock::now();
        caller.call(plan.call).await?;
        times.push(began.elapsed());
    }
    let seconds = began.elapsed().as_secs_f64();
    let after = plan.counter.map(|counter| counter());
    times.sort_unstable();
    let at = |index: usize| times.get(index).map_or(0.0, Duration::as_secs_f64);
    let each = |of: fn(Allocated) -> usize| match (before, after) {
        (Some(before), Some(after)) => (of(after) - of(before)) as f64 / calls as f64,
        _ => 0.0,
    };
    Ok(Outcome {
        calls: plan.count,
        seconds,
        median_seconds: at(calls / 2),
        p99_seconds: at(calls * 99 / 100),
        allocations: each(|allocated| allocated.count),
        bytes: each(|allocated| allocated.bytes),
    })
}

/// Runs one task for each of the plan's concurrent calls. Each task makes calls one after another, until all calls are made.
async fn at_once(caller: &impl Caller, plan: &Plan) -> Result<Outcome, Failure> {
    // All connections are made before the clock starts.
    work(caller, plan, plan.in_flight * 2).await?;
    let began = clock::now();
    work(caller, plan, plan.count).await?;
    Ok(Outcome {
        calls: plan.count,
        seconds: began.elapsed().as_secs_f64(),
        ..Outcome::default()
    })
}

async fn work(caller: &impl Caller, plan: &Plan, calls: u64) -> Result<(), Failure> {
    let begun = Arc::new(AtomicU64::new(0));
    let call = plan.call;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..plan.in_flight {
        let (caller, begun) = (caller.clone(), Arc::clone(&begun));
        tasks.spawn(async move {
            while begun.fetch_add(1, Ordering::Relaxed) < calls {
                caller.call(call).await?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(outcome) = tasks.join_next().await {
        outcome??;
    }
    Ok(())
}
