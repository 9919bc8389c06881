//! A call whose future is dropped: at each of its awaits, and while it waits.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use customer_api_core::transport::ScriptedResponse;
use customer_api_ledger::{CallExt as _, LedgerList, State};

use crate::shop::{Folder, Order, key, ordered, script, state};

/// Polls a future at most this often, and drops it; gives whether it came to its end.
async fn dropped_after(polls: usize, future: impl Future) -> bool {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|_| true)
    })
    .await
}

#[tokio::test]
async fn dropped_anywhere_a_key_is_as_it_was_or_in_doubt_and_never_on_its_way() {
    let folder = Folder::new("drops");
    let list = folder.orders().await;
    let mut seen = (0, 0);
    for polls in 0.. {
        let text = format!("case-{polls}");
        let (client, transport) = script([ordered("o-1").after(Duration::from_millis(1))]);
        let call = client.call(Order("tea")).once(&list, key(&text));
        let is_over = dropped_after(polls, call.send()).await;
        let was_sent = !transport.requests().is_empty();
        match settled(&list, &text).await {
            None => {
                assert!(!was_sent, "after {polls} polls it was sent and forgotten");
                seen.0 += 1;
            }
            Some(State::Unknown) => seen.1 += 1,
            Some(State::Accepted { .. }) => assert!(was_sent),
            other => panic!("after {polls} polls: {other:?}"),
        }
        if is_over {
            break;
        }
    }
    assert!(seen.0 > 0 && seen.1 > 0, "{seen:?}");
}

#[tokio::test]
async fn a_call_that_is_dropped_under_way_is_in_doubt_at_once() {
    let folder = Folder::new("under-way");
    let list = folder.orders().await;
    let (client, transport) = script([ScriptedResponse::hang()]);
    let call = tokio::spawn(client.call(Order("tea")).once(&list, key("case-1")).send());
    while transport.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(state(&list, "case-1").await, Some(State::Sending));
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(settled(&list, "case-1").await, Some(State::Unknown));
    // Without a restart, and for good.
    drop(list);
    let list = folder.again().await;
    assert_eq!(state(&list, "case-1").await, Some(State::Unknown));
}

/// What is on record once the ledger has done what it was asked to do: it does so in turn.
async fn settled(list: &LedgerList, text: &str) -> Option<State> {
    state(list, text).await
}
