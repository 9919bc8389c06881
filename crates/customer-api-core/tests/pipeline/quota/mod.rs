//! A quota of `attempts` per `window`: never more as the server sees it, little less, fair, and refused in time.

mod at_once;
mod shared;
mod shared_queue;
mod stops;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use customer_api_core::{
    Client, Delivery, ErrorKind,
    auth::KeyCredential,
    rate_limit::{Feedback, Permit, PermitRequest, Quota, RateLimiter},
    time::Deadline,
    transport::{Body, ScriptedResponse, ScriptedTransport, Transport, TransportError},
};

use crate::support::{Shop, builder, count};

const MINUTE: Duration = Duration::from_secs(60);

fn ask(class: &'static str, deadline: Deadline) -> PermitRequest {
    PermitRequest::new(class, deadline, Duration::from_secs(30))
}

/// A server behind a network that delays every request and every response by 0 to 50 ms.
#[derive(Clone, Debug)]
struct Jittery {
    since: Deadline,
    seen: Arc<Mutex<Vec<Duration>>>,
}

impl Jittery {
    fn new() -> Self {
        Self {
            since: Deadline::after(Duration::MAX),
            seen: Arc::default(),
        }
    }

    /// Different for every request, and the same in every run.
    fn delay(&self, seed: usize) -> Duration {
        Duration::from_millis((seed as u64 * 7_919 + 13) % 51)
    }
}

#[async_trait]
impl Transport for Jittery {
    async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
        let seed = self.seen.lock().unwrap().len();
        tokio::time::sleep(self.delay(seed)).await;
        self.seen.lock().unwrap().push(self.since.elapsed());
        tokio::time::sleep(self.delay(seed + 1)).await;
        Ok(http::Response::new(Body::new("7")))
    }
}

fn most_in_a_minute(seen: &[Duration]) -> usize {
    seen.iter()
        .map(|start| {
            seen.iter()
                .filter(|time| *time >= start && **time < *start + MINUTE)
                .count()
        })
        .max()
        .unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn two_hundred_tasks_never_exceed_twenty_a_minute_and_waste_little() {
    let server = Jittery::new();
    let shop = Client::builder(Shop, KeyCredential::bearer("key"))
        .transport(server.clone())
        .rate_limiter(Quota::per_window(20, MINUTE))
        .timeout(Duration::from_secs(3_600))
        .build()
        .unwrap();
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let shop = shop.clone();
            tokio::spawn(async move { shop.send(count()).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), 7);
    }
    let seen = server.seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 200);
    assert_eq!(most_in_a_minute(&seen), 20);
    // 200 calls take at least nine full minutes after the first twenty.
    let ideal = 9 * MINUTE;
    let took = *seen.iter().max().unwrap();
    assert!(took < ideal.mul_f64(1.05), "{took:?}");
}

fn deadline(seconds: u64) -> Deadline {
    Deadline::after(Duration::from_secs(seconds))
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_outlasts_the_deadline_is_refused_at_once() {
    let window = Quota::per_window(2, MINUTE);
    for _ in 0..2 {
        drop(window.acquire(&ask("a", deadline(1))).await.unwrap());
    }
    tokio::time::sleep(Duration::from_secs(10)).await;
    let watch = deadline(1_000);
    let refused = window.acquire(&ask("a", deadline(49))).await.unwrap_err();
    assert_eq!(refused.retry_after(), Some(Duration::from_secs(50)));
    assert_eq!(watch.elapsed(), Duration::ZERO);
    // In time, a permit is granted. Another class has its own slots.
    window
        .acquire(&ask("a", deadline(51)))
        .await
        .unwrap()
        .complete(&Feedback::default());
    assert_eq!(watch.elapsed().as_secs(), 50);
    drop(window.acquire(&ask("b", deadline(1))).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_count_for_those_who_come() {
    let window = Quota::per_window(1, MINUTE);
    drop(window.acquire(&ask("a", deadline(1))).await.unwrap());
    let waiting = window.clone();
    let first =
        tokio::spawn(async move { waiting.acquire(&ask("a", deadline(1_000))).await.map(drop) });
    tokio::task::yield_now().await;
    let watch = deadline(1_000);
    let refused = window.acquire(&ask("a", deadline(70))).await.unwrap_err();
    assert_eq!(watch.elapsed(), Duration::ZERO, "it is refused at once");
    assert_eq!(
        refused.retry_after(),
        Some(MINUTE * 2),
        "after the one who waits"
    );
    first.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn first_come_first_served() {
    let window = Quota::per_window(1, MINUTE);
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for number in 0..10 {
        let (window, order) = (window.clone(), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            let permit = window.acquire(&ask("a", deadline(10_000))).await.unwrap();
            order.lock().unwrap().push(number);
            drop(permit);
        }));
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..10).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_permit_in_time_is_not_sent() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    let shop = builder(&transport)
        .rate_limiter(Quota::per_window(1, MINUTE))
        .build()
        .unwrap();
    shop.send(count()).await.unwrap();
    let error = shop
        .call(count())
        .timeout(Duration::from_secs(30))
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::RateLimit, Delivery::NotSent, 0)
    );
    assert_eq!(error.elapsed(), Duration::ZERO);
    assert_eq!(error.retry_after(), Some(MINUTE));
    assert_eq!(transport.requests().len(), 1);
}

