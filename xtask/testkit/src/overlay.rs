//! A ledger that wraps another one and overrides some of its methods.

use std::fmt;

use customer_api_core::async_trait;
use customer_api_ledger::{
    Claim, DigestKey, Entry, Intent, Key, Ledger, LedgerError, LedgerSummary, ListInfo, Outcome,
    Resolution, State,
};

/// The methods that a ledger can override when it wraps another one.
#[async_trait]
pub trait Overlay: fmt::Debug + Send + Sync + 'static {
    /// The type of the wrapped ledger.
    type Below: Ledger;

    /// Returns the wrapped ledger.
    fn below(&self) -> &Self::Below;

    /// See [`Ledger::begin`].
    ///
    /// # Errors
    ///
    /// Returns the errors of the wrapped ledger.
    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        self.below().begin(claim, intent).await
    }

    /// See [`Ledger::withdraw`].
    ///
    /// # Errors
    ///
    /// Returns the errors of the wrapped ledger.
    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        self.below().withdraw(claim).await
    }

    /// See [`Ledger::finish`].
    ///
    /// # Errors
    ///
    /// Returns the errors of the wrapped ledger.
    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        self.below().finish(claim, outcome).await
    }

    /// See [`Ledger::abandon`].
    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>) {
        self.below().abandon(claim, outcome);
    }
}

/// The ledger that an [`Overlay`] defines.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "only tests use it")]
pub struct Overlaid<T>(pub T);

#[async_trait]
impl<T: Overlay> Ledger for Overlaid<T> {
    async fn create_list(&self, list: &Key, operation: &str) -> Result<(), LedgerError> {
        self.0.below().create_list(list, operation).await
    }
    async fn lists(&self) -> Result<Vec<ListInfo>, LedgerError> {
        self.0.below().lists().await
    }
    async fn digest_key(&self) -> Result<DigestKey, LedgerError> {
        self.0.below().digest_key().await
    }
    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        self.0.begin(claim, intent).await
    }
    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        self.0.withdraw(claim).await
    }
    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        self.0.finish(claim, outcome).await
    }
    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>) {
        self.0.abandon(claim, outcome);
    }
    async fn entry(&self, list: &Key, key: &Key) -> Result<Option<Entry>, LedgerError> {
        self.0.below().entry(list, key).await
    }
    async fn summary(&self, list: &Key) -> Result<LedgerSummary, LedgerError> {
        self.0.below().summary(list).await
    }
    async fn unknown(
        &self,
        list: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, LedgerError> {
        self.0.below().unknown(list, after, limit).await
    }
    async fn resolve(
        &self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), LedgerError> {
        self.0.below().resolve(list, known, resolution).await
    }
}
