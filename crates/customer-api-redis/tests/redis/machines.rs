//! Many machines with one quota. Each has its own connection.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use customer_api_core::{
    rate_limit::{PermitRequest, RateLimiter as _},
    time::Deadline,
};
use testkit::Redis;
use tokio::task::JoinSet;

use crate::{HOUR, quota};

const MACHINES: usize = 8;
const TASKS: usize = 8;
const ATTEMPTS: usize = 20;
const ROUNDS: usize = 4;
const WINDOW: Duration = Duration::from_millis(800);

/// The number of attempts per run.
const ALL: usize = ATTEMPTS * ROUNDS;

/// The time at which each attempt reached the provider.
async fn run(server: &Redis) -> Vec<Duration> {
    let clock = Deadline::after(HOUR);
    let left = Arc::new(Mutex::new(ALL));
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for _ in 0..MACHINES {
        let quota = quota(server, ATTEMPTS, WINDOW);
        for _ in 0..TASKS {
            let (quota, left, seen) = (quota.clone(), Arc::clone(&left), Arc::clone(&seen));
            tasks.spawn(async move {
                let next = || {
                    let mut left = left.lock().unwrap();
                    *left = left.checked_sub(1)?;
                    Some(())
                };
                while next().is_some() {
                    let request = PermitRequest::new("reads", Deadline::after(HOUR), HOUR);
                    let permit = quota.acquire(&request).await.unwrap();
                    seen.lock().unwrap().push(clock.elapsed());
                    // The permit counts as used.
                    drop(permit);
                }
                quota.flush().await;
            });
        }
    }
    tasks.join_all().await;
    let mut seen = std::mem::take(&mut *seen.lock().unwrap());
    seen.sort();
    seen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_never_exceed_a_quota_and_hardly_waste_any() {
    let mut last = Vec::new();
    // The waste depends on the load of the computer. Therefore one good run of three is enough.
    for number in 0..3 {
        let Some(server) = Redis::start(&format!("machines-{number}")) else {
            return;
        };
        let seen = run(&server).await;
        assert_eq!(seen.len(), ALL);
        for pair in seen.windows(ATTEMPTS + 1) {
            let apart = pair[ATTEMPTS] - pair[0];
            assert!(apart >= WINDOW, "{apart:?}");
        }
        // The shortest time in which the quota allows this number.
        let ideal = WINDOW * (ROUNDS as u32 - 1);
        let took = seen[ALL - 1] - seen[0];
        if took <= ideal.mul_f64(1.05) {
            return;
        }
        last.push(took);
    }
    panic!("more than 5 % of the quota was wasted: {last:?}");
}
