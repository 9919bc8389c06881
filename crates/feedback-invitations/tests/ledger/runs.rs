//! Runs over a list, and further runs over the same list.

use std::{
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use feedback_invitations::{
    Programme, Recipient, SendInvitation,
    ledger::{
        ClientExt as _, Key, State,
        send_all::{self, Ending, SentOutcome},
    },
};
use futures_core::Stream;
use tokio::sync::mpsc;

use crate::support::{
    Behaviour::{Away, LoseResponse, Panic, Refuse, Wait},
    Directory, FileLedger, Provider, invitation, invitations, key, outcomes, words,
};

/// A source that yields the items that the test sends.
struct Channel(mpsc::UnboundedReceiver<(Key, SendInvitation)>);

impl Stream for Channel {
    type Item = (Key, SendInvitation);

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

async fn ledger(directory: &Directory) -> FileLedger {
    FileLedger::open_or_create(directory.file("a.ledger"))
        .await
        .unwrap()
}

#[tokio::test]
async fn what_was_accepted_is_not_sent_again_and_the_rest_only_as_it_is_said() {
    let directory = Directory::new();
    let ledger = ledger(&directory).await;
    let provider = Provider::new()
        .with("refused", Refuse)
        .with("away", Away)
        .with("lost", LoseResponse);
    let client = provider.client();
    let programme = Programme::new("client-display-id", "programme-display-id");
    let list = || {
        let nobody = Recipient::new("location-display-id");
        let invalid = SendInvitation::new(&programme, nobody);
        let valid = ["accepted", "refused", "away", "lost"].map(invitation);
        send_all::iter(valid.into_iter().chain([(key("invalid"), invalid)]))
    };

    let mut run = client.send_all(&ledger, list()).start();
    assert_eq!(
        outcomes(&mut run).await,
        words(&[
            ("accepted", "accepted"),
            ("refused", "refused"),
            ("away", "not sent"),
            ("lost", "unknown"),
            ("invalid", "not sent"),
        ])
    );
    let progress = run.progress();
    assert_eq!((progress.accepted, progress.refused), (1, 1));
    assert_eq!((progress.not_sent, progress.unknown), (2, 1));
    assert_eq!((progress.done(), progress.in_flight), (5, 0));
    let summary = run.finish().await;
    assert!(matches!(summary.ending, Ending::Exhausted));
    assert_eq!(
        summary.to_string(),
        "1 accepted, 1 refused, 2 not sent, 1 unknown, 0 skipped; the list is at its end"
    );

    // The provider accepts everything now, but only invitations that were never sent are sent.
    for key in ["refused", "away", "lost"] {
        provider.behave(key, crate::support::Behaviour::Accept);
    }
    let mut run = client.send_all(&ledger, list()).start();
    let mut skipped = Vec::new();
    while let Some(sent) = run.next().await {
        match sent.outcome {
            SentOutcome::Skipped(state) => skipped.push((sent.key.to_string(), state)),
            SentOutcome::Accepted(receipt) => {
                assert_eq!(sent.key.as_str(), "away");
                assert_eq!(receipt.reference.as_deref(), Some("receipt-away"));
            }
            other => assert_eq!(
                (sent.key.as_str(), other.error().is_some()),
                ("invalid", true)
            ),
        }
    }
    let refused = State::Refused {
        status: Some(400),
        code: Some("40012".to_owned()),
        not_before: None,
    };
    let accepted = State::Accepted {
        reference: Some("receipt-accepted".to_owned()),
    };
    let expected = [
        ("accepted", accepted),
        ("refused", refused),
        ("lost", State::Unknown),
    ];
    assert_eq!(
        skipped,
        expected.map(|(key, state)| (key.to_owned(), state))
    );
    assert_eq!(run.progress().skipped_unknown, 1);
    let text = run.progress().to_string();
    assert!(text.ends_with("3 skipped (1 of them unknown)"), "{text}");
    assert_eq!(
        (provider.received("refused"), provider.received("lost")),
        (1, 1)
    );

    let run = client.send_all(&ledger, list()).resend_refused().start();
    assert_eq!(run.finish().await.progress.accepted, 1);
    assert_eq!(
        (provider.received("refused"), provider.received("lost")),
        (2, 1)
    );
    let run = client.send_all(&ledger, list()).resend_unknown().start();
    assert_eq!(run.finish().await.progress.accepted, 1);
    assert_eq!(
        (provider.received("refused"), provider.received("lost")),
        (2, 2)
    );
    assert_eq!(provider.received("accepted"), 1);
    assert_eq!(ledger.summary().await.unwrap().accepted, 4);
}

#[tokio::test]
async fn a_key_that_comes_twice_is_sent_once() {
    for concurrency in [1, 3, 10] {
        let directory = Directory::new();
        let provider = Provider::new()
            .with("refused", Refuse)
            .with("away", Away)
            .with("lost", LoseResponse);
        let keys = ["accepted", "refused", "away", "lost"];
        let list = [keys, keys, keys].concat();
        let mut run = provider
            .client()
            .send_all(&*ledger(&directory).await, invitations(&list))
            .concurrency(concurrency)
            .resend_refused()
            .resend_unknown()
            .start();
        let mut skipped = 0;
        while let Some(sent) = run.next().await {
            skipped += u32::from(matches!(sent.outcome, SentOutcome::Skipped(_)));
        }
        assert_eq!(skipped, 8);
        assert_eq!(keys.map(|key| provider.received(key)), [1, 1, 0, 1]);
        assert_eq!(run.progress().not_sent, 1);
    }
}

#[tokio::test]
async fn as_many_as_allowed_are_on_their_way_and_no_more_are_taken() {
    let directory = Directory::new();
    let provider = Provider::new();
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let names: Vec<String> = (0..20).map(|number| format!("order-{number}")).collect();
    names.iter().for_each(|name| provider.behave(name, Wait));
    let list = names.into_iter().map(move |name| {
        counter.fetch_add(1, Ordering::Relaxed);
        invitation(&name)
    });
    let mut run = provider
        .client()
        .send_all(&*ledger(&directory).await, send_all::iter(list))
        .concurrency(4)
        .start();
    assert_eq!(taken.load(Ordering::Relaxed), 0);
    {
        let mut next = pin!(run.next());
        tokio::select! {
            biased;
            sent = &mut next => panic!("{sent:?}"),
            () = provider.waiting(4) => {}
        }
        assert_eq!((provider.total(), taken.load(Ordering::Relaxed)), (4, 4));
        provider.open(2);
        assert!(next.await.is_some());
    }
    // One outcome has been read, so one more item was taken. While the test does not read, the others continue, and no further item is taken.
    provider.waiting(5).await;
    assert_eq!((provider.total(), taken.load(Ordering::Relaxed)), (5, 5));
    assert_eq!(run.progress().in_flight, 4);
    provider.open(99);
    let summary = run.finish().await;
    assert_eq!((summary.progress.accepted, provider.total()), (20, 20));
}

#[tokio::test]
async fn a_stopped_run_finishes_what_is_on_its_way_and_begins_nothing() {
    let directory = Directory::new();
    let ledger = ledger(&directory).await;
    let provider = Provider::new().with("b", Wait).with("c", Wait);
    let list = ["a", "b", "c", "d", "e"];
    let mut run = provider
        .client()
        .send_all(&ledger, invitations(&list))
        .concurrency(2)
        .start();
    assert_eq!(run.next().await.unwrap().key, key("a"));
    provider.waiting(2).await;
    let stopper = run.stopper();
    stopper.clone().stop();
    assert!(stopper.is_stopped());
    provider.open(2);
    let rest = outcomes(&mut run).await;
    assert_eq!(rest, words(&[("b", "accepted"), ("c", "accepted")]));
    assert!(matches!(run.ending(), Some(Ending::Stopped)));
    assert_eq!(ledger.summary().await.unwrap().total(), 3);

    let run = provider
        .client()
        .send_all(&ledger, invitations(&list))
        .start();
    let progress = run.finish().await.progress;
    assert_eq!((progress.skipped, progress.accepted), (3, 2));
    assert!(list.iter().all(|key| provider.received(key) == 1));
}

#[tokio::test]
async fn a_run_that_waits_for_its_source_can_be_stopped() {
    let directory = Directory::new();
    let provider = Provider::new();
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut run = provider
        .client()
        .send_all(&*ledger(&directory).await, Channel(receiver))
        .start();
    sender.send(invitation("a")).unwrap();
    assert_eq!(run.next().await.unwrap().key, key("a"));
    let stopper = run.stopper();
    let waits = tokio::spawn(async move { run.finish().await });
    tokio::task::yield_now().await;
    stopper.stop();
    let summary = waits.await.unwrap();
    assert!(matches!(summary.ending, Ending::Stopped), "{summary}");
    assert_eq!(summary.progress.accepted, 1);
}

#[tokio::test]
async fn a_run_is_a_stream_and_its_source_may_be_slow() {
    let directory = Directory::new();
    let provider = Provider::new();
    let (sender, receiver) = mpsc::unbounded_channel();
    let mut run = pin!(
        provider
            .client()
            .send_all(&*ledger(&directory).await, Channel(receiver))
            .start()
    );
    for text in ["a", "b"] {
        let mut next = pin!(std::future::poll_fn(|context| run
            .as_mut()
            .poll_next(context)));
        let mut context = Context::from_waker(Waker::noop());
        assert!(next.as_mut().poll(&mut context).is_pending());
        sender.send(invitation(text)).unwrap();
        assert_eq!(next.await.unwrap().key, key(text));
    }
    drop(sender);
    assert!(run.next().await.is_none());
    assert!(run.next().await.is_none());
}

#[tokio::test]
async fn a_dropped_run_leaves_a_doubt_for_what_was_on_its_way() {
    let directory = Directory::new();
    let provider = Provider::new().with("b", Wait).with("c", Wait);
    let list = ["a", "b", "c", "d"];
    let mut run = provider
        .client()
        .send_all(&*ledger(&directory).await, invitations(&list))
        .concurrency(2)
        .start();
    assert_eq!(run.next().await.unwrap().key, key("a"));
    provider.waiting(2).await;
    drop(run);

    let ledger = ledger(&directory).await;
    assert_eq!(ledger.unknown(None, 9).await.unwrap(), ["b", "c"].map(key));
    let mut run = provider
        .client()
        .send_all(&ledger, invitations(&list))
        .start();
    let expected = [
        ("a", "skipped"),
        ("b", "skipped"),
        ("c", "skipped"),
        ("d", "accepted"),
    ];
    assert_eq!(outcomes(&mut run).await, words(&expected));
}

#[tokio::test]
async fn a_panic_costs_one_invitation_and_not_the_run() {
    let directory = Directory::new();
    let provider = Provider::new().with("b", Panic);
    let list = ["a", "b", "c", "b"];
    let mut run = provider
        .client()
        .send_all(&*ledger(&directory).await, invitations(&list))
        .resend_unknown()
        .start();
    let mut became = Vec::new();
    while let Some(sent) = run.next().await {
        let lost = matches!(sent.outcome, SentOutcome::Lost);
        assert_eq!(sent.is_recorded, !lost);
        became.push(crate::support::word(&sent.outcome));
    }
    assert_eq!(became, ["accepted", "lost", "accepted", "skipped"]);
    drop(run);
    let ledger = ledger(&directory).await;
    assert_eq!(ledger.unknown(None, 9).await.unwrap(), [key("b")]);
}

#[tokio::test]
async fn nothing_about_a_person_is_stored() {
    let directory = Directory::new();
    let provider = Provider::new().with("b", Refuse).with("c", LoseResponse);
    let run = provider
        .client()
        .send_all(&*ledger(&directory).await, invitations(&["a", "b", "c"]))
        .start();
    let _ = run.finish().await;
    let file = std::fs::read(directory.file("a.ledger")).unwrap();
    let holds = |text: &str| file.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("receipt-a") && holds("40012"));
    for personal in ["person.example", "not b", "testing12345", "a-token"] {
        assert!(!holds(personal), "{personal}");
    }
}