/// At whatever moment a caller gives up, all slots are free again after a window.
#[tokio::test(start_paused = true)]
async fn a_dropped_wait_or_permit_loses_no_slot() {
    let window = Quota::per_window(3, MINUTE);
    for polls in 0..20 {
        let mut permits: Vec<Permit> = Vec::new();
        for _ in 0..3 {
            permits.push(window.acquire(&ask("a", deadline(1_000))).await.unwrap());
        }
        let waits: Vec<_> = (0..4)
            .map(|number| {
                let window = window.clone();
                let patience = Duration::from_secs(polls * 5 + number);
                tokio::spawn(async move {
                    let deadline = deadline(1_000);
                    let request = ask("a", deadline);
                    let wait = window.acquire(&request);
                    tokio::time::timeout(patience, wait)
                        .await
                        .map(|permit| drop(permit.unwrap()))
                        .is_ok()
                })
            })
            .collect();
        tokio::task::yield_now().await;
        drop(permits);
        for wait in waits {
            wait.await.unwrap();
        }
        tokio::time::sleep(2 * MINUTE).await;
    }
    let watch = deadline(10_000);
    for _ in 0..3 {
        drop(window.acquire(&ask("a", deadline(1))).await.unwrap());
    }
    assert_eq!(watch.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_comes_after_the_latest_start_is_not_waited_for() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
    let shop = builder(&transport)
        .rate_limiter(Quota::per_window(1, MINUTE))
        .build()
        .unwrap();
    shop.send(count()).await.unwrap();
    let call = shop
        .call(count())
        .timeout(MINUTE * 5)
        .latest_start(Duration::from_secs(50))
        .send();
    let error = call.await.unwrap_err();
    assert_eq!(
        (error.kind(), error.elapsed()),
        (ErrorKind::RateLimit, Duration::ZERO)
    );
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn no_window_is_too_long_for_the_clock() {
    let window = Quota::per_window(1, Duration::MAX);
    let mut feedback = Feedback::default();
    feedback.status = Some(429);
    feedback.retry_after = Some(Duration::MAX);
    window
        .acquire(&ask("a", deadline(1)))
        .await
        .unwrap()
        .complete(&feedback);
    assert!(window.acquire(&ask("a", deadline(1))).await.is_err());
}

/// A caller is never counted both as waiting and as holding a slot. A free slot is therefore never refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_refused_while_a_slot_is_free() {
    for _ in 0..5_000 {
        let window = Quota::per_window(2, MINUTE);
        let start = Arc::new(tokio::sync::Barrier::new(2));
        let tasks = [0, 1].map(|_| {
            let (window, start) = (window.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                window.acquire(&ask("a", deadline(1))).await.map(drop)
            })
        });
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    }
}

