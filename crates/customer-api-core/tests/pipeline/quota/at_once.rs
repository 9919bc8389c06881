//! A permit without waiting: only if `acquire` would grant one to the same caller without other callers before it.

use std::{future::poll_fn, pin::pin, task::Poll};

use super::*;

fn at_once(window: &Quota, class: &'static str) -> Option<Permit> {
    window.try_acquire(&ask(class, deadline(1)))
}

#[tokio::test(start_paused = true)]
async fn a_slot_is_taken_once() {
    let window = Quota::per_window(2, MINUTE);
    let permits = [at_once(&window, "a"), at_once(&window, "a")];
    assert!(permits.iter().all(Option::is_some));
    assert!(at_once(&window, "a").is_none());
    assert!(at_once(&window, "b").is_some(), "another class has its own");
    drop(permits);
    assert!(at_once(&window, "a").is_none(), "its window is not over");
    tokio::time::advance(MINUTE).await;
    assert!(at_once(&window, "a").is_some());
}

#[tokio::test(start_paused = true)]
async fn it_overtakes_nobody() {
    let window = Quota::in_flight(1);
    let held = at_once(&window, "a").unwrap();
    let request = ask("a", deadline(60));
    let mut waits = pin!(window.acquire(&request));
    poll_fn(|context| {
        assert!(waits.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
    drop(held);
    // The slot is free, but it belongs to the waiting caller.
    assert!(at_once(&window, "a").is_none());
    drop(waits.await.unwrap());
    assert!(at_once(&window, "a").is_some());
}

#[tokio::test(start_paused = true)]
async fn there_is_none_while_the_provider_wants_no_call() {
    let window = Quota::per_window(5, MINUTE);
    let permit = at_once(&window, "a").unwrap();
    permit.complete(&throttled(Some(Duration::from_secs(7))));
    assert!(at_once(&window, "a").is_none());
    assert!(at_once(&window, "b").is_some());
    tokio::time::advance(Duration::from_secs(7)).await;
    assert!(at_once(&window, "a").is_some());
}
