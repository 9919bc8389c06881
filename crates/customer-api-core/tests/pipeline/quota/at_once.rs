//! A permit without waiting: only where `acquire` would give one to the same caller, and to nobody before.

use std::{future::poll_fn, pin::pin, task::Poll};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_slot_is_taken_once() {
    let window = Quota::per_window(2, MINUTE);
    let permits = [window.try_acquire("a"), window.try_acquire("a")];
    assert!(permits.iter().all(Option::is_some));
    assert!(window.try_acquire("a").is_none());
    assert!(
        window.try_acquire("b").is_some(),
        "another class has its own"
    );
    drop(permits);
    assert!(window.try_acquire("a").is_none(), "its window is not over");
    tokio::time::advance(MINUTE).await;
    assert!(window.try_acquire("a").is_some());
}

#[tokio::test(start_paused = true)]
async fn it_overtakes_nobody() {
    let window = Quota::in_flight(1);
    let held = window.try_acquire("a").unwrap();
    let deadline = deadline(60);
    let mut waits = pin!(window.acquire("a", &deadline));
    poll_fn(|context| {
        assert!(waits.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    drop(held);
    // The slot is free, but it is the other one's.
    assert!(window.try_acquire("a").is_none());
    drop(waits.await.unwrap());
    assert!(window.try_acquire("a").is_some());
}

#[tokio::test(start_paused = true)]
async fn there_is_none_while_the_provider_wants_no_call() {
    let window = Quota::per_window(5, MINUTE);
    let permit = window.try_acquire("a").unwrap();
    permit.complete(&throttled(Some(Duration::from_secs(7))));
    assert!(window.try_acquire("a").is_none());
    assert!(window.try_acquire("b").is_some());
    tokio::time::advance(Duration::from_secs(7)).await;
    assert!(window.try_acquire("a").is_some());
}
