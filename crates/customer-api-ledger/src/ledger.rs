use std::{fmt, sync::Arc, time::Duration};

use customer_api_core::{Timestamp, async_trait};

use crate::{
    Claim, Digest, DigestKey, Entry, Key, LedgerError, LedgerSummary, Outcome, State, clock,
};

/// A record of the outcomes of writes, under the caller's keys, in lists.
///
/// [`FileLedger`](crate::FileLedger) stores a ledger in a file, for one program at a time. If several machines send, implement this trait
/// for the database that they share. Callers use a [`LedgerList`](crate::LedgerList), which calls this trait.
///
/// # For implementers
///
/// The result of a method must be durable. Once [`begin`](Self::begin) has given a key to a claim, no other caller, process or machine may
/// get the key until the key's state allows it. On a shared database, `begin` is one statement or one transaction. It inserts a new key. It
/// changes the row of a key on record only if the row's state allows the change. `finish`, `withdraw` and `abandon` change the row only if
/// the row's token equals the token of the claim.
///
/// A machine that dies leaves its keys in [`State::Sending`]. No write can begin again under a key in this state. Turn such a key into
/// [`State::Unknown`] when you know that its machine is gone, or when more time has passed than [`Intent::longest`] and a margin. The
/// margin covers the error of the clocks, and the time that the provider may take for a request that has arrived.
///
/// The methods are called from tasks that may be dropped at any time. A dropped method call may or may not have taken effect.
#[async_trait]
pub trait Ledger: fmt::Debug + Send + Sync + 'static {
    /// Creates a list for an operation, which is given by its id.
    ///
    /// # Errors
    ///
    /// [`AlreadyExists`](crate::LedgerErrorKind::AlreadyExists) if a list of this name exists.
    async fn create_list(&self, list: &Key, operation: &str) -> Result<(), LedgerError>;

    /// Returns the lists, with their names and operations.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn lists(&self) -> Result<Vec<ListInfo>, LedgerError>;

    /// Returns the secret key with which the [digests](Digest) of this ledger are computed.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn digest_key(&self) -> Result<DigestKey, LedgerError>;

    /// Records the intent to send under the claim's key, if the key is new or [`Intent::may_begin`] allows it to begin again. Atomic.
    /// Returns `None` if the claim has the key now, also if an earlier call with the same claim gave it the key. Otherwise returns the
    /// entry of the key.
    ///
    /// # Errors
    ///
    /// [`NoSuchList`](crate::LedgerErrorKind::NoSuchList), or any failure of the ledger. After an error, the caller must send nothing: the
    /// intent may or may not be on record.
    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError>;

    /// Withdraws a claim under which nothing was sent. The key is then as it was before the claim. Does nothing if the claim does not have
    /// the key.
    ///
    /// # Errors
    ///
    /// If the withdrawal could not be recorded.
    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError>;

    /// Records the outcome of a write, and returns the resulting state of the key: see [`Outcome::over`].
    ///
    /// # Errors
    ///
    /// [`ClaimLost`](crate::LedgerErrorKind::ClaimLost) if the claim no longer has the key, or any failure to record the outcome. After
    /// such a failure, the outcome may or may not be on record. If it is not, the key stays in [`State::Sending`], like a key of a machine
    /// that died.
    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError>;

    /// Called when a call was dropped and no caller waits for the result any more. Does the same as [`finish`](Self::finish) or, without an
    /// outcome, the same as [`withdraw`](Self::withdraw). `abandon` must not block.
    ///
    /// If `abandon` can record nothing and the claim has the key, the key stays in [`State::Sending`], like a key of a machine that died.
    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>);

    /// Returns the entry of a key.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn entry(&self, list: &Key, key: &Key) -> Result<Option<Entry>, LedgerError>;

    /// Returns the number of keys of a list in each state.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    async fn summary(&self, list: &Key) -> Result<LedgerSummary, LedgerError>;

    /// Returns the first `limit` keys of a list that are in [`State::Unknown`] and come after `after`, in the order of the keys.
    ///
    /// Fewer than `limit` keys mean that there are no more.
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

    /// Records whether the write of a key in [`State::Unknown`] happened, as a look at the provider or an operator has found out. The key's
    /// entry must still equal `known`. Atomic: nothing is recorded for a key that began again in the meantime.
    ///
    /// # Errors
    ///
    /// [`NotUnknown`](crate::LedgerErrorKind::NotUnknown) if the key is in another state, does not exist, or was begun again. The key
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
    /// The name of the list.
    pub name: Key,
    /// The id of the operation to which the list's keys belong.
    pub operation: String,
}

