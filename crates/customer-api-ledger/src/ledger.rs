use std::{fmt, sync::Arc, time::Duration};

use customer_api_core::{Timestamp, async_trait};

use crate::{
    Claim, Digest, DigestKey, Entry, Key, LedgerError, LedgerSummary, Outcome, State, clock,
};

/// Remembers what became of writes, under the caller's keys, in lists.
///
/// [`FileLedger`](crate::FileLedger) keeps one in a file, for one program at a time. Where several machines send, implement this on
/// the database that they share. Callers use a [`LedgerList`](crate::LedgerList), which goes through here.
///
/// # For implementers
///
/// What a method returned must survive: after [`begin`](Self::begin) let a claim have a key, no other caller, process or machine may
/// get it until its state allows that again. On a shared database, `begin` is one statement or one transaction that inserts the key, or
/// changes its row only where the state read allows it; `finish`, `withdraw` and `abandon` change the row only where the token is the
/// claim's.
///
/// A machine that dies leaves its keys in [`State::Sending`], which never begins again. Turn those into [`State::Unknown`] when you
/// know that their machine is gone, and not by age alone: a request may be under way as long as a call's timeout, and a machine may
/// sleep.
///
/// The methods are called from tasks that may be dropped at any time: one that was, may or may not have had its effect.
#[async_trait]
pub trait Ledger: fmt::Debug + Send + Sync + 'static {
    /// Creates a list for an operation, by its id.
    ///
    /// # Errors
    ///
    /// [`AlreadyExists`](crate::LedgerErrorKind::AlreadyExists) if there is one of this name.
    async fn create_list(&self, list: &Key, operation: &str) -> Result<(), LedgerError>;

    /// The lists, by their names.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn lists(&self) -> Result<Vec<ListInfo>, LedgerError>;

    /// The key of the digests in this ledger.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn digest_key(&self) -> Result<DigestKey, LedgerError>;

    /// Records the intent to send under the claim's key, unless the key is known in a state that may not begin again, or with other
    /// content. Atomic. `None` if the claim has the key now, and else what is known of it.
    ///
    /// # Errors
    ///
    /// [`NoSuchList`](crate::LedgerErrorKind::NoSuchList), or whatever kept it from being done. Then nothing may be sent: the intent
    /// may be on record, or not.
    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError>;

    /// Takes a claim back: nothing was sent, and the key is as it was before. Does nothing if the claim does not have the key.
    ///
    /// # Errors
    ///
    /// If it could not be recorded.
    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError>;

    /// Records what became of it, and gives the state in which the key is then: see [`Outcome::over`].
    ///
    /// # Errors
    ///
    /// [`ClaimLost`](crate::LedgerErrorKind::ClaimLost) if the claim does not have the key any more, and whatever else kept it from
    /// being recorded. Then the key is as if its sender had died.
    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError>;

    /// Does what [`finish`](Self::finish) does, or [`withdraw`](Self::withdraw) if there is no outcome, when nobody can wait for it:
    /// the call was dropped. It must not block.
    ///
    /// If it fails, the key is as if its sender had died.
    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>);

    /// What is known of a key.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn entry(&self, list: &Key, key: &Key) -> Result<Option<Entry>, LedgerError>;

    /// How many keys of a list are in every state.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn summary(&self, list: &Key) -> Result<LedgerSummary, LedgerError>;

    /// The keys of a list in [`State::Unknown`], in their order, from behind `after` on, `limit` at most.
    ///
    /// Fewer than `limit` means that there are no more.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn unknown(
        &self,
        list: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, LedgerError>;

    /// Settles a key in [`State::Unknown`], after somebody found out what happened, if what is known of the key is still this.
    /// Atomic: what was found out is not true of a key that was begun anew since.
    ///
    /// # Errors
    ///
    /// [`NotUnknown`](crate::LedgerErrorKind::NotUnknown) if the key is in another state, not known at all, or was begun anew. The key
    /// stays as it was.
    async fn resolve(
        &self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), LedgerError>;
}

/// A list of a ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListInfo {
    /// Its name.
    pub name: Key,
    /// The id of the operation that its keys stand for.
    pub operation: String,
}

impl ListInfo {
    /// A list of this name, for this operation. For implementers of [`Ledger`].
    #[must_use]
    pub fn new(name: Key, operation: impl Into<String>) -> Self {
        Self {
            name,
            operation: operation.into(),
        }
    }
}

/// What is to be begun under a key.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Intent {
    /// What is to be said; none if it is not to be compared.
    pub digest: Option<Digest>,
    /// Which known keys may begin again.
    pub resend: Resend,
    /// When, by the clock of this machine.
    pub began: Option<Timestamp>,
    /// How long the sender may still take, at most. None if that is not known.
    ///
    /// A ledger that machines share takes a sender for gone once this time is over and the key is still on its way.
    pub longest: Option<Duration>,
}

impl Intent {
    /// An intent of now.
    #[must_use]
    pub fn new(digest: Option<Digest>, resend: Resend) -> Self {
        Self {
            digest,
            resend,
            began: clock::now(),
            longest: None,
        }
    }

