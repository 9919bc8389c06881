use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc};

use customer_api_core::redact::OneLine;

/// Why a ledger could not do what it was asked.
///
/// A clone is cheap: one failure may concern many keys.
#[derive(Clone)]
pub struct LedgerError(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kind: LedgerErrorKind,
    reason: Cow<'static, str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// In which way a ledger failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LedgerErrorKind {
    /// Another program, or another handle of this one, has the ledger open.
    InUse,
    /// There is no file at the path.
    NotFound,
    /// There is something at the path already, where a ledger was to be created; or a list of this name.
    AlreadyExists,
    /// The file lies where it can't be kept from others: on a network file system, under a second name (a hard link), mounted
    /// as a single file, or under the name of a journal.
    UnsafePlace,
    /// The file, or its journal, was replaced, renamed, deleted, linked or written by somebody else while it was open.
    ///
    /// Nothing more is begun, and nothing that was told with this error is to be sent.
    Disturbed,
    /// What is there is no ledger: an empty file, or something else's.
    NotALedger,
    /// The ledger was written by a newer version of this crate.
    NewerVersion,
    /// The ledger was written by an earlier version of this crate, which was never published. It can't be read any more.
    OlderVersion,
    /// The ledger has no list of this name.
    NoSuchList,
    /// The list is for another operation.
    OtherOperation,
    /// The name of a list is empty, too long, or holds a control character.
    InvalidName,
    /// The ledger is damaged: something in it is missing or has changed.
    Damaged,
    /// Reading or writing failed: a full disk, missing rights, a lost connection.
    Storage,
    /// The database has another history than the ledger recorded: it was restored from a copy, set back to a snapshot, or a replica
    /// took over. Writes that were made may be missing in it.
    Restored,
    /// A copy could not be written; the ledger itself is as it was.
    NotCopied,
    /// The claim is not the key's any more, or its time was over before anything was sent.
    ClaimLost,
    /// The key is not in [`State::Unknown`](crate::State::Unknown), so there is nothing to resolve.
    NotUnknown,
    /// The ledger has stopped, after a failure or because it was closed.
    Stopped,
}

impl LedgerError {
    /// A failure of this kind, in words that quote nothing personal.
    #[must_use]
    pub fn new(kind: LedgerErrorKind, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner {
            kind,
            reason: reason.into(),
            source: None,
        }))
    }

    /// A failure with a cause, which [`source`](StdError::source) gives and `{}` prints.
    #[must_use]
    pub fn with_source(
        kind: LedgerErrorKind,
        reason: impl Into<Cow<'static, str>>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self(Arc::new(Inner {
            kind,
            reason: reason.into(),
            source: Some(source.into()),
        }))
    }

    /// In which way it failed.
    #[must_use]
    pub fn kind(&self) -> LedgerErrorKind {
        self.0.kind
    }

    /// Whether this concerns what was asked alone, and leaves the rest of its transaction as it is.
    #[cfg(feature = "file")]
    pub(crate) fn is_contained(&self) -> bool {
        matches!(
            self.0.kind,
            LedgerErrorKind::ClaimLost
                | LedgerErrorKind::NotUnknown
                | LedgerErrorKind::Disturbed
                | LedgerErrorKind::NoSuchList
                | LedgerErrorKind::AlreadyExists
                | LedgerErrorKind::InvalidName
                | LedgerErrorKind::NotCopied
        )
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", OneLine(&self.0.reason))?;
        let source = self.0.source.as_ref();
        source.map_or(Ok(()), |source| {
            write!(f, ": {}", OneLine(&source.to_string()))
        })
    }
}

impl fmt::Debug for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerError")
            .field("kind", &self.0.kind)
            .field("reason", &self.0.reason)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for LedgerError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
