//! Misuse of a ledger or a run that does no harm.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    task::{Context, Wake, Waker},
};

use feedback_invitations::ledger::{
    Claim, ClientExt as _, LedgerErrorKind, Outcome, Resend, Resolution, State,
    send_all::{self, Ending, SentOutcome},
};

use crate::support::{
    Behaviour::{Away, LoseResponse, Panic, Unauthorized, Wait},
    Directory, FileLedger, LIST, Provider, invitation, invitations, key, outcomes, record, words,
};

async fn open(directory: &Directory) -> FileLedger {
    FileLedger::open_or_create(directory.file("a.ledger"))
        .await
        .unwrap()
}

struct PanickingWaker;

impl Wake for PanickingWaker {
    fn wake(self: Arc<Self>) {
        panic!("a waker that panics");
    }
}

#[tokio::test]
async fn a_waker_that_panics_stops_the_ledger_and_loses_nothing() {
    let directory = Directory::new();
    let ledger = open(&directory).await;
    record(&ledger, "a", Outcome::accepted(None)).await;
    let begun = key("b");
    let _claim = ledger.begin(&begun, Resend::none()).await.unwrap();
    let error = loop {
        let mut asks = pin!(ledger.entry(&begun));
        let waker = Waker::from(Arc::new(PanickingWaker));
        // Waits with the panicking waker, unless the ledger responds before.
        let _ = asks.as_mut().poll(&mut Context::from_waker(&waker));
        // Other callers that wait at the same time get a response.
        if let Err(error) = ledger.summary().await {
            break error;
        }
    };
    assert_eq!(error.kind(), LedgerErrorKind::Stopped);
    assert!(error.to_string().contains("panicked"), "{error}");
    drop(ledger);
    let summary = open(&directory).await.summary().await.unwrap();
    assert_eq!((summary.accepted, summary.unknown), (1, 1));
}

/// Drops the waiting future as soon as it is woken, and reports whether that succeeded.
struct DroppingWaker {
    waits: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
    went_well: mpsc::Sender<bool>,
}

impl Wake for DroppingWaker {
    fn wake(self: Arc<Self>) {
        let waits = self.waits.lock().unwrap().take();
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(waits)));
        self.went_well.send(dropped.is_ok()).unwrap();
    }
}

#[tokio::test]
async fn the_last_handle_may_be_dropped_by_the_ledger_itself() {
    let directory = Directory::new();
    let (went_well, heard) = mpsc::channel();
    loop {
        let handle = open(&directory).await;
        let waker = Arc::new(DroppingWaker {
            waits: Mutex::default(),
            went_well: went_well.clone(),
        });
        let is_pending = {
            let mut waits = waker.waits.lock().unwrap();
            let asks = Box::pin(async move {
                let _ = handle.begin(&key("a"), Resend::none()).await;
            });
            let context = Waker::from(Arc::clone(&waker));
            let asks = waits.insert(asks);
            asks.as_mut()
                .poll(&mut Context::from_waker(&context))
                .is_pending()
        };
        // The ledger may respond before the future has to wait.
        if is_pending {
            break;
        }
        drop(waker.waits.lock().unwrap().take());
    }
    assert!(heard.recv().unwrap());
    // The test did not wait for the ledger's thread, so the thread may hold the lock for a moment longer.
    let ledger = loop {
        match FileLedger::open_or_create(directory.file("a.ledger")).await {
            Ok(ledger) => break ledger,
            Err(error) => assert_eq!(error.kind(), LedgerErrorKind::InUse),
        }
    };
    assert_eq!(ledger.summary().await.unwrap().unknown, 1);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_is_no_way_around_the_lock() {
    let directory = Directory::new();
    let link = directory.file("link");
    std::os::unix::fs::symlink(directory.file("a.ledger"), &link).unwrap();
    // No file is created through a dangling link.
    let error = FileLedger::open_or_create(&link).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::NotFound);
    let ledger = open(&directory).await;
    record(&ledger, "a", Outcome::accepted(None)).await;
    let error = FileLedger::open_or_create(&link).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::InUse);
    drop(ledger);
    let ledger = FileLedger::open_or_create(&link).await.unwrap();
    assert_eq!(ledger.summary().await.unwrap().accepted, 1);
    record(&ledger, "b", Outcome::accepted(None)).await;
    drop(ledger);
    assert_eq!(open(&directory).await.summary().await.unwrap().accepted, 2);
}

#[tokio::test]
async fn a_ledger_says_where_it_is_without_detours() {
    let directory = Directory::new();
    let straight = directory.file("a.ledger");
    let name = straight.parent().unwrap().file_name().unwrap();
    let detour = directory.file("..").join(name).join("a.ledger");
    let ledger = FileLedger::open_or_create(detour).await.unwrap();
    let straight = std::fs::canonicalize(straight).unwrap();
    assert_eq!(ledger.path(), straight);
}

#[tokio::test]
async fn an_empty_file_says_what_to_do_with_it() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    std::fs::write(&path, "").unwrap();
    let error = FileLedger::open_or_create(&path).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::NotALedger);
    assert!(error.to_string().contains("restore it"), "{error}");
}

