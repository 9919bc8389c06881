//! The queue of a shared quota: who waits, for how long, and who is refused without waiting.

use customer_api_core::rate_limit::SharedQuota;
use tokio::task::JoinHandle;

use super::{
    shared::{Pause, Slots},
    *,
};

/// Waits for a permit in the background, and counts it as used.
fn wait(quota: &SharedQuota, seconds: u64) -> JoinHandle<Duration> {
    let quota = quota.clone();
    tokio::spawn(async move {
        let clock = deadline(seconds);
        drop(quota.acquire(&ask("a", clock)).await.unwrap());
        clock.elapsed()
    })
}

/// Returns after how long a permit is free. The caller does not wait for it.
async fn refused(quota: &SharedQuota, seconds: u64) -> u64 {
    let clock = deadline(seconds);
    let refused = quota.acquire(&ask("a", clock)).await.unwrap_err();
    assert_eq!(clock.elapsed(), Duration::ZERO, "it is refused at once");
    refused.retry_after().unwrap().as_secs_f64().round() as u64
}

#[tokio::test(start_paused = true)]
async fn the_slot_of_a_machine_that_dies_is_free_after_its_longest_attempt_and_a_window() {
    let slots = Slots::new();
    let dying = slots.quota(1).start_within(Duration::from_secs(5));
    let permit = dying.acquire(&ask("a", deadline(1))).await.unwrap();
    std::mem::forget(permit);
    // It could have started 5 s later, and have ended 30 s after that. The next attempt comes a window after its end.
    let waited = wait(&slots.quota(1), 1_000).await.unwrap().as_secs();
    assert!((95..101).contains(&waited), "{waited}");
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_another_machine_gives_back_is_taken_soon() {
    let slots = Slots::new();
    let (one, other) = (slots.quota(3), slots.quota(3));
    let mut permits = Vec::new();
    for _ in 0..3 {
        permits.push(one.acquire(&ask("a", deadline(1))).await.unwrap());
    }
    let (first, second) = (wait(&other, 1_000), wait(&other, 1_000));
    tokio::time::sleep(Duration::from_secs(1)).await;
    for permit in permits {
        permit.release();
    }
    assert!(first.await.unwrap() < Duration::from_secs(6));
    // What the store said before is out of date, although somebody waits.
    assert!(!second.is_finished());
    drop(other.acquire(&ask("a", deadline(30))).await.unwrap());
    second.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_count_for_those_who_come() {
    let slots = Slots::new();
    let quota = slots.quota(1);
    drop(quota.acquire(&ask("a", deadline(1))).await.unwrap());
    quota.flush().await;
    let first = wait(&quota, 1_000);
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(refused(&quota, 70).await, 110, "after the one who waits");
    first.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_store_that_has_refused_one_caller_is_not_asked_for_the_next_ones() {
    let slots = Slots::new();
    let quota = slots.quota(1);
    drop(quota.acquire(&ask("a", deadline(1))).await.unwrap());
    quota.flush().await;
    quota.acquire(&ask("a", deadline(30))).await.unwrap_err();
    let asked = slots.kept().asked;
    tokio::time::sleep(Duration::from_secs(1)).await;
    for _ in 0..20 {
        assert_eq!(refused(&quota, 30).await, 59);
    }
    assert_eq!(slots.kept().asked, asked);
}

#[tokio::test(start_paused = true)]
async fn while_a_store_is_slow_its_last_word_counts_for_those_who_come() {
    let slots = Slots::new();
    let quota = slots.quota(2);
    for _ in 0..2 {
        drop(quota.acquire(&ask("a", deadline(1))).await.unwrap());
    }
    quota.flush().await;
    let first = wait(&quota, 1_000);
    tokio::time::sleep(Duration::from_secs(1)).await;
    slots.kept().hangs = true;
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert_eq!(refused(&quota, 30).await, 50);
    first.abort();
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_behind_a_429_count_from_its_end() {
    let slots = Slots::new();
    let quota = slots.quota(2);
    let stopping = quota.acquire(&ask("a", deadline(1))).await.unwrap();
    let held = quota.acquire(&ask("a", deadline(1))).await.unwrap();
    quota.acquire(&ask("a", deadline(30))).await.unwrap_err();
    stopping.complete(&throttled(Some(Duration::from_secs(100))));
    let first = wait(&quota, 1_000);
    tokio::task::yield_now().await;
    assert_eq!(refused(&quota, 90).await, 100);
    drop(held);
    assert!(first.await.unwrap() >= Duration::from_secs(100));
}

#[tokio::test(start_paused = true)]
async fn a_call_starts_as_soon_as_another_one_in_flight_ends() {
    let slots = Slots::new();
    let quota = SharedQuota::in_flight(slots.clone(), "account", 1);
    for number in 0..10 {
        let permit = quota.acquire(&ask("a", deadline(1))).await.unwrap();
        let next = wait(&quota, 1_000);
        // Long enough for the pauses between two questions to be long, and each time at another moment of such a pause.
        tokio::time::sleep(Duration::from_millis(5_000 + 37 * number)).await;
        let clock = deadline(1_000);
        permit.complete(&Feedback::default());
        next.await.unwrap();
        quota.flush().await;
        assert!(clock.elapsed() < MINUTE / 1_000, "{:?}", clock.elapsed());
    }
    // In each of the 52 seconds up to four times, and more often at the beginning of each wait.
    let asked = slots.kept().asked;
    assert!(asked < 52 * 4 + 10 * 10, "{asked}");
}

#[tokio::test(start_paused = true)]
async fn a_shorter_429_does_not_replace_a_longer_one_while_the_store_is_down() {
    let slots = Slots::new();
    let quota = slots
        .quota(20)
        .when_unreachable(Quota::per_window(2, MINUTE));
    let longer = quota.acquire(&ask("a", deadline(1))).await.unwrap();
    let shorter = quota.acquire(&ask("a", deadline(1))).await.unwrap();
    slots.kept().is_down = true;
    longer.complete(&throttled(Some(MINUTE)));
    shorter.complete(&throttled(Some(MINUTE / 10)));
    assert_eq!(wait(&quota, 1_000).await.unwrap().as_secs(), 60);
}

/// The process's share can be a shared quota, too, such as that of one data centre.
#[tokio::test(start_paused = true)]
async fn a_permit_of_the_own_share_that_comes_too_late_is_not_used() {
    let (slots, near) = (Slots::new(), Slots::new());
    slots.kept().is_down = true;
    let share = near.quota(1).start_within(Duration::from_secs(5));
    let transport = ScriptedTransport::new();
    let shop = builder(&transport)
        .rate_limiter(slots.quota(20).when_unreachable(share.clone()))
        .build()
        .unwrap();
    let slow = Pause(Duration::from_secs(6));
    let error = shop.call(count()).before_send(slow).send().await;
    let error = error.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert!(error.to_string().contains("expired"), "{error}");
    share.flush().await;
    assert_eq!(near.held(), 0, "it goes back unused");
}
