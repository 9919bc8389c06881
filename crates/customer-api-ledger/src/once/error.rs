use std::{error::Error as StdError, fmt};

use customer_api_core::{Delivery, Error};

use crate::{Entry, LedgerError, State, settle::Looked};

/// The reason why a write is not known to be done.
#[derive(Debug)]
pub struct OnceError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: OnceErrorKind,
    entry: Option<Entry>,
    call: Option<Error>,
    ledger: Option<LedgerError>,
    looked: Option<Looked>,
    /// Whether the write may have happened, by this call or by an earlier one under the key.
    in_doubt: bool,
}

/// The kind of the failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnceErrorKind {
    /// The call failed now. [`OnceError::call_error`] returns its error.
    Call,
    /// The provider refused the write before. See [`Resend::refused`](crate::Resend::refused).
    RefusedBefore,
    /// The write may have happened before. Find out whether it happened, and [resolve](crate::LedgerList::resolve) the key.
    UnknownBefore,
    /// Another sender is sending the write now.
    OnItsWay,
    /// The key was used for other content that was sent or may have been sent. Nothing was sent now.
    KeyReused,
    /// The ledger failed. Therefore nothing was sent.
    Ledger,
}

impl OnceError {
    /// Converts the entry of a known key: `Ok` if the write was accepted, an error in every other state.
    pub(super) fn known(entry: Entry) -> Result<Entry, Self> {
        let kind = match entry.state {
            State::Accepted { .. } => return Ok(entry),
            State::Refused { .. } | State::NotSent => OnceErrorKind::RefusedBefore,
            State::Unknown => OnceErrorKind::UnknownBefore,
            State::Sending => OnceErrorKind::OnItsWay,
        };
        Err(Self::new(kind, Some(entry), None, None))
    }

    pub(crate) fn key_reused(entry: Entry) -> Self {
        Self::new(OnceErrorKind::KeyReused, Some(entry), None, None)
    }

    pub(crate) fn ledger(error: LedgerError) -> Self {
        Self::new(OnceErrorKind::Ledger, None, None, Some(error))
    }

    pub(crate) fn call(error: Error, in_doubt: bool, recorded: Result<(), LedgerError>) -> Self {
        let mut call = Self::new(OnceErrorKind::Call, None, Some(error), recorded.err());
        call.0.in_doubt = in_doubt;
        call
    }

    fn new(
        kind: OnceErrorKind,
        entry: Option<Entry>,
        call: Option<Error>,
        ledger: Option<LedgerError>,
    ) -> Self {
        Self(Box::new(Inner {
            kind,
            entry,
            call,
            ledger,
            looked: None,
            in_doubt: false,
        }))
    }

    pub(super) fn with_looked(mut self, looked: Option<Looked>) -> Self {
        self.0.looked = looked;
        self
    }

    /// Returns the kind of the failure.
    #[must_use]
    pub fn kind(&self) -> OnceErrorKind {
        self.0.kind
    }

    /// Returns whether the write happened, by this call or by an earlier one under the key.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match (self.0.kind, &self.0.call) {
            (OnceErrorKind::Call, _) if self.0.in_doubt => Delivery::Unknown,
            (OnceErrorKind::Call, Some(error)) => error.delivery(),
            (OnceErrorKind::RefusedBefore, _) => Delivery::Refused,
            (OnceErrorKind::KeyReused | OnceErrorKind::Ledger, _) => Delivery::NotSent,
            (OnceErrorKind::Call | OnceErrorKind::UnknownBefore | OnceErrorKind::OnItsWay, _) => {
                Delivery::Unknown
            }
        }
    }

    /// Returns the key's entry, if the entry is the reason why nothing was sent.
    #[must_use]
    pub fn entry(&self) -> Option<&Entry> {
        self.0.entry.as_ref()
    }

    /// Returns the call's own error, if the call was made and failed.
    #[must_use]
    pub fn call_error(&self) -> Option<&Error> {
        self.0.call.as_ref()
    }

    /// Returns what the last [look](super::OnceCall::settle_unknown) at the provider showed, or how it failed.
    #[must_use]
    pub fn looked(&self) -> Option<&Looked> {
        self.0.looked.as_ref()
    }

    /// Returns the ledger's error, if the ledger failed before the call or could not record the call's outcome.
    #[must_use]
    pub fn ledger_error(&self) -> Option<&LedgerError> {
        self.0.ledger.as_ref()
    }
}

/// One line with all causes. [`source`](StdError::source) returns none of them.
impl fmt::Display for OnceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.kind, &self.0.call, &self.0.ledger) {
            (OnceErrorKind::Call, Some(call), ledger) => {
                write!(f, "{call}")?;
                if self.0.in_doubt && call.delivery() != Delivery::Unknown {
                    f.write_str(". An earlier write under the key has an unknown outcome")?;
                }
                match ledger {
                    Some(error) => write!(f, ". The ledger could not record its outcome: {error}"),
                    None => Ok(()),
                }
            }
            (OnceErrorKind::Call, None, _) => f.write_str("the call failed"),
            (OnceErrorKind::RefusedBefore, ..) => f.write_str("refused before: not sent again"),
            (OnceErrorKind::UnknownBefore, ..) => {
                f.write_str("an earlier write under the key has an unknown outcome: not sent again")
            }
            (OnceErrorKind::OnItsWay, ..) => {
                f.write_str("another sender is sending the write now: not sent again")
            }
            (OnceErrorKind::KeyReused, ..) => {
                f.write_str("the key was used for other content: not sent")
            }
            (OnceErrorKind::Ledger, _, Some(error)) => write!(f, "not sent: {error}"),
            (OnceErrorKind::Ledger, _, None) => f.write_str("not sent: the ledger failed"),
        }
    }
}

/// `Display` prints the causes, so [`source`](StdError::source) does not return them again.
impl StdError for OnceError {}
