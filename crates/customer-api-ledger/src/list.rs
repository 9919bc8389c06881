use std::{fmt, sync::Arc};

use customer_api_core::{Call, Error, Operation, operation::OperationInfo};

use crate::{
    Claim, Digest, DigestKey, Entry, Intent, Key, Ledger, LedgerError, LedgerErrorKind,
    LedgerSummary, OnceError, Outcome, Resend, Resolution, State,
};

/// A list of a ledger: the keys of one occasion, such as the labels of one review or the invitations of one week.
///
/// A key stands for one write within its list. Calls use a list through [`once`](crate::CallExt::once) and
/// [`send_all`](crate::ClientExt::send_all). Cheap to clone.
#[derive(Clone)]
pub struct LedgerList {
    ledger: Arc<dyn Ledger>,
    name: Key,
    operation: Arc<str>,
    digest_key: DigestKey,
}

/// The result of [`LedgerList::begin`].
#[expect(
    clippy::exhaustive_enums,
    reason = "the caller either may send or may not"
)]
#[derive(Debug)]
pub enum Begun {
    /// The intent is on record, and the holder of the claim may send.
    Started(Claim),
    /// The caller must not send, because of this entry.
    Known(Entry),
}

impl LedgerList {
    /// Creates a list in a ledger, for the writes of one operation.
    ///
    /// Create a list only on the first run of an occasion: under a new list, every write is sent again.
    ///
    /// # Errors
    ///
    /// [`InvalidName`](LedgerErrorKind::InvalidName) if the name is not a valid [`Key`], and
    /// [`AlreadyExists`](LedgerErrorKind::AlreadyExists) if a list of this name exists.
    pub async fn create(
        ledger: impl Ledger,
        name: &str,
        operation: &OperationInfo,
    ) -> Result<Self, LedgerError> {
        let name = named(name)?;
        ledger.create_list(&name, operation.id).await?;
        Self::found(Arc::new(ledger), name, operation.id).await
    }

    /// Opens an existing list.
    ///
    /// # Errors
    ///
    /// [`NoSuchList`](LedgerErrorKind::NoSuchList) if the list does not exist.
    pub async fn open(ledger: impl Ledger, name: &str) -> Result<Self, LedgerError> {
        let name = named(name)?;
        let lists = ledger.lists().await?;
        let list = lists.into_iter().find(|list| list.name == name);
        let list = list.ok_or_else(no_such_list)?;
        Self::found(Arc::new(ledger), name, &list.operation).await
    }

    async fn found(
        ledger: Arc<dyn Ledger>,
        name: Key,
        operation: &str,
    ) -> Result<Self, LedgerError> {
        let digest_key = ledger.digest_key().await?;
        Ok(Self {
            ledger,
            name,
            operation: operation.into(),
            digest_key,
        })
    }

    /// Uses this key, instead of the key that is stored in the ledger, for the digests of contents.
    #[must_use]
    pub fn with_digest_key(mut self, key: DigestKey) -> Self {
        self.digest_key = key;
        self
    }

    /// Returns the name of the list.
    #[must_use]
    pub fn name(&self) -> &Key {
        &self.name
    }

