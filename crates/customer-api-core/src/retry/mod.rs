//! Which failed attempts are retried, and when.

mod backoff;
mod transient;

use std::{fmt, time::Duration};

pub use self::{
    backoff::{Backoff, ExponentialBackoff},
    transient::RetryTransient,
};
pub(crate) use backoff::LONGEST_ASKED;

pub use crate::error::StopReason;
use crate::{
    Delivery, ErrorKind,
    operation::info::{Idempotency, OperationInfo},
};

/// Decides after every failed attempt whether to retry. A [`Backoff`] decides when.
///
/// A policy can be stricter than the client, never laxer: a [`NonIdempotent`](Idempotency::NonIdempotent) call is not
/// repeated if it may have happened, whatever a policy decides. A caller who knows that a repeat is harmless states that for
/// the call, with [`Call::idempotency`](crate::Call::idempotency).
///
/// The best way to write a policy is to decorate another one:
///
/// ```
/// use customer_api_core::retry::{FailedAttempt, RetryDecision, RetryPolicy, RetryTransient, StopReason};
///
/// /// Leaves throttling to the caller.
/// #[derive(Debug, Default)]
/// struct NotWhenThrottled(RetryTransient);
///
/// impl RetryPolicy for NotWhenThrottled {
///     fn decide(&self, attempt: &FailedAttempt) -> RetryDecision {
///         match attempt.status {
///             Some(429) => RetryDecision::Stop(StopReason::NotRetryable),
///             _ => self.0.decide(attempt),
///         }
///     }
/// }
/// ```
pub trait RetryPolicy: fmt::Debug + Send + Sync + 'static {
    /// Decides whether to retry after this attempt.
    fn decide(&self, attempt: &FailedAttempt) -> RetryDecision;
}

/// One failed attempt, for a policy and a back-off.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// Which attempt of the call this was, from 1.
    pub number: u32,
    /// The operation that is called.
    pub operation: &'static OperationInfo,
    /// Whether a repeat is harmless. The caller's setting overrides the description's.
    pub idempotency: Idempotency,
    /// The kind of the failure.
    pub kind: ErrorKind,
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// Whether this attempt may have happened.
    pub delivery: Delivery,
    /// How long to wait, as the provider asks or as the provider's crate states.
    pub retry_after: Option<Duration>,
    /// The time since the call began.
    pub elapsed: Duration,
    /// The time within which a further attempt must begin. It ends with the call's timeout, or with the latest start that an option of the
    /// call sets, whichever is earlier.
    pub remaining: Duration,
}

impl FailedAttempt {
    /// Creates a first attempt that failed, with a minute left. Set the other fields as needed. For testing policies.
    #[must_use]
    pub fn new(operation: &'static OperationInfo, kind: ErrorKind, delivery: Delivery) -> Self {
        Self {
            number: 1,
            operation,
            idempotency: operation.idempotency,
            kind,
            status: None,
            delivery,
            retry_after: None,
            elapsed: Duration::ZERO,
            remaining: Duration::from_secs(60),
        }
    }
}

/// The decision of a policy.
#[expect(clippy::exhaustive_enums, reason = "a policy decides one of these two")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// The call is over.
    Stop(StopReason),
    /// Retry after the back-off's wait.
    Retry,
}

/// Never retries.
#[expect(clippy::exhaustive_structs, reason = "it has nothing to configure")]
#[derive(Clone, Copy, Debug, Default)]
pub struct NeverRetry;

impl RetryPolicy for NeverRetry {
    fn decide(&self, _: &FailedAttempt) -> RetryDecision {
        RetryDecision::Stop(StopReason::Disabled)
    }
}
