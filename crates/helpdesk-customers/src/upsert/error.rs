use std::{error::Error as StdError, fmt};

use customer_api_core::{Delivery, Error};
#[cfg(feature = "ledger")]
use customer_api_ledger::{LedgerError, OnceError, OnceErrorKind};

/// Why a customer was neither created nor changed, or may have been.
pub struct UpsertError {
    step: UpsertStep,
    kind: UpsertErrorKind,
    cause: Cause,
}

/// What failed.
#[derive(Debug)]
enum Cause {
    /// Nothing: the search gave a response from which nothing follows.
    Search,
    Call(Error),
    #[cfg(feature = "ledger")]
    Once(OnceError),
    #[cfg(feature = "ledger")]
    Ledger(LedgerError),
}

/// The calls of an upsert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UpsertStep {
    /// Looking for the customer. Nothing is written by it.
    Search,
    /// Creating the customer, after nobody was found.
    Create,
    /// Changing the customer that was found.
    Update,
}

/// In which way an upsert failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UpsertErrorKind {
    /// The step's call failed; the source is its [`Error`].
    Call,
    /// The search found several customers.
    SeveralCustomers,
    /// The search found only customers with other ids than the one that was asked for.
    OtherCustomers,
    /// The search's response says neither that there is somebody nor that there is nobody.
    ///
    /// If you know that your account answers so for nobody, send a [`CreateCustomerCrud`](crate::CreateCustomerCrud)
    /// yourself.
    Unclear,
    /// The customer was not created now, because of what the ledger has of the key: see [`UpsertError::once_error`].
    #[cfg(feature = "ledger")]
    #[cfg_attr(docsrs, doc(cfg(feature = "ledger")))]
    Once,
    /// The ledger failed before anything was written; the source is its error.
    #[cfg(feature = "ledger")]
    #[cfg_attr(docsrs, doc(cfg(feature = "ledger")))]
    Ledger,
}

impl UpsertError {
    pub(super) fn call(step: UpsertStep, error: Error) -> Self {
        Self {
            step,
            kind: UpsertErrorKind::Call,
            cause: Cause::Call(error),
        }
    }

    /// The search gave a response from which nothing follows.
    pub(super) fn search(kind: UpsertErrorKind) -> Self {
        Self {
            step: UpsertStep::Search,
            kind,
            cause: Cause::Search,
        }
    }

    /// The creation was not made now, or may have been.
    #[cfg(feature = "ledger")]
    pub(super) fn once(error: OnceError) -> Self {
        let kind = match error.kind() {
            OnceErrorKind::Call => UpsertErrorKind::Call,
            _ => UpsertErrorKind::Once,
        };
        Self {
            step: UpsertStep::Create,
            kind,
            cause: Cause::Once(error),
        }
    }

    /// The ledger failed, and the customer that was found was not changed.
    #[cfg(feature = "ledger")]
    pub(super) fn ledger(error: LedgerError) -> Self {
        Self {
            step: UpsertStep::Update,
            kind: UpsertErrorKind::Ledger,
            cause: Cause::Ledger(error),
        }
    }

    /// The step that failed.
    #[must_use]
    pub fn step(&self) -> UpsertStep {
        self.step
    }

    /// In which way it failed.
    #[must_use]
    pub fn kind(&self) -> UpsertErrorKind {
        self.kind
    }

    /// The call that failed, if one did.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match &self.cause {
            Cause::Call(error) => Some(error),
            #[cfg(feature = "ledger")]
            Cause::Once(error) => error.call_error(),
            _ => None,
        }
    }

    /// What kept the creation from being made under its key, or what became of it.
    #[cfg(feature = "ledger")]
    #[cfg_attr(docsrs, doc(cfg(feature = "ledger")))]
    #[must_use]
    pub fn once_error(&self) -> Option<&OnceError> {
        match &self.cause {
            Cause::Once(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the customer was written.
    ///
    /// | step | value | means |
    /// |---|---|---|
    /// | search | `NotSent` | the search failed; nothing was written: do it again freely |
    /// | search | `Refused` | the provider refused the search, or its response does not tell whether the customer is there; nothing was written: fix that first |
    /// | create, update | that of the call | as everywhere: after `Unknown`, another upsert looks first |
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match &self.cause {
            Cause::Search => Delivery::Refused,
            Cause::Call(error) if self.step == UpsertStep::Search => match error.delivery() {
                Delivery::Refused => Delivery::Refused,
                // A search that may have happened has changed nothing.
                Delivery::NotSent | Delivery::Unknown => Delivery::NotSent,
            },
            Cause::Call(error) => error.delivery(),
            #[cfg(feature = "ledger")]
            Cause::Once(error) => error.delivery(),
            #[cfg(feature = "ledger")]
            Cause::Ledger(_) => Delivery::NotSent,
        }
    }
}

impl fmt::Display for UpsertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            UpsertErrorKind::Call => f.write_str(match self.step {
                UpsertStep::Search => "the search before the upsert failed, nothing was written",
                UpsertStep::Create => "the customer was not found, and could not be created",
                UpsertStep::Update => "the customer was found, and could not be updated",
            })?,
            UpsertErrorKind::SeveralCustomers => {
                f.write_str("the search found several customers, nothing was written")?;
            }
            UpsertErrorKind::OtherCustomers => {
                f.write_str("the search found customers with other ids only, nothing was written")?;
            }
            UpsertErrorKind::Unclear => f.write_str(
                "the search's response does not tell whether the customer is there, nothing was written",
            )?,
            #[cfg(feature = "ledger")]
            UpsertErrorKind::Once => f.write_str("the customer was not found, and was not created now")?,
            #[cfg(feature = "ledger")]
            UpsertErrorKind::Ledger => f.write_str("the ledger failed, nothing was written")?,
        }
        match &self.cause {
            Cause::Search => Ok(()),
            Cause::Call(error) => write!(f, ": {error}"),
            #[cfg(feature = "ledger")]
            Cause::Once(error) => write!(f, ": {error}"),
            #[cfg(feature = "ledger")]
            Cause::Ledger(error) => write!(f, ": {error}"),
        }
    }
}

impl fmt::Debug for UpsertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpsertError")
            .field("step", &self.step)
            .field("kind", &self.kind)
            .field("delivery", &self.delivery())
            .field("cause", &self.cause)
            .finish()
    }
}

impl StdError for UpsertError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.cause {
            Cause::Search => None,
            Cause::Call(error) => Some(error),
            #[cfg(feature = "ledger")]
            Cause::Once(error) => Some(error),
            #[cfg(feature = "ledger")]
            Cause::Ledger(error) => Some(error),
        }
    }
}
