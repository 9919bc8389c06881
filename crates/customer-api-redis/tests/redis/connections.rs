//! Connections that break, and servers that are killed, hang or forget scripts.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use customer_api_core::{
    Delivery, ErrorKind,
    rate_limit::{SharedQuota, SlotStore as _, Taken},
    session::{LoginTurn, Offer, TokenStore as _, Wanted},
    time::Deadline,
};
use testkit::Redis;
use tokio::task::JoinSet;

use crate::{
    HOUR, claim, connect, connect_hasty,
    fleet::{Buy, Doorman},
    is_granted,
};

#[tokio::test]
async fn a_lost_connection_is_made_again() {
    let Some(server) = Redis::start("lost") else {
        return;
    };
    let connection = connect(&server);
    let (quota, tokens) = (connection.quota(), connection.tokens());
    for number in 0..20 {
        server.disconnect_all();
        assert!(is_granted(&quota, &claim(20, HOUR)).await, "{number}");
        let turn = LoginTurn::new(format!("a{number}"), HOUR);
        server.disconnect_all();
        let offer = tokens.ask(&turn, Wanted::Any).await.unwrap();
        assert!(matches!(offer, Offer::Turn(_)), "{offer:?}");
    }
    assert!(!is_granted(&quota, &claim(20, HOUR)).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_killed_in_use_neither_lose_nor_double_a_slot() {
    let Some(server) = Redis::start("killed") else {
        return;
    };
    let mut machines = JoinSet::new();
    for _ in 0..4 {
        let quota = connect(&server).quota();
        for _ in 0..4 {
            let quota = quota.clone();
            machines.spawn(async move {
                let mut granted = 0;
                for _ in 0..30 {
                    // As often as a quota retries: a script that lost four connections in a row is given up.
                    let claim = claim(400, HOUR);
                    let taken = loop {
                        match quota.take(&claim).await {
                            Ok(taken) => break taken,
                            Err(error) => {
                                assert!(error.to_string().ends_with("was lost"), "{error}")
                            }
                        }
                    };
                    granted += usize::from(taken == Taken::Granted);
                }
                granted
            });
        }
    }
    let server = Arc::new(server);
    let is_over = Arc::new(AtomicBool::new(false));
    let killer = tokio::task::spawn_blocking({
        let (server, is_over) = (Arc::clone(&server), Arc::clone(&is_over));
        move || {
            let mut kills = 0;
            while kills < 20 || !is_over.load(Ordering::SeqCst) {
                server.disconnect_all();
                kills += 1;
            }
        }
    });
    let granted = machines.join_all().await;
    is_over.store(true, Ordering::SeqCst);
    killer.await.unwrap();
    assert_eq!(granted.iter().sum::<usize>(), 400);
    let kept = server.command(&["ZCARD", "customer-api:quota:1:{account:reads}:slots"]);
    assert_eq!(kept, ":400\r\n");
}

#[tokio::test]
async fn a_server_that_was_killed_is_used_again_with_what_it_has_kept() {
    let durable = ["--appendonly yes", "--appendfsync always"];
    let Some(server) = Redis::start_with("durable", &durable) else {
        return;
    };
    let store = connect(&server).quota();
    let claims = [claim(2, HOUR), claim(2, HOUR)];
    for claim in &claims {
        assert!(is_granted(&store, claim).await);
    }
    server.kill();
    let error = store.take(&claim(2, HOUR)).await.unwrap_err();
    assert!(error.to_string().contains("can't be reached"), "{error}");
    server.begin();
    assert!(!is_granted(&store, &claim(2, HOUR)).await);
    store.release(&claims[0]).await.unwrap();
    assert!(is_granted(&store, &claim(2, HOUR)).await);
}

#[tokio::test]
async fn a_server_that_keeps_nothing_begins_anew() {
    let Some(server) = Redis::start("forgets") else {
        return;
    };
    let connection = connect(&server);
    let (quota, tokens) = (connection.quota(), connection.tokens());
    assert!(is_granted(&quota, &claim(1, HOUR)).await);
    let turn = || LoginTurn::new("a1", HOUR);
    tokens.ask(&turn(), Wanted::Any).await.unwrap();
    server.kill();
    server.begin();
    assert!(is_granted(&quota, &claim(1, HOUR)).await);
    assert!(!is_granted(&quota, &claim(1, HOUR)).await);
    let offer = tokens.ask(&turn(), Wanted::Any).await.unwrap();
    assert!(matches!(offer, Offer::Turn(_)), "{offer:?}");
}

#[tokio::test]
async fn while_the_server_hangs_calls_fail_in_time_and_nothing_is_sent() {
    let Some(server) = Redis::start("hangs") else {
        return;
    };
    let store = connect_hasty(&server).quota();
    let quota = SharedQuota::per_window(store.clone(), "account", 1, HOUR);
    let doorman = Doorman::new();
    let client = doorman.open().rate_limiter(quota.clone()).build().unwrap();
    client.send(Buy).await.unwrap();
    quota.flush().await;
    let other = doorman
        .open()
        .rate_limiter(SharedQuota::per_window(store, "other", 1, HOUR));
    let other = other.build().unwrap();

    server.suspend();
    for client in [&client, &other] {
        let watch = Deadline::after(HOUR);
        let error = client.send(Buy).await.unwrap_err();
        let what = (error.kind(), error.delivery());
        assert_eq!(what, (ErrorKind::RateLimit, Delivery::NotSent), "{error}");
        let text = error.to_string();
        assert!(text.contains("the Redis server took too long"), "{text}");
        assert!(watch.elapsed() < Duration::from_secs(10));
    }
    assert_eq!(doorman.done(), 1);
    server.resume();
}

#[tokio::test]
async fn what_was_asked_of_a_server_that_hung_is_given_back_when_it_goes_on() {
    let Some(server) = Redis::start("resumed") else {
        return;
    };
    let store = connect_hasty(&server).quota();
    let first = claim(1, HOUR);
    assert!(is_granted(&store, &first).await);
    store.release(&first).await.unwrap();

    server.suspend();
    let late = claim(1, HOUR);
    // When the server continues, it takes the slot and then runs the release behind it.
    store.take(&late).await.unwrap_err();
    store.release(&late).await.unwrap_err();
    // The connection has been given up by now.
    let error = store.take(&claim(1, HOUR)).await.unwrap_err();
    assert_eq!(error.to_string(), "the Redis server took too long");
    server.resume();
    assert!(is_granted(&connect(&server).quota(), &claim(1, HOUR)).await);
    assert!(!is_granted(&store, &claim(1, HOUR)).await);
}

#[tokio::test]
async fn what_is_asked_while_another_script_has_no_reply_is_given_back_too() {
    let Some(server) = Redis::start("in-doubt") else {
        return;
    };
    let connection = connect_hasty(&server);
    let (store, tokens) = (connection.quota(), connection.tokens());
    let first = claim(1, HOUR);
    assert!(is_granted(&store, &first).await);
    store.release(&first).await.unwrap();

    server.suspend();
    let late = claim(1, HOUR);
    store.take(&late).await.unwrap_err();
    // The release gives up the connection. A slot taken behind it could not be given back before the server continues.
    let (later, turn) = (claim(1, HOUR), LoginTurn::new("account", HOUR));
    let (released, taken, asked) = tokio::join!(
        store.release(&late),
        store.take(&later),
        tokens.ask(&turn, Wanted::Any)
    );
    released.unwrap_err();
    taken.unwrap_err();
    asked.unwrap_err();
    store.release(&later).await.unwrap_err();
    server.resume();
    let other = connect(&server);
    assert!(is_granted(&other.quota(), &claim(1, HOUR)).await);
    let turn = LoginTurn::new("account", HOUR);
    let offer = other.tokens().ask(&turn, Wanted::Any).await.unwrap();
    assert!(matches!(offer, Offer::Turn(_)), "{offer:?}");
}

#[tokio::test]
async fn a_server_that_was_only_slow_is_used_again() {
    let Some(server) = Redis::start("slow") else {
        return;
    };
    let store = connect_hasty(&server).quota();
    assert!(is_granted(&store, &claim(9, HOUR)).await);
    server.suspend();
    store.take(&claim(9, HOUR)).await.unwrap_err();
    server.resume();
    for _ in 0..3 {
        assert!(is_granted(&store, &claim(9, HOUR)).await);
    }
    let clients = server.command(&["CLIENT", "LIST"]);
    assert_eq!(clients.matches("cmd=eval").count(), 1, "{clients}");
}

#[tokio::test]
async fn scripts_that_the_server_has_forgotten_are_sent_again() {
    let Some(server) = Redis::start("flushed") else {
        return;
    };
    let connection = connect(&server);
    let (quota, tokens) = (connection.quota(), connection.tokens());
    for number in 0..5 {
        let forget = || assert_eq!(server.command(&["SCRIPT", "FLUSH"]), "+OK\r\n");
        forget();
        let claim = claim(5, HOUR);
        assert!(is_granted(&quota, &claim).await);
        forget();
        quota.complete(&claim, None).await.unwrap();
        forget();
        let turn = LoginTurn::new(format!("a{number}"), HOUR);
        tokens.ask(&turn, Wanted::Any).await.unwrap();
    }
    assert!(!is_granted(&quota, &claim(5, HOUR)).await);
}

#[tokio::test]
async fn a_replica_is_left_for_the_server_that_took_over() {
    let Some(server) = Redis::start("replica") else {
        return;
    };
    let store = connect(&server).quota();
    assert!(is_granted(&store, &claim(2, HOUR)).await);
    let _ = server.command(&["REPLICAOF", "127.0.0.1", "1"]);
    let error = store.take(&claim(2, HOUR)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the Redis server failed: it is a replica (READONLY)"
    );
    let clients = || {
        let list = server.command(&["CLIENT", "LIST"]);
        list.matches("cmd=eval").count()
    };
    // The connection was given up: the same name may lead to another server now.
    drop(store.take(&claim(2, HOUR)).await.unwrap_err());
    let _ = server.command(&["REPLICAOF", "NO", "ONE"]);
    assert!(is_granted(&store, &claim(2, HOUR)).await);
    assert_eq!(clients(), 1);
}

/// Simulates an old primary that its replicas have left, configured to accept no writes in that case.
#[tokio::test]
async fn a_server_without_its_replicas_is_left_too() {
    let Some(server) = Redis::start("alone") else {
        return;
    };
    let store = connect(&server).quota();
    assert!(is_granted(&store, &claim(2, HOUR)).await);
    let id = || {
        let list = server.command(&["CLIENT", "LIST"]);
        let line = list.lines().find(|line| line.contains("cmd=eval"));
        line.map(|line| {
            line.split(' ')
                .find(|word| word.starts_with("id="))
                .unwrap()
                .to_owned()
        })
    };
    let before = id().unwrap();
    let _ = server.command(&["CONFIG", "SET", "min-replicas-to-write", "1"]);
    let error = store.take(&claim(2, HOUR)).await.unwrap_err();
    assert!(error.to_string().ends_with("(NOREPLICAS)"), "{error}");
    let _ = server.command(&["CONFIG", "SET", "min-replicas-to-write", "0"]);
    assert!(is_granted(&store, &claim(2, HOUR)).await);
    assert_ne!(id().unwrap(), before);
}
