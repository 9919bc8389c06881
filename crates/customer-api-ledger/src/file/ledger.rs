//! Implements the ledger for a file: the file's thread does all the work.

use customer_api_core::async_trait;

use super::FileLedger;
use crate::{
    Claim, DigestKey, Entry, Intent, Key, Ledger, LedgerError, LedgerSummary, ListInfo, Outcome,
    Resolution, State,
};

#[async_trait]
impl Ledger for FileLedger {
    async fn create_list(&self, list: &Key, operation: &str) -> Result<(), LedgerError> {
        let info = ListInfo::new(list.clone(), operation);
        self.ask(move |store| store.create_list(info)).await
    }

    async fn lists(&self) -> Result<Vec<ListInfo>, LedgerError> {
        self.ask(|store| store.lists()).await
    }

    async fn digest_key(&self) -> Result<DigestKey, LedgerError> {
        self.ask(|store| store.digest_key()).await
    }

    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        let (claim, intent) = (claim.clone(), intent.clone());
        self.ask(move |store| store.begin(&claim, &intent)).await
    }

    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        let claim = claim.clone();
        self.ask(move |store| store.withdraw(&claim)).await
    }

    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        let (claim, outcome) = (claim.clone(), outcome.clone());
        self.ask(move |store| store.finish(&claim, &outcome)).await
    }

    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>) {
        let claim = claim.clone();
        let outcome = outcome.cloned();
        // If the thread has ended, nothing is recorded. A key that the claim has then stays in `State::Sending`.
        let _ = self.post(move |store| match outcome {
            Some(outcome) => store.finish(&claim, &outcome).map(drop),
            None => store.withdraw(&claim),
        });
    }

    async fn entry(&self, list: &Key, key: &Key) -> Result<Option<Entry>, LedgerError> {
        let (list, key) = (list.clone(), key.clone());
        self.ask(move |store| store.entry(&list, key)).await
    }

    async fn summary(&self, list: &Key) -> Result<LedgerSummary, LedgerError> {
        let list = list.clone();
        self.ask(move |store| store.summary(&list)).await
    }

    async fn unknown(
        &self,
        list: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, LedgerError> {
        let (list, after) = (list.clone(), after.cloned());
        self.ask(move |store| store.unknown(&list, after.as_ref(), limit))
            .await
    }

    async fn resolve(
        &self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), LedgerError> {
        let (list, known) = (list.clone(), known.clone());
        self.ask(move |store| store.resolve(&list, &known, resolution))
            .await
    }
}
