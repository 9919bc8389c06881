//! A quota of several machines. Each has its own connection.

use std::{sync::Arc, sync::Mutex, time::Duration};

use customer_api_core::{
    rate_limit::{
        Feedback, PermitRequest, Quota, RateLimiter as _, SharedQuota, SlotClaim, SlotStore as _,
        Taken, conformance,
    },
    time::{Deadline, Stopwatch},
};
use customer_api_postgres::{PostgresQuota, PostgresStoreOptions};
use testkit::{Pgbouncer, Postgres};
use tokio::task::JoinSet;

use crate::proxy::{Cut, Proxy};

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
    let (one, other) = (slots(&server).await, slots(&server).await);
    conformance::check_store(&one, &other).await.unwrap();
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

    // Another session holds the row, like a session that was left open.
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
    // The slot that was used before the kill is not free yet. The slots of the cancelled statement may be free.
    let quota = SharedQuota::per_window(slots(&server).await, "account", 2, MINUTE);
    drop(quota.acquire(&within(MINUTE)).await.unwrap());
    let error = quota.acquire(&within(MINUTE / 2)).await.unwrap_err();
    assert!(!error.is_unavailable(), "{error}");
}

/// With these settings of a role or a database, statements fail that would wait for each other by default.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_turn_statements_away_make_nobody_fail() {
    for setting in [
        "default_transaction_isolation = 'repeatable read'",
        "default_transaction_isolation = 'serializable'",
        "lock_timeout = '1ms'",
    ] {
        let Some(server) = Postgres::start("isolation") else {
            return;
        };
        server.psql(&format!("ALTER DATABASE postgres SET {setting};"));
        let watch = Stopwatch::start();
        let mut calls = JoinSet::new();
        for _ in 0..8 {
            let quota = SharedQuota::per_window(slots(&server).await, "account", 10, WINDOW);
            for _ in 0..5 {
                let quota = quota.clone();
                calls.spawn(async move {
                    let permit = quota.acquire(&within(MINUTE)).await.unwrap();
                    let start = watch.elapsed();
                    permit.complete(&Feedback::default());
                    start
                });
            }
        }
        let seen = calls.join_all().await;
        for start in &seen {
            let in_window = |time: &&Duration| **time >= *start && **time < *start + WINDOW;
            let count = seen.iter().filter(in_window).count();
            assert!(count <= 10, "{setting}: {count} in a window");
        }
    }
}

fn claim() -> SlotClaim {
    SlotClaim::new("account", "default", 5, MINUTE, MINUTE)
}

/// The pooler's own error text for a lost server connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_breaks_behind_a_pooler_is_not_noticed() {
    let Some(server) = Postgres::start("behind") else {
        return;
    };
    let proxy = Proxy::start(&server);
    let Some(pooler) = Pgbouncer::start_before(proxy.folder(), "behind-pooler", 3) else {
        return;
    };
    let store = PostgresQuota::connect(&pooler.configuration())
        .await
        .unwrap();
    for cut in [Cut::Before, Cut::After] {
        proxy.cut("take_slot", cut, 1).await;
        assert_eq!(store.take(&claim()).await.unwrap(), Taken::Granted);
        assert_eq!(proxy.left().await, 0);
    }
    assert_eq!(server.ask("SELECT count(*) FROM customer_api.slot"), "2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_breaks_takes_no_slot_twice_and_loses_none() {
    let Some(server) = Postgres::start("breaks") else {
        return;
    };
    let proxy = Proxy::start(&server);
    let store = PostgresQuota::connect(&proxy.configuration())
        .await
        .unwrap();
    let count = |what: &str| {
        server.ask(&format!(
            "SELECT count(*) FROM customer_api.slot WHERE {what}"
        ))
    };
    for cut in [Cut::Before, Cut::After] {
        for times in [1, 3] {
            let claim = claim();
            proxy.cut("take_slot", cut, times).await;
            assert_eq!(store.take(&claim).await.unwrap(), Taken::Granted);
            assert_eq!(count("NOT completed"), "1", "{cut:?}, {times} times");
            proxy.cut("complete_slot", cut, times).await;
            store.complete(&claim, Some(Duration::ZERO)).await.unwrap();
            assert_eq!(count("completed"), "1", "{cut:?}, {times} times");
            proxy.cut("DELETE FROM", cut, times).await;
            store.release(&claim).await.unwrap();
            assert_eq!((count("true"), proxy.left().await), ("0".to_owned(), 0));
        }
        let quota = SharedQuota::per_window(store.clone(), "account", 5, MINUTE);
        proxy.cut("take_slot", cut, 4).await;
        let error = quota.acquire(&within(MINUTE)).await.unwrap_err();
        assert!(error.is_unavailable(), "{error}");
        quota.flush().await;
        assert_eq!(
            count("true"),
            "0",
            "{cut:?}: what may have been taken goes back"
        );
    }
}

/// A program that creates a runtime for each task.
#[test]
fn a_store_and_a_permit_outlive_their_runtimes() {
    let Some(server) = Postgres::start("runtimes") else {
        return;
    };
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let store = runtime().block_on(slots(&server));
    let quota = SharedQuota::per_window(store, "account", 2, MINUTE);
    for _ in 0..2 {
        let permit = runtime().block_on(quota.acquire(&within(MINUTE))).unwrap();
        std::thread::spawn(move || drop(permit)).join().unwrap();
        runtime().block_on(quota.flush());
    }
    let refused = runtime().block_on(quota.acquire(&within(MINUTE / 2)));
    assert!(!refused.unwrap_err().is_unavailable());
}

/// The server may report it at the moment at which the next statement arrives.
#[tokio::test]
async fn a_server_that_ends_idle_sessions_is_not_noticed() {
    let Some(server) = Postgres::start("idle-session") else {
        return;
    };
    server.psql("ALTER DATABASE postgres SET idle_session_timeout = '100ms';");
    let store = slots(&server).await;
    for number in 0..100 {
        tokio::time::sleep(Duration::from_micros(98_000 + number * 45)).await;
        let claim = SlotClaim::new("idle", "default", 1000, MINUTE, MINUTE);
        assert_eq!(store.take(&claim).await.unwrap(), Taken::Granted);
    }
}
