//! Makes one call over and over, on one thread, and says what it took.

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

/// What was allocated since a process began.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Allocated {
    /// How often memory was asked for.
    pub count: usize,
    /// How much of it.
    pub bytes: usize,
}

impl Allocated {
    /// So many allocations of so many bytes together.
    #[must_use]
    pub fn new(count: usize, bytes: usize) -> Self {
        Self { count, bytes }
    }
}

/// What to do.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    call: Call,
    /// How many calls, after as many as are needed to be warm.
    count: u64,
    /// How many of them at once.
    in_flight: u64,
    counter: Option<fn() -> Allocated>,
}

/// What it took.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Outcome {
    /// How many calls were made.
    pub calls: u64,
    /// How long all of them took together.
    pub seconds: f64,
    /// Half of the calls took no longer than this.
    pub median_seconds: f64,
    /// All but one in a hundred took no longer than this.
    pub p99_seconds: f64,
    /// Allocations a call, if the process counts them.
    pub allocations: f64,
    /// Bytes asked for a call, if the process counts them.
    pub bytes: f64,
}

/// Enough for the connection, the pool and the caches of the allocator.
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

    /// The plan in the arguments of a program, the address of the server, and what is measured with.
    ///
    /// For programs outside this one that measure a client of their own: `call=… count=… in-flight=… url=…`.
    ///
    /// # Errors
    ///
    /// If an argument is missing or can't be read.
    pub fn from_arguments(counter: Option<fn() -> Allocated>) -> Result<(Self, String), Failure> {
        let settings = Settings::read(std::env::args().skip(2))?;
        Ok((
            Self::read(&settings, counter)?,
            settings.text("url")?.to_owned(),
        ))
    }
}

/// Carries out a plan.
///
/// # Errors
///
/// The first call that fails, or whose response is not the expected one.
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

/// Carries out a plan and prints what it took, for the part that started this process.
///
/// # Errors
///
/// As [`run`].
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

/// So many tasks, each of which makes call after call until all are made.
async fn at_once(caller: &impl Caller, plan: &Plan) -> Result<Outcome, Failure> {
    // Connects all of them before the clock starts.
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