#[tokio::test]
async fn what_is_on_its_way_can_not_be_resolved() {
    let directory = Directory::new();
    let ledger = open(&directory).await;
    let begun = ledger.begin(&key("a"), Resend::none()).await.unwrap();
    for resolution in [Resolution::Sent, Resolution::NotSent] {
        let error = ledger.resolve(&key("a"), resolution).await.unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::NotUnknown);
    }
    drop(begun);
    let entry = ledger.entry(&key("a")).await.unwrap().unwrap();
    assert_eq!(entry.state, State::Sending);
    assert!(ledger.unknown(None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn tasks_that_are_gone_count_as_doubts() {
    let directory = Directory::new();
    let provider = Provider::new();
    let list = ["a", "b", "c", "d", "e"];
    list.iter().for_each(|key| provider.behave(key, Panic));
    let run = provider
        .client()
        .send_all(&*open(&directory).await, invitations(&list))
        .max_unknown(1)
        .start();
    let summary = run.finish().await;
    assert!(
        matches!(summary.ending, Ending::TooManyUnknown),
        "{summary}"
    );
    assert_eq!((summary.progress.unknown, provider.total()), (2, 2));
}

/// The first cause is the relevant one, because the second may be its consequence.
#[tokio::test]
async fn a_run_ends_for_the_first_of_its_reasons() {
    let directory = Directory::new();
    let provider = Provider::new()
        .with("a", LoseResponse)
        .with("b", Wait)
        .with("c", Unauthorized);
    let mut run = provider
        .client()
        .send_all(&*open(&directory).await, invitations(&["a", "c"]))
        .concurrency(2)
        .max_unknown(0)
        .start();
    let mut endings = Vec::new();
    while run.next().await.is_some() {
        endings.push(format!("{:?}", run.ending().unwrap()));
    }
    assert_eq!(endings.len(), 2);
    assert_eq!(endings[0], endings[1]);

    // A run that has ended or was stopped may still fail because of calls under way.
    let mut run = provider
        .client()
        .send_all(&*open_another(&directory).await, invitations(&["b", "a"]))
        .concurrency(3)
        .max_unknown(0)
        .start();
    assert_eq!(run.next().await.unwrap().key, key("a"));
    provider.open(1);
    assert_eq!(outcomes(&mut run).await, words(&[("b", "accepted")]));
    assert!(matches!(run.ending(), Some(Ending::TooManyUnknown)));
}

async fn open_another(directory: &Directory) -> FileLedger {
    FileLedger::open_or_create(directory.file("b.ledger"))
        .await
        .unwrap()
}

#[tokio::test]
async fn two_runs_over_one_ledger_send_each_key_once() {
    let directory = Directory::new();
    let ledger = open(&directory).await;
    let names: Vec<String> = (0..100).map(|number| format!("order-{number}")).collect();
    let list: Vec<&str> = names.iter().map(String::as_str).collect();
    let provider = Provider::new();
    let runs: Vec<_> = (0..2)
        .map(|_| {
            let run = provider
                .client()
                .send_all(&ledger, invitations(&list))
                .concurrency(8)
                .start();
            tokio::spawn(run.finish())
        })
        .collect();
    let mut accepted = 0;
    for run in runs {
        accepted += run.await.unwrap().progress.accepted;
    }
    assert_eq!(accepted, 100);
    assert!(list.iter().all(|key| provider.received(key) == 1));
}

#[tokio::test]
async fn the_debug_output_of_a_claim_is_of_no_use_to_others() {
    let claim = Claim::new(key(LIST), key("a"));
    let shown = r#"Claim { list: Key("list"), key: Key("a"), .. }"#;
    assert_eq!(format!("{claim:?}"), shown);
    let other = Claim::new(key(LIST), key("a"));
    assert_ne!(claim.token(), other.token());
}

/// A source may yield the same key without end. Skipped keys do not pile up, and do not block the run.
#[tokio::test]
async fn a_key_that_comes_again_and_again_is_taken_one_at_a_time() {
    let directory = Directory::new();
    let provider = Provider::new().with("a", Away).with("b", Panic);
    for text in ["a", "b"] {
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&taken);
        let endless = std::iter::repeat_with(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            invitation(text)
        });
        let mut run = provider
            .client()
            .send_all(&*open(&directory).await, send_all::iter(endless))
            .concurrency(3)
            .resend_unknown()
            .start();
        let (mut skipped, mut count, mut others) = (Vec::new(), 0, 0);
        // Reads until the key's own outcome has come, and some of the skips after it.
        while count < 500 || others == 0 || skipped.last() == Some(&State::Sending) {
            count += 1;
            let sent = run.next().await.unwrap();
            match sent.outcome {
                SentOutcome::Skipped(state) => skipped.push(state),
                _ => others += 1,
            }
            let (taken, progress) = (taken.load(Ordering::Relaxed) as u64, run.progress());
            assert!(taken <= count + 3, "{taken} were taken for {count}");
            assert_eq!(taken, progress.done() + progress.in_flight, "{progress}");
        }
        // At first the key was under way, and later it was not.
        assert_eq!(others, 1);
        let last = if text == "a" {
            State::NotSent
        } else {
            State::Unknown
        };
        assert_eq!(skipped.last(), Some(&last));
        assert!(provider.received(text) <= 1);
        drop(run);
    }
}