    /// The same intent, of a sender that takes this long at most.
    #[must_use]
    pub fn with_longest(mut self, longest: Duration) -> Self {
        self.longest = Some(longest);
        self
    }

    /// The entry of a key that begins with this intent, and was this before. The one place where that is decided, for implementers of
    /// [`Ledger`].
    ///
    /// A doubt about an earlier write goes on, and with it the time from which on that write may show.
    #[must_use]
    pub fn begun(&self, key: Key, before: Option<&Entry>) -> Entry {
        let doubt = before.filter(|entry| entry.state == State::Unknown);
        let since = |entry: &Entry| entry.doubt_since.clone().or_else(|| entry.began.clone());
        let mut entry = Entry::new(key, State::Sending);
        entry.digest = self.digest;
        entry.began = self.began.clone();
        entry.doubt_since = doubt.and_then(since);
        entry
    }

    /// Whether a known key may begin. The one place where that is decided, for implementers of [`Ledger`].
    ///
    /// A key whose content may have been sent, or is on its way, never begins with other content.
    #[must_use]
    pub fn may_begin(&self, known: &Entry) -> bool {
        self.resend.allows_at(&known.state, self.began.as_ref()) && !self.is_reused(known)
    }

    /// Whether a key comes again with other content, although it was sent, may have been, or is on its way. A refusal, and what was
    /// not sent, may have been mended.
    #[must_use]
    pub fn is_reused(&self, known: &Entry) -> bool {
        let may_change = matches!(known.state, State::Refused { .. } | State::NotSent);
        let (Some(now), Some(then)) = (&self.digest, &known.digest) else {
            return false;
        };
        !may_change && now.contradicts(then)
    }
}

/// Which keys that are known may begin again. None, unless it is said.
///
/// ```
/// use customer_api_ledger::{Resend, State};
///
/// let resend = Resend::none().refused();
/// assert!(resend.allows(&State::NotSent));
/// assert!(!resend.allows(&State::Unknown));
/// assert!(!resend.allows(&State::Sending));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Resend {
    refused: bool,
    refused_for_now: bool,
    unknown: bool,
}

impl Resend {
    /// Only keys that were not sent.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            refused: false,
            refused_for_now: false,
            unknown: false,
        }
    }

    /// Also keys that the provider refused. Right after what was wrong with them has been mended.
    #[must_use]
    pub const fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// Also keys that the provider refused for now, once the time that it asked for is over.
    #[must_use]
    pub const fn refused_for_now(mut self) -> Self {
        self.refused_for_now = true;
        self
    }

    /// Also keys whose outcome is unknown. **Some of them may be done twice.**
    #[must_use]
    pub const fn unknown(mut self) -> Self {
        self.unknown = true;
        self
    }

    /// Whether a key in this state may begin again now.
    #[must_use]
    pub fn allows(self, state: &State) -> bool {
        self.allows_at(state, clock::now().as_ref())
    }

    /// Whether a key in this state may begin again, now or later.
    pub(crate) fn may_ever_allow(self, state: &State) -> bool {
        match state {
            State::Refused { .. } => self.refused || self.refused_for_now,
            state => self.allows_at(state, None),
        }
    }

    fn allows_at(self, state: &State, now: Option<&Timestamp>) -> bool {
        match state {
            State::NotSent => true,
            State::Refused { not_before, .. } => {
                let is_over = || {
                    let (now, end) = (now?, not_before.as_ref()?);
                    Some(now.unix_nanoseconds() >= end.unix_nanoseconds())
                };
                self.refused || self.refused_for_now && is_over().unwrap_or(false)
            }
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
    /// It happened. The key becomes [`State::Accepted`], without a reference.
    Sent,
    /// It did not. The key becomes [`State::NotSent`], and may begin again.
    NotSent,
}

#[async_trait]
impl<L: Ledger + ?Sized> Ledger for Arc<L> {
    async fn create_list(&self, list: &Key, operation: &str) -> Result<(), LedgerError> {
        (**self).create_list(list, operation).await
    }

    async fn lists(&self) -> Result<Vec<ListInfo>, LedgerError> {
        (**self).lists().await
    }

    async fn digest_key(&self) -> Result<DigestKey, LedgerError> {
        (**self).digest_key().await
    }

    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        (**self).begin(claim, intent).await
    }

    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        (**self).withdraw(claim).await
    }

    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        (**self).finish(claim, outcome).await
    }

    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>) {
        (**self).abandon(claim, outcome);
    }

    async fn entry(&self, list: &Key, key: &Key) -> Result<Option<Entry>, LedgerError> {
        (**self).entry(list, key).await
    }

    async fn summary(&self, list: &Key) -> Result<LedgerSummary, LedgerError> {
        (**self).summary(list).await
    }

    async fn unknown(
        &self,
        list: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, LedgerError> {
        (**self).unknown(list, after, limit).await
    }

    async fn resolve(
        &self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), LedgerError> {
        (**self).resolve(list, known, resolution).await
    }
}