    /// Returns the id of the operation to which the list's keys belong.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Returns the ledger that contains the list.
    #[must_use]
    pub fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.ledger
    }

    /// Records the intent to send, for a program that does not send through a call's [`once`](crate::CallExt::once).
    ///
    /// # Errors
    ///
    /// If the intent could not be recorded. After an error, the caller must send nothing: the intent may or may not be on record.
    pub async fn begin(&self, key: &Key, resend: Resend) -> Result<Begun, LedgerError> {
        let claim = self.claim(key.clone());
        let known = self
            .ledger
            .begin(&claim, &Intent::new(None, resend))
            .await?;
        Ok(known.map_or(Begun::Started(claim), Begun::Known))
    }

    /// Records the outcome of a write. See [`Ledger::finish`].
    ///
    /// # Errors
    ///
    /// The same errors as [`Ledger::finish`].
    pub async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        self.ledger.finish(claim, outcome).await
    }

    /// Returns the entry of a key.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    pub async fn entry(&self, key: &Key) -> Result<Option<Entry>, LedgerError> {
        self.ledger.entry(&self.name, key).await
    }

    /// Returns the entry of a call's key, if the ledger has one. Nothing is sent.
    ///
    /// # Errors
    ///
    /// If the list is for another operation, the ledger can't be read, the call is not valid, or the key stands for other content
    /// ([`KeyReused`](crate::OnceErrorKind::KeyReused)).
    pub async fn known<O: Operation>(
        &self,
        call: &Call<O>,
        key: &Key,
    ) -> Result<Option<Entry>, OnceError> {
        let known = self.look_up(call, key).await.map_err(|unfit| match unfit {
            Unfit::Ledger(error) => OnceError::ledger(error),
            Unfit::Invalid(error, known) => {
                OnceError::call(error, known.state == State::Unknown, Ok(()))
            }
            Unfit::KeyReused(known) => OnceError::key_reused(known),
        })?;
        Ok(known.map(|(entry, _)| entry))
    }

    /// Returns the entry of a call's key, with the digest of the call's content.
    pub(crate) async fn look_up<O: Operation>(
        &self,
        call: &Call<O>,
        key: &Key,
    ) -> Result<Option<(Entry, Digest)>, Unfit> {
        self.check(call.operation().info()).map_err(Unfit::Ledger)?;
        let Some(known) = self.entry(key).await.map_err(Unfit::Ledger)? else {
            return Ok(None);
        };
        let digest = match call.content() {
            Ok(content) => self.digest(&content),
            Err(error) => return Err(Unfit::Invalid(error, known)),
        };
        if Intent::new(Some(digest), Resend::none()).is_reused(&known) {
            return Err(Unfit::KeyReused(known));
        }
        Ok(Some((known, digest)))
    }

    /// Returns the number of keys in each state.
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    pub async fn summary(&self) -> Result<LedgerSummary, LedgerError> {
        self.ledger.summary(&self.name).await
    }

    /// Returns the keys in [`State::Unknown`](crate::State::Unknown). See [`Ledger::unknown`].
    ///
    /// # Errors
    ///
    /// If the ledger can't be read.
    pub async fn unknown(
        &self,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, LedgerError> {
        self.ledger.unknown(&self.name, after, limit).await
    }

    /// Records whether the write of a key in [`State::Unknown`](crate::State::Unknown) happened, as a look at the provider or an operator
    /// has found out.
    ///
    /// # Errors
    ///
    /// The same errors as [`Ledger::resolve`].
    pub async fn resolve(&self, key: &Key, resolution: Resolution) -> Result<(), LedgerError> {
        let known = self.entry(key).await?;
        let known = known.unwrap_or_else(|| Entry::new(key.clone(), State::NotSent));
        self.ledger.resolve(&self.name, &known, resolution).await
    }

    pub(crate) fn claim(&self, key: Key) -> Claim {
        Claim::new(self.name.clone(), key)
    }

    pub(crate) fn digest(&self, content: &customer_api_core::before_send::Content) -> Digest {
        Digest::of(content, &self.digest_key)
    }

    /// Checks that the list is for this operation. A key stands only for a write of its list's operation.
    pub(crate) fn check(&self, operation: &OperationInfo) -> Result<(), LedgerError> {
        if *self.operation == *operation.id {
            return Ok(());
        }
        Err(LedgerError::new(
            LedgerErrorKind::OtherOperation,
            format!(
                "the list is for the operation {}, not for {}",
                self.operation, operation.id
            ),
        ))
    }
}

/// The reason why a key's entry does not apply to a call.
pub(crate) enum Unfit {
    /// The ledger failed, or the list is for another operation.
    Ledger(LedgerError),
    /// The call is not valid.
    Invalid(Error, Entry),
    /// The key stands for other content.
    KeyReused(Entry),
}

fn named(name: &str) -> Result<Key, LedgerError> {
    Key::new(name).map_err(|error| {
        LedgerError::with_source(
            LedgerErrorKind::InvalidName,
            "the list's name is not allowed",
            error,
        )
    })
}

pub(crate) fn no_such_list() -> LedgerError {
    LedgerError::new(
        LedgerErrorKind::NoSuchList,
        "the ledger has no list of this name",
    )
}

impl fmt::Debug for LedgerList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerList")
            .field("ledger", &self.ledger)
            .field("name", &self.name)
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}
