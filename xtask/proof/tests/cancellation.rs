//! Drops calls at every possible point, and checks that nothing stays behind.
#![cfg(test)]

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use customer_api_core::rate_limit::Quota;
use proof::{CustomerRadar, Omnidesk, Provider, Ravelin, Revnue};
use tokio::runtime::Handle;

/// Polls a future at most this number of times, and drops it. Returns whether it completed.
async fn abandoned_after<F: Future>(polls: usize, future: F) -> bool {
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

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Waits until all work that can end has ended.
async fn settle() {
    tokio::time::sleep(Duration::from_secs(30)).await;
}

/// Drops a call at this point, and uses the state that it shared with other calls. Returns whether it completed.
async fn drop_at<P: Provider>(operation: usize, polls: usize) -> bool {
    let provider = P::start().await.unwrap();
    settle().await;
    let (applied, before) = (provider.applied(), tasks());
    let builder = provider.builder().rate_limiter(Quota::in_flight(1));
    let client = builder.build().unwrap();
    let entry = P::operations().into_iter().nth(operation).unwrap();
    let point = format!("{entry:?}, dropped after {polls} polls");
    let has_ended = abandoned_after(polls, entry.call(&client)).await;

    // The single permit is available, no call holds the login lock, and no lock is poisoned.
    let next = P::marked_write("next").call(&client).await;
    assert!(next.error.is_none(), "{point}: {next:?}");
    settle().await;
    let applied = provider.applied() - applied;
    let most = 1 + usize::from(entry.is_write());
    assert!(
        (1..=most).contains(&applied),
        "{point}: {applied} carried out"
    );
    assert!(
        !has_ended || applied == most,
        "{point}: {applied} carried out"
    );

    drop(client);
    settle().await;
    assert!(
        tasks() <= before,
        "{point}: {} tasks more",
        tasks() - before
    );
    has_ended
}

async fn leaves_nothing<P: Provider>() {
    let mut points = 0;
    for operation in 0..P::operations().len() {
        let mut polls = 0;
        while !drop_at::<P>(operation, polls).await {
            polls += 1;
        }
        // Before it begins, while it connects or is sent, while the response comes.
        assert!(polls >= 2, "{operation} of {} has {polls} points", P::CRATE);
        points += polls;
    }
    println!("{}: dropped at {points} points", P::CRATE);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_leaves_nothing_behind() {
    leaves_nothing::<Ravelin>().await;
    leaves_nothing::<Omnidesk>().await;
    leaves_nothing::<Revnue>().await;
    leaves_nothing::<CustomerRadar>().await;
}
