use std::{error::Error as StdError, fmt};

use customer_api_core::{Delivery, Error};
#[cfg(feature = "ledger")]
use customer_api_ledger::{LedgerError, OnceError, OnceErrorKind};

/// The error of an upsert. [`delivery`](Self::delivery) states whether the customer may have been created or changed.
pub struct UpsertError {
    step: UpsertStep,
    kind: UpsertErrorKind,
    cause: Cause,
}

/// The cause of the error.
#[derive(Debug)]
enum Cause {
    /// No call failed. The search returned a response that allows no conclusion.
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
    /// The search for the customer. It writes nothing.
    Search,
    /// The creation of the customer, after the search found none.
    Create,
    /// The change of the customer that was found.
    Update,
}

/// The way in which an upsert failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UpsertErrorKind {
    /// The step's call failed. [`UpsertError::error`] returns its error.
    Call,
    /// The search found several customers.
    SeveralCustomers,
    /// The search found only customers with other ids than the requested one.
    OtherCustomers,
    /// The search's response shows neither that the customer exists nor that the customer does not exist.
    ///
    /// If you know that your account responds in this way when there is no such customer, send a
    /// [`CreateCustomerCrud`](crate::CreateCustomerCrud) yourself.
    Unclear,
    /// This call did not create the customer, because of the ledger's entry for the key or a failure of the ledger: see
    /// [`UpsertError::once_error`].
    #[cfg(feature = "ledger")]
    #[cfg_attr(docsrs, doc(cfg(feature = "ledger")))]
    Once,
    /// The ledger failed before anything was written. `Display` prints its error.
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

    /// An error for a search response that allows no conclusion.
    pub(super) fn search(kind: UpsertErrorKind) -> Self {
        Self {
            step: UpsertStep::Search,
            kind,
            cause: Cause::Search,
        }
    }

    /// An error for a creation that this call did not make, or whose outcome is unknown.
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

    /// An error for a failure of the ledger. The customer that was found was not changed.
    #[cfg(feature = "ledger")]
    pub(super) fn ledger(error: LedgerError) -> Self {
        Self {
            step: UpsertStep::Update,
            kind: UpsertErrorKind::Ledger,
            cause: Cause::Ledger(error),
        }
    }

    /// Returns the step that failed.
    #[must_use]
    pub fn step(&self) -> UpsertStep {
        self.step
    }

    /// Returns the way in which the step failed.
    #[must_use]
    pub fn kind(&self) -> UpsertErrorKind {
        self.kind
    }

    /// Returns the error of the call that failed, if a call failed.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match &self.cause {
            Cause::Call(error) => Some(error),
            #[cfg(feature = "ledger")]
            Cause::Once(error) => error.call_error(),
            _ => None,
        }
    }

    /// Returns the error of the creation under its key, if the creation failed or was not made.
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
    /// | search | `NotSent` | the search failed and nothing was written: do it again freely |
    /// | search | `Refused` | the provider refused the search, or the response shows neither exactly one matching customer nor that there is none; nothing was written: fix the cause first |
    /// | create, update | the delivery of the call | the same as for any call; after `Unknown`, another upsert searches first |
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match &self.cause {
            Cause::Search => Delivery::Refused,
            Cause::Call(error) if self.step == UpsertStep::Search => match error.delivery() {
                Delivery::Refused => Delivery::Refused,
                // A search that may have happened changed nothing.
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
                UpsertStep::Create => "the customer was not found, and the call that creates it failed",
                UpsertStep::Update => "the customer was found, and the call that updates it failed",
            })?,
            UpsertErrorKind::SeveralCustomers => {
                f.write_str("the search found several customers, nothing was written")?;
            }
            UpsertErrorKind::OtherCustomers => {
                f.write_str("the search found only customers with other ids, nothing was written")?;
            }
            UpsertErrorKind::Unclear => f.write_str(
                "the search's response does not show whether the customer exists, nothing was written",
            )?,
            #[cfg(feature = "ledger")]
            UpsertErrorKind::Once => f.write_str("this call did not create the customer")?,
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

/// `Display` prints the cause, so [`source`](StdError::source) does not return it again. See [`error`](UpsertError::error).
impl StdError for UpsertError {}
