use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc};

use customer_api_core::redact::OneLine;

/// The reason why a request to a ledger failed.
///
/// Cheap to clone, because one failure can concern many keys.
#[derive(Clone)]
pub struct LedgerError(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kind: LedgerErrorKind,
    reason: Cow<'static, str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kind of a ledger's failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LedgerErrorKind {
    /// Another program, or another handle of this one, has the ledger open.
    InUse,
    /// No file exists at the path.
    NotFound,
    /// Something already exists at the path where a ledger was to be created; or the ledger already has a list of this name.
    AlreadyExists,
    /// The file is in a place where other programs can't be kept out: on a network file system, under a second name (a hard link),
    /// mounted as a single file, or under a name that ends with `-journal`, as the names of SQLite's journals do.
    UnsafePlace,
    /// Another program replaced, renamed, deleted, linked or wrote the file or its journal while the ledger was open.
    ///
    /// Until the ledger is opened again, `begin` fails for every key. Do not send a write whose `begin` failed with this error.
    Disturbed,
    /// The file is not a ledger: it is empty, or belongs to another program.
    NotALedger,
    /// The ledger was written by a newer version of this crate.
    NewerVersion,
    /// The ledger was written by an earlier version of this crate, which was never published. It can no longer be read.
    OlderVersion,
    /// The ledger has no list of this name.
    NoSuchList,
    /// The list is for another operation.
    OtherOperation,
    /// The name of a list is empty, too long, or contains a control character.
    InvalidName,
    /// The ledger is damaged: something in it is missing or has changed.
    Damaged,
    /// Reading or writing failed: a full disk, missing permissions, a lost connection.
    Storage,
    /// The history of the database differs from the history that the ledger recorded: the database was restored from a copy or set back to
    /// a snapshot, or a replica took over. Writes that were made may be missing in the database.
    Restored,
    /// A copy could not be written. The ledger itself is unchanged.
    NotCopied,
    /// The claim no longer has the key, or the call's time limit passed before anything was sent.
    ClaimLost,
    /// The key is not in [`State::Unknown`](crate::State::Unknown). There is nothing to resolve.
    NotUnknown,
    /// The ledger has stopped, after a failure or because it was closed.
    Stopped,
}

impl LedgerError {
    /// Creates a failure of this kind. The reason must not quote personal data.
    #[must_use]
    pub fn new(kind: LedgerErrorKind, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(Arc::new(Inner {
            kind,
            reason: reason.into(),
            source: None,
        }))
    }

    /// Creates a failure with a cause, which `Display` prints.
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

    /// Returns the cause, if one is known.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// Returns the kind of the failure.
    #[must_use]
    pub fn kind(&self) -> LedgerErrorKind {
        self.0.kind
    }

    /// Returns whether the failure concerns only this request, and not the rest of its transaction.
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

/// `Display` prints the cause, so [`source`](StdError::source) does not return it again. See [`cause`](LedgerError::cause).
impl StdError for LedgerError {}
