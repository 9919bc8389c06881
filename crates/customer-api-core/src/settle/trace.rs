use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The times at which the first and the last attempt of a write began. A look needs a trace to find out later whether the write happened.
///
/// [`Error::trace`](crate::Error::trace) returns one. It can be stored, and contains nothing personal: the operation's id, times and a
/// count. The times are those of the sending machine's clock.
///
/// ```
/// use customer_api_core::SendTrace;
///
/// // A process was killed while it sent. Its ledger contains only the time at which it began.
/// let trace = SendTrace::new("labelCustomer", "2026-03-01T09:30:00Z".parse()?);
/// let text = serde_json::to_string(&trace)?;
/// assert_eq!(text, r#"{"operation":"labelCustomer","first":"2026-03-01T09:30:00Z"}"#);
/// assert_eq!(serde_json::from_str::<SendTrace>(&text)?, trace);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendTrace {
    operation: Cow<'static, str>,
    first: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
}

impl SendTrace {
    /// Creates the trace of a write if only its start time is known, for example because the process that sent it was killed.
    ///
    /// `operation` is the [id](crate::OperationInfo::id) of the operation. `first` must not be later than the first attempt.
    #[must_use]
    pub fn new(operation: impl Into<Cow<'static, str>>, first: Timestamp) -> Self {
        Self {
            operation: operation.into(),
            first,
            last: None,
            attempts: None,
        }
    }

    /// Adds the time at which the last attempt began.
    #[must_use]
    pub fn with_last(mut self, last: Timestamp) -> Self {
        self.last = Some(last);
        self
    }

    /// Adds the number of attempts.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// The id of the operation.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// The time at which the first attempt began, or an earlier time.
    #[must_use]
    pub fn first(&self) -> &Timestamp {
        &self.first
    }

    /// The time at which the last attempt began, if that is known.
    #[must_use]
    pub fn last(&self) -> Option<&Timestamp> {
        self.last.as_ref()
    }

    /// The number of attempts, if that is known.
    #[must_use]
    pub fn attempts(&self) -> Option<u32> {
        self.attempts
    }
}