/// Attempts in progress can take longer than could be known when the wait began.
#[tokio::test(start_paused = true)]
async fn a_wait_for_attempts_under_way_ends_with_its_deadline() {
    let window = Quota::per_window(1, Duration::from_secs(1));
    let held = window.acquire(&ask("a", deadline(1))).await.unwrap();
    let waits = [5, 7].map(|seconds| {
        let window = window.clone();
        tokio::spawn(async move {
            let deadline = deadline(seconds);
            let refused = window.acquire(&ask("a", deadline)).await.unwrap_err();
            (refused.retry_after(), deadline.elapsed().as_secs())
        })
    });
    let mut outcomes = Vec::new();
    for wait in waits {
        let outcome = tokio::time::timeout(MINUTE, wait).await;
        outcomes.push(outcome.expect("it waits beyond its deadline").unwrap());
    }
    assert_eq!(outcomes, [(None, 5), (None, 7)]);
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_takes_all_the_time_that_is_left_is_in_vain() {
    let window = Quota::per_window(1, MINUTE);
    drop(window.acquire(&ask("a", deadline(0))).await.unwrap());
    let watch = deadline(1_000);
    let refused = window.acquire(&ask("a", deadline(60))).await.unwrap_err();
    assert_eq!(refused.retry_after(), Some(MINUTE));
    assert_eq!(watch.elapsed(), Duration::ZERO);
}

fn throttled(retry_after: Option<Duration>) -> Feedback {
    let mut feedback = Feedback::default();
    feedback.status = Some(429);
    feedback.retry_after = retry_after;
    feedback
}

#[tokio::test(start_paused = true)]
async fn no_attempts_at_all_are_one() {
    let window = Quota::per_window(0, MINUTE);
    drop(window.acquire(&ask("a", deadline(1))).await.unwrap());
    assert!(window.acquire(&ask("a", deadline(1))).await.is_err());
}

/// A custom limiter is not cloned as a window is.
#[tokio::test(start_paused = true)]
async fn several_clients_share_a_limiter_as_it_is() {
    let limiter: Arc<dyn RateLimiter> = Arc::new(Quota::per_window(1, MINUTE));
    let mut outcomes = Vec::new();
    for limiter in [Arc::clone(&limiter), limiter] {
        let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("7"));
        let shop = builder(&transport).rate_limiter(limiter).build().unwrap();
        let call = shop.call(count()).timeout(Duration::from_secs(5)).send();
        outcomes.push(call.await.map_err(|error| error.kind()));
    }
    assert_eq!(outcomes, [Ok(7), Err(ErrorKind::RateLimit)]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_years_is_a_wait() {
    let window = Quota::per_window(1, Duration::MAX);
    let patient = Deadline::after(Duration::MAX);
    drop(window.acquire(&ask("a", patient)).await.unwrap());
    let permit = window.acquire(&ask("a", patient)).await.unwrap();
    permit.complete(&throttled(Some(Duration::MAX)));
    drop(window.acquire(&ask("a", patient)).await.unwrap());
    assert_eq!(patient.elapsed().as_secs(), 11 * 365 * 24 * 60 * 60);
}

#[tokio::test(start_paused = true)]
async fn a_slot_in_use_is_free_a_window_from_now_at_the_soonest() {
    let window = Quota::per_window(1, MINUTE);
    let held = window.acquire(&ask("a", deadline(1))).await.unwrap();
    let watch = deadline(1_000);
    let refused = window.acquire(&ask("a", deadline(59))).await.unwrap_err();
    assert_eq!(refused.retry_after(), Some(MINUTE));
    assert_eq!(watch.elapsed(), Duration::ZERO);
    drop(held);
    drop(window.acquire(&ask("a", deadline(61))).await.unwrap());
    assert_eq!(watch.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn every_round_of_those_who_wait_takes_a_window() {
    let window = Quota::per_window(2, MINUTE);
    drop(window.acquire(&ask("a", deadline(1))).await.unwrap());
    tokio::time::sleep(Duration::from_secs(10)).await;
    drop(window.acquire(&ask("a", deadline(1))).await.unwrap());
    let mut waits = Vec::new();
    for soonest in [50, 60, 110, 120, 170, 180] {
        let watch = deadline(1_000);
        let refused = window
            .acquire(&ask("a", deadline(soonest)))
            .await
            .unwrap_err();
        let expected = Some(Duration::from_secs(soonest));
        assert_eq!(
            (refused.retry_after(), watch.elapsed()),
            (expected, Duration::ZERO)
        );
        let window = window.clone();
        waits.push(tokio::spawn(async move {
            let patience = deadline(soonest + 1);
            window.acquire(&ask("a", patience)).await.map(drop).unwrap();
            assert_eq!(patience.elapsed().as_secs(), soonest);
        }));
        tokio::task::yield_now().await;
    }
    for wait in waits {
        wait.await.unwrap();
    }
}

/// Not even at the moment when a slot is free and its waiter has not noticed yet.
#[tokio::test(start_paused = true)]
async fn nobody_overtakes() {
    let window = Quota::per_window(1, MINUTE);
    drop(window.acquire(&ask("a", deadline(1))).await.unwrap());
    let watch = deadline(1_000);
    let first = window.clone();
    let first =
        tokio::spawn(async move { first.acquire(&ask("a", deadline(1_000))).await.map(drop) });
    tokio::time::sleep(MINUTE).await;
    assert!(!first.is_finished());
    drop(window.acquire(&ask("a", deadline(1_000))).await.unwrap());
    assert_eq!(watch.elapsed(), MINUTE * 2);
    first.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_class_has_slots_and_stops_of_its_own() {
    let window = Quota::per_window(1, MINUTE);
    let permit = window.acquire(&ask("a", deadline(1))).await.unwrap();
    permit.complete(&throttled(None));
    drop(window.acquire(&ask("b", deadline(1))).await.unwrap());
    assert!(window.acquire(&ask("b", deadline(1))).await.is_err());
}

/// All kinds of callers: patient or not, dropped before their turn, slow, throttled.
#[tokio::test(start_paused = true)]
async fn a_crowd_keeps_to_the_quota_and_to_its_deadlines() {
    for seed in 0..200_u64 {
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut random = move |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        let slots = 1 + random(4) as usize;
        let window = Quota::per_window(slots, MINUTE);
        let clock = deadline(1_000_000);
        let log: Arc<Mutex<Vec<(Duration, Duration)>>> = Arc::default();
        let mut tasks = Vec::new();
        for _ in 0..40 {
            let (window, log) = (window.clone(), Arc::clone(&log));
            let (arrives, patience, leaves, holds, kind) = (
                random(300_000),
                random(600_000),
                random(600_000),
                random(90_000),
                random(10),
            );
            let ms = Duration::from_millis;
            tasks.push(tokio::spawn(async move {
                tokio::time::sleep(ms(arrives)).await;
                let limit = Deadline::after(ms(patience));
                let request = ask("a", limit);
                let wait = window.acquire(&request);
                let Ok(outcome) = tokio::time::timeout(ms(leaves), wait).await else {
                    return;
                };
                assert!(
                    limit.elapsed() <= ms(patience + 1),
                    "{:?} {patience}",
                    limit.elapsed()
                );
                let Ok(permit) = outcome else { return };
                let began = clock.elapsed();
                tokio::time::sleep(ms(holds)).await;
                log.lock().unwrap().push((began, clock.elapsed()));
                match kind {
                    0 => permit.complete(&throttled(Some(ms(holds)))),
                    1..5 => permit.complete(&Feedback::default()),
                    _ => drop(permit),
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        let log = log.lock().unwrap().clone();
        for (began, _) in log.iter() {
            let busy = log
                .iter()
                .filter(|(b, e)| b <= began && *began < *e + MINUTE)
                .count();
            assert!(busy <= slots, "seed {seed}: {busy} of {slots}");
        }
        tokio::time::sleep(MINUTE * 3).await;
        let watch = deadline(1_000);
        for _ in 0..slots {
            drop(window.acquire(&ask("a", deadline(1))).await.unwrap());
        }
        assert_eq!(watch.elapsed(), Duration::ZERO);
    }
}
