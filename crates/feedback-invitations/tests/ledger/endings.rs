//! Runs end early for several reasons, and report the reason.

use std::{
    pin::pin,
    sync::atomic::{AtomicU64, Ordering},
    task::{Context, Poll, Waker},
};

use customer_api_core::async_trait;
use feedback_invitations::{
    ErrorKind,
    ledger::{
        self, Claim, ClientExt as _, Entry, Intent, Ledger as _, LedgerError, LedgerErrorKind,
        LedgerList, Outcome, State,
        send_all::{Ending, SentOutcome},
    },
};
use testkit::{Overlaid, Overlay};

use crate::support::{
    Behaviour::{Accept, Away, LoseResponse, Unauthorized},
    Directory, FileLedger, LIST, Provider, invitations, key, outcomes, words,
};

/// A ledger whose disk becomes full at one of its writes.
#[derive(Debug)]
struct FullDisk {
    inner: ledger::FileLedger,
    writes_left: AtomicU64,
}

impl FullDisk {
    /// Opens a list of a ledger whose disk is full after `writes` writes.
    async fn after(directory: &Directory, writes: u64) -> LedgerList {
        let ledger = FileLedger::open_or_create(directory.file("a.ledger"))
            .await
            .unwrap();
        let full = Self {
            inner: ledger.file().clone(),
            writes_left: AtomicU64::new(writes),
        };
        LedgerList::open(Overlaid(full), LIST).await.unwrap()
    }

    fn write(&self) -> Result<(), LedgerError> {
        let left = self
            .writes_left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        let full = || LedgerError::new(LedgerErrorKind::Storage, "the disk is full");
        left.map(drop).map_err(|_| full())
    }
}

#[async_trait]
impl Overlay for FullDisk {
    type Below = ledger::FileLedger;

    fn below(&self) -> &ledger::FileLedger {
        &self.inner
    }

    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        self.write()?;
        self.inner.begin(claim, intent).await
    }
    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        self.write()?;
        self.inner.withdraw(claim).await
    }
    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        self.write()?;
        self.inner.finish(claim, outcome).await
    }
    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>) {
        if self.write().is_ok() {
            self.inner.abandon(claim, outcome);
        }
    }
}

#[tokio::test]
async fn nothing_is_sent_without_its_intent_on_record() {
    let directory = Directory::new();
    let provider = Provider::new();
    let list = ["a", "b", "c"];
    let ledger = FullDisk::after(&directory, 2).await;
    let mut run = provider
        .client()
        .send_all(&ledger, invitations(&list))
        .start();
    let became = outcomes(&mut run).await;
    assert_eq!(became, words(&[("a", "accepted"), ("b", "not begun")]));
    assert_eq!((provider.received("b"), provider.total()), (0, 1));
    let summary = run.finish().await;
    assert!(
        matches!(&summary.ending, Ending::LedgerFailed(error) if error.kind() == LedgerErrorKind::Storage)
    );
    assert!(
        summary
            .to_string()
            .ends_with("the ledger failed: the disk is full"),
        "{summary}"
    );
}

#[tokio::test]
async fn an_outcome_that_could_not_be_recorded_is_told_and_ends_the_run() {
    let directory = Directory::new();
    let provider = Provider::new();
    let ledger = FullDisk::after(&directory, 3).await;
    let list = ["a", "b", "c"];
    let mut run = provider
        .client()
        .send_all(&ledger, invitations(&list))
        .start();
    let first = run.next().await.unwrap();
    assert!(first.is_recorded);
    let second = run.next().await.unwrap();
    assert_eq!((&second.key, second.is_recorded), (&key("b"), false));
    assert!(
        matches!(&second.outcome, SentOutcome::Accepted(receipt) if receipt.reference.as_deref() == Some("receipt-b"))
    );
    assert!(run.next().await.is_none());
    assert!(matches!(run.ending(), Some(Ending::LedgerFailed(_))));
    assert_eq!(provider.total(), 2);
    drop((run, ledger));
    let ledger = FileLedger::open_or_create(directory.file("a.ledger"))
        .await
        .unwrap();
    assert_eq!(ledger.unknown(None, 9).await.unwrap(), [key("b")]);
}

