//! A ledger that reports a failed withdrawal and carries it out later, like a database that took too long. And machines that sleep
//! while they wait for a claim.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use customer_api_core::{
    Delivery, ErrorKind, Idempotency, async_trait,
    before_send::{BeforeSend, Upcoming, Withheld},
    time::sleep_with_the_machine,
    transport::{ScriptedResponse, TransportErrorKind},
};
use customer_api_ledger::{
    CallExt as _, Claim, Entry, FileLedger, Intent, Ledger as _, LedgerError, LedgerErrorKind,
    LedgerList, Once, OnceErrorKind, State,
};
use testkit::{Overlaid, Overlay};

use crate::shop::{Folder, Order, key, order, ordered, script, state};

#[derive(Debug)]
struct Late {
    file: FileLedger,
    /// The number of withdrawals that fail.
    failures: AtomicU32,
    /// The withdrawal that takes effect after the next claim.
    withdrawn: Mutex<Option<Claim>>,
    /// How long the machine sleeps while it waits for a claim.
    nap: Duration,
}

async fn late(folder: &Folder, failures: u32, nap: Duration) -> LedgerList {
    drop(folder.orders().await);
    let ledger = Late {
        file: FileLedger::open(folder.ledger()).await.unwrap(),
        failures: AtomicU32::new(failures),
        withdrawn: Mutex::default(),
        nap,
    };
    LedgerList::open(Overlaid(ledger), "orders").await.unwrap()
}

#[async_trait]
impl Overlay for Late {
    type Below = FileLedger;

    fn below(&self) -> &FileLedger {
        &self.file
    }

    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        let begun = self.file.begin(claim, intent).await;
        let withdrawn = self.withdrawn.lock().unwrap().take();
        if let Some(withdrawn) = withdrawn {
            self.file.withdraw(&withdrawn).await?;
        }
        sleep_with_the_machine(self.nap);
        begun
    }

    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        let fewer = |left: u32| left.checked_sub(1);
        let (one, other) = (Ordering::Relaxed, Ordering::Relaxed);
        if self.failures.fetch_update(one, other, fewer).is_err() {
            return self.file.withdraw(claim).await;
        }
        *self.withdrawn.lock().unwrap() = Some(claim.clone());
        let kind = LedgerErrorKind::Storage;
        Err(LedgerError::new(kind, "the database took too long"))
    }
}

fn throttled() -> ScriptedResponse {
    ScriptedResponse::status(429).header("retry-after", "0")
}

#[tokio::test]
async fn a_withdrawal_that_comes_late_does_not_set_free_what_is_sent_again() {
    let folder = Folder::new("late");
    let list = late(&folder, 1, Duration::ZERO).await;
    let (client, transport) = script([throttled(), ordered("o-1")]);
    let once = order(&client, &list, "case-1", "tea").await.unwrap();
    let Once::Done { recorded, .. } = once else {
        panic!("{once:?}")
    };
    assert!(recorded.is_ok(), "{recorded:?}");
    assert_eq!(transport.requests().len(), 2);
    let reference = Some("o-1".to_owned());
    let accepted = State::Accepted { reference };
    assert_eq!(state(&list, "case-1").await, Some(accepted));
}

#[tokio::test]
async fn nothing_is_sent_again_while_its_withdrawal_fails() {
    let folder = Folder::new("never");
    let list = late(&folder, 9, Duration::ZERO).await;
    let (client, transport) = script([throttled(), ordered("o-1")]);
    let error = order(&client, &list, "case-1", "tea").await.unwrap_err();
    assert_eq!(error.kind(), OnceErrorKind::Ledger);
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(transport.requests().len(), 1);
}

/// The timeout of a call in these tests.
const TIMEOUT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_claim_that_comes_after_the_time_of_the_call_is_taken_back_and_nothing_is_sent() {
    let folder = Folder::new("asleep");
    let list = late(&folder, 0, TIMEOUT * 2).await;
    let (client, transport) = script([ordered("o-1")]);
    let call = client.call(Order("tea")).timeout(TIMEOUT);
    let error = call.once(&list, key("case-1")).send().await.unwrap_err();
    let what = (error.kind(), error.delivery());
    assert_eq!(what, (OnceErrorKind::Ledger, Delivery::NotSent));
    let kind = error.ledger_error().map(LedgerError::kind);
    assert_eq!(kind, Some(LedgerErrorKind::ClaimLost), "{error}");
    assert!(transport.requests().is_empty());
    assert_eq!(list.entry(&key("case-1")).await.unwrap(), None);
}

#[tokio::test]
async fn a_nap_within_the_time_of_the_call_does_not_matter() {
    let folder = Folder::new("nap");
    let list = late(&folder, 0, TIMEOUT / 2).await;
    let (client, transport) = script([ordered("o-1")]);
    let call = client.call(Order("tea")).timeout(TIMEOUT);
    let once = call.once(&list, key("case-1")).send().await.unwrap();
    assert!(matches!(once, Once::Done { recorded, .. } if recorded.is_ok()));
    assert_eq!(transport.requests().len(), 1);
}

/// The machine sleeps before the second attempt.
struct Nap(AtomicU32);

#[async_trait]
impl BeforeSend for Nap {
    async fn before_send(&self, _: &Upcoming<'_>) -> Result<(), Withheld> {
        if self.0.fetch_add(1, Ordering::Relaxed) == 1 {
            sleep_with_the_machine(TIMEOUT * 2);
        }
        Ok(())
    }
}

/// The first attempt may have happened, so the claim stays. No second attempt is made under a claim whose time is over.
#[tokio::test]
async fn an_attempt_after_a_sleep_is_not_made_and_the_first_one_stays_in_doubt() {
    let folder = Folder::new("again-asleep");
    let list = folder.orders().await;
    let lost = ScriptedResponse::failure(TransportErrorKind::Interrupted);
    let (client, transport) = script([lost, ordered("o-1")]);
    let call = client
        .call(Order("tea"))
        .timeout(TIMEOUT)
        .idempotency(Idempotency::Idempotent)
        .before_send(Nap(AtomicU32::new(0)));
    let error = call.once(&list, key("case-1")).send().await.unwrap_err();
    let what = (error.kind(), error.delivery());
    assert_eq!(what, (OnceErrorKind::Call, Delivery::Unknown));
    let kind = error.call_error().map(customer_api_core::Error::kind);
    assert_eq!(kind, Some(ErrorKind::Withheld), "{error}");
    assert_eq!(transport.requests().len(), 1);
    assert_eq!(state(&list, "case-1").await, Some(State::Unknown));
}