impl ListInfo {
    /// Creates the description of a list with this name, for this operation. For implementers of [`Ledger`].
    #[must_use]
    pub fn new(name: Key, operation: impl Into<String>) -> Self {
        Self {
            name,
            operation: operation.into(),
        }
    }
}

/// The intent to send a write under a key.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Intent {
    /// The digest of the content; `None` if contents are not to be compared.
    pub digest: Option<Digest>,
    /// Determines which keys on record may begin again.
    pub resend: Resend,
    /// The time of the intent, by the clock of this machine.
    pub began: Option<Timestamp>,
    /// How long the sender may still take. `None` if this time is not known.
    ///
    /// If a key is still in [`State::Sending`] after this time and a margin, a ledger that machines share can treat the sender as gone.
    pub longest: Option<Duration>,
}

impl Intent {
    /// Creates an intent with the current time.
    #[must_use]
    pub fn new(digest: Option<Digest>, resend: Resend) -> Self {
        Self {
            digest,
            resend,
            began: clock::now(),
            longest: None,
        }
    }

    /// Sets how long the sender may still take.
    #[must_use]
    pub fn with_longest(mut self, longest: Duration) -> Self {
        self.longest = Some(longest);
        self
    }

    /// Returns the new entry of a key that begins with this intent. `before` is the key's previous entry. Implementers of [`Ledger`] call
    /// this method instead of building the entry themselves.
    ///
    /// If the outcome of an earlier write is unknown, the entry keeps the time at which that write began.
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

    /// Returns whether a key on record may begin again. `known` is the key's entry. Implementers of [`Ledger`] call this method instead of
    /// deciding themselves.
    ///
    /// A key whose content was sent, may have been sent, or is on its way, never begins again with other content.
    #[must_use]
    pub fn may_begin(&self, known: &Entry) -> bool {
        self.resend.allows_at(&known.state, self.began.as_ref()) && !self.is_reused(known)
    }

    /// Returns whether a key is used again with other content, although its write was sent, may have been sent, or is on its way. After a
    /// refused or unsent write, other content is allowed, because the caller may have corrected the write.
    #[must_use]
    pub fn is_reused(&self, known: &Entry) -> bool {
        let may_change = matches!(known.state, State::Refused { .. } | State::NotSent);
        let (Some(now), Some(then)) = (&self.digest, &known.digest) else {
            return false;
        };
        !may_change && now.contradicts(then)
    }
}

/// Determines which keys on record may begin again. By default, only keys that were not sent.
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
    /// Allows only keys that were not sent.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            refused: false,
            refused_for_now: false,
            unknown: false,
        }
    }

    /// Also allows keys that the provider refused. Use this setting after the cause of the refusal has been corrected.
    #[must_use]
    pub const fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// Also allows keys that the provider refused temporarily, once the wait that the provider asked for is over.
    #[must_use]
    pub const fn refused_for_now(mut self) -> Self {
        self.refused_for_now = true;
        self
    }

    /// Also allows keys whose outcome is unknown. **Some of these writes may be made twice.**
    #[must_use]
    pub const fn unknown(mut self) -> Self {
        self.unknown = true;
        self
    }

    /// Returns whether a key in this state may begin again now.
    #[must_use]
    pub fn allows(self, state: &State) -> bool {
        self.allows_at(state, clock::now().as_ref())
    }

    /// Returns whether a key in this state may begin again, now or later.
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

/// Whether the write of a key in [`State::Unknown`] happened, as a look at the provider or an operator has found out.
#[expect(
    clippy::exhaustive_enums,
    reason = "a write happened or did not happen: there is no third case"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// The write happened. The key becomes [`State::Accepted`], without a reference.
    Sent,
    /// The write did not happen. The key becomes [`State::NotSent`], and may begin again.
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