/// Nothing was sent, but the ledger records that it may have been. The operator has to look before the next run, and the run reports that now.
#[tokio::test]
async fn an_intent_that_could_not_be_taken_back_is_told_and_ends_the_run() {
    let directory = Directory::new();
    let provider = Provider::new().with("a", Away);
    let ledger = FullDisk::after(&directory, 1).await;
    let mut run = provider
        .client()
        .send_all(&ledger, invitations(&["a", "b"]))
        .start();
    let sent = run.next().await.unwrap();
    assert!(matches!(sent.outcome, SentOutcome::NotSent(_)));
    assert!(!sent.is_recorded);
    assert!(run.next().await.is_none());
    assert!(matches!(run.ending(), Some(Ending::LedgerFailed(_))));
    drop((run, ledger));
    let ledger = FileLedger::open(directory.file("a.ledger")).await.unwrap();
    assert_eq!(ledger.unknown(None, 9).await.unwrap(), [key("a")]);
}

#[tokio::test]
async fn a_refused_login_ends_the_run() {
    let directory = Directory::new();
    let provider = Provider::new().refuse_login();
    let ledger = FileLedger::open_or_create(directory.file("a.ledger"))
        .await
        .unwrap();
    let mut run = provider
        .client()
        .send_all(&ledger, invitations(&["a", "b", "c"]))
        .start();
    let sent = run.next().await.unwrap();
    let error = sent.outcome.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert!(matches!(sent.outcome, SentOutcome::NotSent(_)));
    assert!(run.next().await.is_none());
    assert!(matches!(run.ending(), Some(Ending::Unauthorized)));
    assert_eq!(provider.total(), 0);
    // Nothing was sent, so nothing is on record.
    assert!(sent.is_recorded);
    assert_eq!(ledger.summary().await.unwrap().total(), 0);
}

#[tokio::test]
async fn a_credential_that_is_refused_after_a_new_login_ends_the_run() {
    let directory = Directory::new();
    let provider = Provider::new().with("b", Unauthorized);
    let ledger = FileLedger::open_or_create(directory.file("a.ledger"))
        .await
        .unwrap();
    let mut run = provider
        .client()
        .send_all(&ledger, invitations(&["a", "b", "c"]))
        .start();
    let became = outcomes(&mut run).await;
    assert_eq!(became, words(&[("a", "accepted"), ("b", "refused")]));
    assert!(matches!(run.ending(), Some(Ending::Unauthorized)));
    assert_eq!(provider.received("c"), 0);
    let summary = ledger.summary().await.unwrap();
    assert_eq!((summary.not_sent, summary.total()), (1, 2));

    // The login was refused, not the invitation. Therefore the next run sends the invitation without `resend_refused`.
    provider.behave("b", Accept);
    let run = provider
        .client()
        .send_all(&ledger, invitations(&["a", "b", "c"]))
        .start();
    assert_eq!(run.finish().await.progress.accepted, 2);
}

#[tokio::test]
async fn too_many_doubts_end_the_run() {
    let names: Vec<String> = (0..30).map(|number| format!("order-{number:02}")).collect();
    let list: Vec<&str> = names.iter().map(String::as_str).collect();
    let provider = || {
        let provider = Provider::new();
        list.iter()
            .for_each(|key| provider.behave(key, LoseResponse));
        provider
    };
    for (max, expected) in [(None, 11), (Some(0), 1), (Some(3), 4), (Some(u64::MAX), 30)] {
        let directory = Directory::new();
        let provider = provider();
        let ledger = FileLedger::open_or_create(directory.file("a.ledger"))
            .await
            .unwrap();
        let mut run = provider.client().send_all(&ledger, invitations(&list));
        if let Some(max) = max {
            run = run.max_unknown(max);
        }
        let summary = run.start().finish().await;
        assert_eq!(summary.progress.unknown, expected, "{max:?}");
        assert_eq!(u64::from(provider.total()), expected);
        let is_forced = matches!(summary.ending, Ending::TooManyUnknown);
        assert_eq!(is_forced, expected < 30);
    }
}

#[test]
fn without_a_runtime_nothing_is_taken() {
    let directory = Directory::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let path = directory.file("a.ledger");
    let ledger = runtime.block_on(FileLedger::open_or_create(path)).unwrap();
    let provider = Provider::new();
    let mut run = provider
        .client()
        .send_all(&ledger, invitations(&["a"]))
        .start();
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(
        pin!(run.next()).poll(&mut context),
        Poll::Ready(None)
    ));
    assert!(matches!(run.ending(), Some(Ending::NoRuntime)));
    assert_eq!(provider.total(), 0);
}
