//! A ledger that says that a withdrawal failed, and carries it out later: a database that took too long.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering},
};

use customer_api_core::{Delivery, async_trait, transport::ScriptedResponse};
use customer_api_ledger::{
    Claim, DigestKey, Entry, FileLedger, Intent, Key, Ledger, LedgerError, LedgerErrorKind,
    LedgerList, LedgerSummary, ListInfo, Once, OnceErrorKind, Outcome, Resolution, State,
};

use crate::shop::{Folder, order, ordered, script, state};

/// How many withdrawals fail, and the one that comes into effect after the next claim.
#[derive(Debug)]
struct Late(FileLedger, AtomicU32, Mutex<Option<Claim>>);

async fn late(folder: &Folder, failures: u32) -> LedgerList {
    drop(folder.orders().await);
    let file = FileLedger::open(folder.ledger()).await.unwrap();
    let ledger = Late(file, AtomicU32::new(failures), Mutex::default());
    LedgerList::open(Arc::new(ledger), "orders").await.unwrap()
}

#[async_trait]
impl Ledger for Late {
    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        let begun = self.0.begin(claim, intent).await;
        let withdrawn = self.2.lock().unwrap().take();
        if let Some(withdrawn) = withdrawn {
            self.0.withdraw(&withdrawn).await?;
        }
        begun
    }

    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        let fewer = |left: u32| left.checked_sub(1);
        let (one, other) = (Ordering::Relaxed, Ordering::Relaxed);
        if self.1.fetch_update(one, other, fewer).is_err() {
            return self.0.withdraw(claim).await;
        }
        *self.2.lock().unwrap() = Some(claim.clone());
        let kind = LedgerErrorKind::Storage;
        Err(LedgerError::new(kind, "the database took too long"))
    }

    async fn create_list(&self, list: &Key, operation: &str) -> Result<(), LedgerError> {
        Ledger::create_list(&self.0, list, operation).await
    }
    async fn lists(&self) -> Result<Vec<ListInfo>, LedgerError> {
        self.0.lists().await
    }
    async fn digest_key(&self) -> Result<DigestKey, LedgerError> {
        self.0.digest_key().await
    }
    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        self.0.finish(claim, outcome).await
    }
    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>) {
        self.0.abandon(claim, outcome);
    }
    async fn entry(&self, list: &Key, key: &Key) -> Result<Option<Entry>, LedgerError> {
        self.0.entry(list, key).await
    }
    async fn summary(&self, list: &Key) -> Result<LedgerSummary, LedgerError> {
        self.0.summary(list).await
    }
    async fn unknown(
        &self,
        list: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, LedgerError> {
        self.0.unknown(list, after, limit).await
    }
    async fn resolve(
        &self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), LedgerError> {
        self.0.resolve(list, known, resolution).await
    }
}

fn throttled() -> ScriptedResponse {
    ScriptedResponse::status(429).header("retry-after", "0")
}

#[tokio::test]
async fn a_withdrawal_that_comes_late_does_not_set_free_what_is_sent_again() {
    let folder = Folder::new("late");
    let list = late(&folder, 1).await;
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
    let list = late(&folder, 9).await;
    let (client, transport) = script([throttled(), ordered("o-1")]);
    let error = order(&client, &list, "case-1", "tea").await.unwrap_err();
    assert_eq!(error.kind(), OnceErrorKind::Ledger);
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(transport.requests().len(), 1);
}
