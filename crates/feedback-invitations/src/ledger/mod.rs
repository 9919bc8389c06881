//! What was sent, kept where a killed program finds it again: so that a rerun sends to nobody twice.
//!
//! Customer Radar has no idempotency keys, and suppresses duplicates only if the account has such a rule. So the caller
//! names every invitation by a [`Key`], and a [`Ledger`] remembers what became of it. The intent to send is on record
//! *before* the invitation leaves: whatever happens then, a program that looks into the ledger knows which keys it must not
//! send again.
//!
//! | state of a key | means | begins again |
//! |---|---|---|
//! | none | never begun | yes |
//! | [`Sending`](State::Sending) | on its way: somebody holds the [`Claim`] | never |
//! | [`Accepted`](State::Accepted) | the provider accepted it | never |
//! | [`Refused`](State::Refused) | the provider refused it, and sent nothing | if [`Resend::refused`] says so |
//! | [`NotSent`](State::NotSent) | it never reached the provider | yes |
//! | [`Unknown`](State::Unknown) | it may have happened | if [`Resend::unknown`] says so |
//!
//! [`FileLedger`] keeps one in a file, for one program at a time. Where several machines send, implement [`Ledger`] on
//! the database that they share: [`begin`](Ledger::begin) is an atomic compare-and-set there.
//! [`Client::send_all`](crate::Client::send_all) takes either.
//!
//! Only keys, outcomes and receipts are stored: no address, no number, no name, no message of the provider's.

mod claim;
mod entry;
mod error;
mod file;
mod key;

use std::{fmt, sync::Arc};

use customer_api_core::async_trait;

pub use claim::Claim;
pub use entry::{Entry, LedgerSummary, Outcome, State};
pub use error::{LedgerError, LedgerErrorKind};
pub use file::{FileLedger, FileLedgerOptions};
pub use key::{Key, KeyError};

/// Remembers what became of invitations.
///
/// # For implementers
///
/// What a method returned must survive: after `begin` said [`Begun::Started`], no other caller, process or machine may get
/// the same response for the key, until its state allows it again. On a shared database, `begin` is one statement or one
/// transaction that inserts the key, or changes its row only where the state read allows it; `finish` changes the row only
/// where the token is the claim's.
///
/// A machine that dies leaves its keys in [`State::Sending`], which never begins again. Turn those into
/// [`State::Unknown`] when you know that their machine is gone, and not by age alone: a request may be under way as long as a
/// call's timeout, and a machine may sleep.
///
/// The methods are called from tasks that may be dropped at any time: one that was, may or may not have had its effect.
#[async_trait]
pub trait Ledger: fmt::Debug + Send + Sync + 'static {
    /// Records the intent to send, unless the key is known in a state that may not begin again. Atomic.
    ///
    /// # Errors
    ///
    /// If that could not be done. Then nothing may be sent: the intent may be on record, or not.
    async fn begin(&self, key: &Key, resend: Resend) -> Result<Begun, LedgerError>;

    /// Records what became of it.
    ///
    /// # Errors
    ///
    /// [`LedgerErrorKind::ClaimLost`] if the claim is not the key's any more, and whatever else kept it from being recorded.
    /// Then the key is as if its sender had died.
    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<(), LedgerError>;

    /// What is known of a key.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn entry(&self, key: &Key) -> Result<Option<Entry>, LedgerError>;

    /// How many keys there are in every state.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn summary(&self) -> Result<LedgerSummary, LedgerError>;

    /// The keys in [`State::Unknown`], in their order, from behind `after` on, `limit` at most.
    ///
    /// Fewer than `limit` means that there are no more.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn unknown(&self, after: Option<&Key>, limit: usize) -> Result<Vec<Key>, LedgerError>;

    /// Settles a key in [`State::Unknown`], after somebody found out what happened.
    ///
    /// # Errors
    ///
    /// [`LedgerErrorKind::NotUnknown`] if the key is in another state or not known at all; it stays as it was.
    async fn resolve(&self, key: &Key, resolution: Resolution) -> Result<(), LedgerError>;
}

#[async_trait]
impl<L: Ledger + ?Sized> Ledger for Arc<L> {
    async fn begin(&self, key: &Key, resend: Resend) -> Result<Begun, LedgerError> {
        (**self).begin(key, resend).await
    }

    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<(), LedgerError> {
        (**self).finish(claim, outcome).await
    }

    async fn entry(&self, key: &Key) -> Result<Option<Entry>, LedgerError> {
        (**self).entry(key).await
    }

    async fn summary(&self) -> Result<LedgerSummary, LedgerError> {
        (**self).summary().await
    }

    async fn unknown(&self, after: Option<&Key>, limit: usize) -> Result<Vec<Key>, LedgerError> {
        (**self).unknown(after, limit).await
    }

    async fn resolve(&self, key: &Key, resolution: Resolution) -> Result<(), LedgerError> {
        (**self).resolve(key, resolution).await
    }
}

/// What [`Ledger::begin`] found.
#[expect(
    clippy::exhaustive_enums,
    reason = "whether to send is a question with two responses"
)]
#[derive(Debug)]
pub enum Begun {
    /// The intent is on record, and the holder of the claim may send.
    Started(Claim),
    /// Not to be sent, because of this.
    Known(Entry),
}

/// Which keys that are known may begin again. None, unless it is said.
///
/// ```
/// use feedback_invitations::ledger::{Resend, State};
///
/// let resend = Resend::none().refused();
/// assert!(resend.allows(&State::NotSent));
/// assert!(!resend.allows(&State::Unknown));
/// assert!(!resend.allows(&State::Sending));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Resend {
    refused: bool,
    unknown: bool,
}

impl Resend {
    /// Only keys that were never sent.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            refused: false,
            unknown: false,
        }
    }

    /// Also keys that the provider refused. Right after what was wrong with them has been mended.
    #[must_use]
    pub const fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// Also keys of which nobody knows whether they were sent. **Some people may get a second message.**
    #[must_use]
    pub const fn unknown(mut self) -> Self {
        self.unknown = true;
        self
    }

    /// Whether a key in this state may begin again.
    #[must_use]
    pub const fn allows(self, state: &State) -> bool {
        match state {
            State::NotSent => true,
            State::Refused { .. } => self.refused,
            State::Unknown => self.unknown,
            State::Sending | State::Accepted { .. } => false,
        }
    }
}

/// What somebody found out about a key in [`State::Unknown`].
#[expect(
    clippy::exhaustive_enums,
    reason = "it happened, or it did not: there is no third"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// It happened. The key becomes [`State::Accepted`], without a receipt.
    Sent,
    /// It did not. The key becomes [`State::NotSent`], and may begin again.
    NotSent,
}
