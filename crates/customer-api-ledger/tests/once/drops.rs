//! A call whose future is dropped: at each of its awaits, and while it waits.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use customer_api_core::{
    Idempotency,
    transport::{ScriptedResponse, TransportErrorKind},
};
use customer_api_ledger::{Begun, CallExt as _, Key, LedgerList, Outcome, Resend, State};

use crate::shop::{Folder, Order, key, ordered, script, state};

/// Polls a future at most this many times, and drops it. Returns whether it completed.
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

/// The faults of a call, and how many of its attempts are proven to have done nothing.
struct Course {
    name: &'static str,
    responses: fn() -> Vec<ScriptedResponse>,
    undone: usize,
}

const COURSES: [Course; 4] = [
    Course {
        name: "done at once",
        responses: || vec![soon(ordered("o-1"))],
        undone: 0,
    },
    Course {
        name: "refused for now, and repeated",
        responses: || {
            let throttled = ScriptedResponse::status(429).header("retry-after", "0");
            vec![soon(throttled), soon(ordered("o-1"))]
        },
        undone: 1,
    },
    Course {
        name: "not sent, and repeated",
        responses: || {
            let away = ScriptedResponse::failure(TransportErrorKind::Connect);
            vec![soon(away), soon(ordered("o-1"))]
        },
        undone: 1,
    },
    Course {
        name: "broken off, and repeated by the caller's leave",
        responses: || {
            let broken = ScriptedResponse::failure(TransportErrorKind::Interrupted);
            vec![soon(broken), soon(ordered("o-1"))]
        },
        undone: 0,
    },
];

fn soon(response: ScriptedResponse) -> ScriptedResponse {
    response.after(Duration::from_millis(1))
}

/// The earlier states of a key in which its call begins.
fn earlier() -> [Option<Outcome>; 3] {
    let refused = Outcome::refused(Some(422), Some("no-tea"));
    [None, Some(refused), Some(Outcome::not_sent())]
}

/// How often a call is dropped after the same number of polls. The ledger's thread may be faster or slower, and the results differ.
const ROUNDS: usize = 5;

/// How often a key was as before, and how often it was in doubt.
#[derive(Debug, Default)]
struct Seen {
    before_sending: usize,
    after_an_attempt: usize,
    in_doubt: usize,
}

#[tokio::test]
async fn dropped_anywhere_a_key_is_as_it_was_or_in_doubt_and_never_on_its_way() {
    let folder = Folder::new("drops");
    let list = folder.orders().await;
    for course in &COURSES {
        let mut seen = Seen::default();
        for (number, earlier) in earlier().iter().enumerate() {
            for polls in 0.. {
                let mut are_over = true;
                for round in 0..ROUNDS {
                    let point = format!("{} {number}, {polls} polls, {round}", course.name);
                    let earlier = earlier.as_ref();
                    are_over &= dropped_at(&list, &point, course, polls, earlier, &mut seen).await;
                }
                if are_over {
                    break;
                }
            }
        }
        let name = course.name;
        assert!(
            seen.before_sending > 0 && seen.in_doubt > 0,
            "{name}: {seen:?}"
        );
        let is_undone = course.undone > 0;
        assert_eq!(seen.after_an_attempt > 0, is_undone, "{name}: {seen:?}");
    }
}

/// Drops a call at this point, and checks what is on record. Returns whether the call completed.
async fn dropped_at(
    list: &LedgerList,
    point: &str,
    course: &Course,
    polls: usize,
    earlier: Option<&Outcome>,
    seen: &mut Seen,
) -> bool {
    let key = key(point);
    if let Some(outcome) = earlier {
        record(list, &key, outcome).await;
    }
    let before = list.entry(&key).await.unwrap();
    let (client, transport) = script((course.responses)());
    let idempotency = match course.undone {
        0 => Idempotency::Idempotent,
        _ => Idempotency::NonIdempotent,
    };
    let call = client.call(Order("tea")).idempotency(idempotency);
    let call = call
        .once(list, key.clone())
        .resend(Resend::none().refused());
    let is_over = dropped_after(polls, call.send()).await;
    let sent = transport.requests().len();
    // The ledger processes its jobs in order.
    let after = list.entry(&key).await.unwrap();
    if after == before {
        assert!(sent <= course.undone, "{point}: sent and forgotten");
        match sent {
            0 => seen.before_sending += 1,
            _ => seen.after_an_attempt += 1,
        }
    } else {
        match after.map(|entry| entry.state) {
            Some(State::Unknown) => seen.in_doubt += 1,
            Some(State::Accepted { .. }) => assert!(sent > course.undone, "{point}"),
            other => panic!("{point}: {other:?}"),
        }
    }
    is_over
}

async fn record(list: &LedgerList, key: &Key, outcome: &Outcome) {
    match list.begin(key, Resend::none()).await.unwrap() {
        Begun::Started(claim) => drop(list.finish(&claim, outcome).await.unwrap()),
        Begun::Known(entry) => panic!("{entry:?}"),
    }
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
    assert_eq!(state(&list, "case-1").await, Some(State::Unknown));
    // Without a restart, and permanently.
    drop(list);
    let list = folder.again().await;
    assert_eq!(state(&list, "case-1").await, Some(State::Unknown));
}
