use std::{error::Error as StdError, fmt};

use customer_api_core::{Delivery, Error};

/// Why a customer was neither created nor changed, or may have been.
pub struct UpsertError {
    step: UpsertStep,
    kind: UpsertErrorKind,
    call: Option<Error>,
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
}

impl UpsertError {
    pub(super) fn call(step: UpsertStep, error: Error) -> Self {
        Self {
            step,
            kind: UpsertErrorKind::Call,
            call: Some(error),
        }
    }

    /// The search gave a response from which nothing follows.
    pub(super) fn search(kind: UpsertErrorKind) -> Self {
        Self {
            step: UpsertStep::Search,
            kind,
            call: None,
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
        self.call.as_ref()
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
        match (&self.call, self.step) {
            (None, _) => Delivery::Refused,
            (Some(error), UpsertStep::Search) => match error.delivery() {
                Delivery::Refused => Delivery::Refused,
                // A search that may have happened has changed nothing.
                Delivery::NotSent | Delivery::Unknown => Delivery::NotSent,
            },
            (Some(error), UpsertStep::Create | UpsertStep::Update) => error.delivery(),
        }
    }
}

impl fmt::Display for UpsertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            UpsertErrorKind::Call => f.write_str(match self.step {
                UpsertStep::Search => "the search before the upsert failed, nothing was written",
                UpsertStep::Create => "nobody was found, and the customer could not be created",
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
        }
        self.call
            .as_ref()
            .map_or(Ok(()), |error| write!(f, ": {error}"))
    }
}

impl fmt::Debug for UpsertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpsertError")
            .field("step", &self.step)
            .field("kind", &self.kind)
            .field("delivery", &self.delivery())
            .field("call", &self.call)
            .finish()
    }
}

impl StdError for UpsertError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.call.as_ref().map(|error| error as _)
    }
}
