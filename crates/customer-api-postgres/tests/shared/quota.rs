//! A quota of several machines: each has a connection of its own.

use std::{sync::Arc, sync::Mutex, time::Duration};

use customer_api_core::{
    rate_limit::{Feedback, PermitRequest, Quota, RateLimiter as _, SharedQuota, conformance},
    time::{Deadline, Stopwatch},
};
use customer_api_postgres::{PostgresQuota, PostgresStoreOptions};
use testkit::Postgres;
use tokio::task::JoinSet;

const WINDOW: Duration = Duration::from_millis(700);
const MINUTE: Duration = Duration::from_secs(60);

async fn slots(server: &Postgres) -> PostgresQuota {
    PostgresQuota::connect(&server.configuration())
        .await
        .unwrap()
}

fn within(time: Duration) -> PermitRequest {
    PermitRequest::new("default", Deadline::after(time), Duration::from_secs(1))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_keeps_to_the_rules_of_a_quota() {
    let Some(server) = Postgres::start("quota") else {
        return;
    };
    let quota = async || SharedQuota::per_window(slots(&server).await, "account", 5, WINDOW);
    let (one, other) = (quota().await, quota().await);
    conformance::check(&one, &other, 5, WINDOW).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_never_make_more_attempts_than_the_quota() {
    const ATTEMPTS: usize = 10;
    let Some(server) = Postgres::start("machines") else {
        return;
    };
    let watch = Stopwatch::start();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut calls = JoinSet::new();
    for _ in 0..4 {
        let quota = SharedQuota::per_window(slots(&server).await, "account", ATTEMPTS, WINDOW);
        for _ in 0..10 {
            let (quota, seen) = (quota.clone(), Arc::clone(&seen));
            calls.spawn(async move {
                let permit = quota.acquire(&within(MINUTE)).await.unwrap();
                seen.lock().unwrap().push(watch.elapsed());
                permit.complete(&Feedback::default());
            });
        }
    }
    calls.join_all().await;
    let seen = seen.lock().unwrap().clone();
    assert_eq!(seen.len(), 40);
    for start in &seen {
        let in_window = |time: &&Duration| **time >= *start && **time < *start + WINDOW;
        let count = seen.iter().filter(in_window).count();
        assert!(count <= ATTEMPTS, "{count} in a window");
    }
}

#[tokio::test]
async fn what_is_not_used_goes_back_and_names_are_quotas() {
    let Some(server) = Postgres::start("unused") else {
        return;
    };
    let store = slots(&server).await;
    let quota = SharedQuota::per_window(store.clone(), "account", 3, MINUTE);
    for _ in 0..20 {
        let request = within(MINUTE);
        let wait = quota.acquire(&request);
        let given_up = tokio::time::timeout(Duration::from_micros(50), wait).await;
        if let Ok(permit) = given_up {
            permit.unwrap().release();
        }
    }
    quota.flush().await;
    let mut permits = Vec::new();
    for _ in 0..3 {
        permits.push(quota.acquire(&within(MINUTE)).await.unwrap());
    }
    let refused = quota.acquire(&within(MINUTE / 2)).await.unwrap_err();
    assert!(!refused.is_unavailable() && refused.retry_after().unwrap() > MINUTE / 2);
    let other = SharedQuota::per_window(store, "another account", 3, MINUTE);
    drop(other.acquire(&within(MINUTE)).await.unwrap());
}

#[tokio::test]
async fn while_the_server_is_down_or_slow_nothing_is_granted() {
    let Some(server) = Postgres::start_durable("down") else {
        return;
    };
    let options = PostgresStoreOptions::new().statement_timeout(Duration::from_millis(300));
    let configuration = server.configuration();
    let store = PostgresQuota::connect_with(&configuration, &options);
    let store = store.await.unwrap();
    let quota = SharedQuota::per_window(store.clone(), "account", 2, MINUTE);
    drop(quota.acquire(&within(MINUTE)).await.unwrap());
    quota.flush().await;

    // Somebody holds the row, as a session does that was left open.
    let lock = server.hold("UPDATE customer_api.quota SET asked = 0");
    let error = quota.acquire(&within(MINUTE)).await.unwrap_err();
    assert!(error.is_unavailable());
    let text = "the limiter can't be asked: the database took too long";
    assert_eq!(error.to_string(), text);
    drop(lock);

    server.kill();
    let alone = SharedQuota::per_window(store, "account", 2, MINUTE)
        .when_unreachable(Quota::per_window(1, MINUTE));
    drop(alone.acquire(&within(MINUTE)).await.unwrap());
    let error = alone.acquire(&within(MINUTE / 2)).await.unwrap_err();
    assert!(!error.is_unavailable());

    server.begin();
    // The slot that was used before the kill is not free yet. Those of the statement that was given up may be.
    let quota = SharedQuota::per_window(slots(&server).await, "account", 2, MINUTE);
    drop(quota.acquire(&within(MINUTE)).await.unwrap());
    let error = quota.acquire(&within(MINUTE / 2)).await.unwrap_err();
    assert!(!error.is_unavailable(), "{error}");
}
