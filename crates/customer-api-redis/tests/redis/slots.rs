//! The effects of the quota's scripts on its keys.

use std::time::Duration;

use customer_api_core::rate_limit::{SlotClaim, SlotStore as _, Taken, conformance};
use customer_api_redis::RedisQuota;
use testkit::Redis;

use crate::{HOUR, claim, connect, is_granted, quota};

const MINUTE: Duration = Duration::from_secs(60);
const SLOTS: &str = "customer-api:quota:1:{account:reads}:slots";
const STOP: &str = "customer-api:quota:1:{account:reads}:stop";

async fn waits(store: &RedisQuota, claim: &SlotClaim) -> Vec<Duration> {
    match store.take(claim).await.unwrap() {
        Taken::Full(waits) => waits,
        Taken::Granted => panic!("a slot was free"),
    }
}

/// Returns the number that a command returns.
fn number(server: &Redis, words: &[&str]) -> i64 {
    let reply = server.command(words);
    reply.trim_start_matches(':').trim().parse().unwrap()
}

#[tokio::test]
async fn a_quota_in_redis_keeps_to_the_rules() {
    let Some(server) = Redis::start("quota-rules") else {
        return;
    };
    let window = Duration::from_millis(500);
    let (one, other) = (quota(&server, 3, window), quota(&server, 3, window));
    conformance::check(&one, &other, 3, window).await.unwrap();
    let (one, other) = (connect(&server).quota(), connect(&server).quota());
    conformance::check_store(&one, &other).await.unwrap();
}

#[tokio::test]
async fn a_script_that_is_run_twice_changes_nothing_the_second_time() {
    let Some(server) = Redis::start("twice") else {
        return;
    };
    let store = connect(&server).quota();
    let slots = || server.command(&["ZRANGE", SLOTS, "0", "-1", "WITHSCORES"]);
    let first = claim(2, MINUTE);
    assert!(is_granted(&store, &first).await);
    let taken = slots();
    assert!(is_granted(&store, &first).await);
    assert_eq!(slots(), taken);

    store.complete(&first, Some(HOUR)).await.unwrap();
    let (completed, stop) = (slots(), server.command(&["GET", STOP]));
    assert_ne!(completed, taken);
    store.complete(&first, Some(HOUR)).await.unwrap();
    // Ignored: an attempt was made with the slot.
    store.release(&first).await.unwrap();
    assert_eq!((slots(), server.command(&["GET", STOP])), (completed, stop));

    let gone = claim(2, MINUTE);
    store.release(&gone).await.unwrap();
    store.complete(&gone, None).await.unwrap();
    assert_eq!(number(&server, &["ZCARD", SLOTS]), 1);
}

#[tokio::test]
async fn who_gets_no_slot_hears_when_the_next_ones_may_be_free() {
    let Some(server) = Redis::start("waits") else {
        return;
    };
    let store = connect(&server).quota();
    // Two attempts are over. Their slots are free in ten minutes and in an hour. One attempt is under way.
    for minutes in [10, 60] {
        let over = claim(3, minutes * MINUTE);
        assert!(is_granted(&store, &over).await);
        store.complete(&over, None).await.unwrap();
    }
    let under_way = claim(3, 30 * MINUTE);
    assert!(is_granted(&store, &under_way).await);

    let is_about = |wait: Duration, minutes: u32| {
        let rest = minutes * MINUTE;
        wait <= rest && wait > rest - MINUTE
    };
    let next = waits(&store, &claim(3, 30 * MINUTE)).await;
    assert!(next.is_sorted() && next.len() == 3, "{next:?}");
    assert!(
        is_about(next[0], 10) && is_about(next[1], 30) && is_about(next[2], 30),
        "{next:?}"
    );
    // A process that allows fewer slots waits for the excess slots.
    let next = waits(&store, &claim(2, 30 * MINUTE)).await;
    assert!(next.len() == 2 && is_about(next[0], 30), "{next:?}");
    // A process that allows more slots has one.
    assert!(is_granted(&store, &claim(4, MINUTE)).await);

    let stopping = claim(9, MINUTE);
    assert!(is_granted(&store, &stopping).await);
    store.complete(&stopping, Some(20 * MINUTE)).await.unwrap();
    let shorter = claim(9, MINUTE);
    store.complete(&shorter, Some(MINUTE)).await.unwrap();
    // Four of nine slots are free when the stop is over.
    let next = waits(&store, &claim(9, 30 * MINUTE)).await;
    assert!(next.is_sorted() && next.len() == 9, "{next:?}");
    assert!(next[..5].iter().all(|wait| is_about(*wait, 20)), "{next:?}");

    let many = claim(100, MINUTE);
    assert_eq!(waits(&store, &many).await.len(), 32);
    // A stop does not revoke a granted slot.
    assert!(is_granted(&store, &under_way).await);
}

#[tokio::test]
async fn the_keys_of_a_quota_go_by_themselves() {
    let Some(server) = Redis::start("expires") else {
        return;
    };
    let store = connect(&server).quota();
    let held = SlotClaim::new("account", "reads", 2, MINUTE, 10 * MINUTE);
    assert!(is_granted(&store, &held).await);
    let hold = 600_000..=601_000;
    let life = number(&server, &["PTTL", SLOTS]);
    assert!(
        life > *hold.start() - 60_000 && life <= *hold.end(),
        "{life}"
    );
    // The slot of a shorter attempt does not shorten the life of a longer one.
    let brief = SlotClaim::new("account", "reads", 2, MINUTE, MINUTE);
    assert!(is_granted(&store, &brief).await);
    store.complete(&brief, None).await.unwrap();
    let life = number(&server, &["PTTL", SLOTS]);
    assert!(hold.start() - 60_000 < life, "{life}");
    store.complete(&held, Some(MINUTE)).await.unwrap();
    for key in [SLOTS, STOP] {
        let life = number(&server, &["PTTL", key]);
        assert!(life > 0 && life <= *hold.end(), "{key}: {life}");
    }
    // A window of one hour after a short hold.
    let late = SlotClaim::new("account", "late", 2, HOUR, MINUTE);
    assert!(is_granted(&store, &late).await);
    store.complete(&late, None).await.unwrap();
    let life = number(&server, &["PTTL", &SLOTS.replace("reads", "late")]);
    assert!(life > 3_500_000, "{life}");
    // The slot of a machine that died becomes free again.
    let dead = SlotClaim::new("account", "dead", 1, MINUTE, Duration::ZERO);
    assert!(is_granted(&store, &dead).await);
    assert!(is_granted(&store, &SlotClaim::new("account", "dead", 1, MINUTE, HOUR)).await);
}

#[tokio::test]
async fn a_server_without_memory_hears_of_every_end_and_stop_of_what_it_granted() {
    let settings = ["--maxmemory-policy noeviction"];
    let Some(server) = Redis::start_with("full", &settings) else {
        return;
    };
    let store = connect(&server).quota();
    let _ = server.command(&["CONFIG", "SET", "maxmemory", "1"]);
    let granted = claim(2, HOUR);
    if is_granted(&store, &granted).await {
        store.complete(&granted, Some(MINUTE)).await.unwrap();
        let next = waits(&store, &claim(2, HOUR)).await;
        assert!(next[0] > Duration::ZERO && next[0] <= MINUTE, "{next:?}");
    }
}
