//! What is tried again, and when.

use std::{fmt, time::Duration};

pub use crate::error::StopReason;
use crate::{
    Delivery, ErrorKind,
    operation::info::{Idempotency, OperationInfo},
    wait::{self, Backoff},
};

/// Decides after every failed attempt whether there is another.
///
/// A policy can be stricter than the client, never laxer: a [`NonIdempotent`](Idempotency::NonIdempotent) call is not
/// repeated once it may have happened, whatever a policy says. A caller who knows that a repeat is harmless says so for
/// the call, with [`Call::idempotency`](crate::Call::idempotency).
///
/// Policies are best made by decorating another:
///
/// ```
/// use customer_api_core::retry::{FailedAttempt, ExponentialBackoff, RetryDecision, RetryPolicy, StopReason};
///
/// /// Leaves throttling to the caller.
/// #[derive(Debug, Default)]
/// struct NotWhenThrottled(ExponentialBackoff);
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
    /// Whether to try again after this attempt.
    fn decide(&self, attempt: &FailedAttempt) -> RetryDecision;
}

/// One failed attempt, as a policy sees it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FailedAttempt {
    /// Which attempt of the call this was, from 1.
    pub number: u32,
    /// What is called.
    pub operation: &'static OperationInfo,
    /// Whether a repeat is harmless; the caller's word wins over the description's.
    pub idempotency: Idempotency,
    /// What went wrong.
    pub kind: ErrorKind,
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// Whether this attempt may have happened.
    pub delivery: Delivery,
    /// How long to wait, as the provider asks or as its crate advises.
    pub retry_after: Option<Duration>,
    /// The time since the call began.
    pub elapsed: Duration,
    /// The time until the call must be over, or until its last attempt must begin.
    pub remaining: Duration,
}

impl FailedAttempt {
    /// A first attempt that failed, with a minute left; set the rest as needed. For testing policies.
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

/// What a policy decides.
#[expect(
    clippy::exhaustive_enums,
    reason = "a policy's response is one of these two"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryDecision {
    /// The call is over.
    Stop(StopReason),
    /// Try again after this time.
    After(Duration),
}

/// The default: up to 3 attempts, with exponential back-off and full jitter.
///
/// | failure | tried again |
/// |---|---|
/// | no connection, or one that was gone before anything was written | every operation |
/// | a 429 that says that nothing was done ([`Delivery::Refused`]) | every operation |
/// | 408, 429, 500, 502, 503, 504, timeouts, broken connections | `Safe` and `Idempotent` operations |
/// | anything else | never |
///
/// Before the n-th retry it waits between nothing and `base · 2ⁿ⁻¹` (0.5 s), `cap` (20 s) at most. If the provider asks for a
/// longer wait by `Retry-After`, it waits as long as that; no time, or a moment that is past, shortens nothing. A `Retry-After`
/// beyond `max_retry_after` (60 s) ends the call, and the error carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExponentialBackoff {
    max_attempts: u32,
    backoff: Backoff,
    max_retry_after: Duration,
}

impl Default for ExponentialBackoff {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            backoff: Backoff::DEFAULT,
            max_retry_after: wait::LONGEST_ASKED,
        }
    }
}

impl ExponentialBackoff {
    /// The default policy.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many attempts there are at most, the first included.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The longest wait before the first retry; it doubles with every further one.
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.backoff.base = base;
        self
    }

    /// The longest wait before any retry.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Self {
        self.backoff.cap = cap;
        self
    }

    /// The longest `Retry-After` that is waited for.
    #[must_use]
    pub fn max_retry_after(mut self, limit: Duration) -> Self {
        self.max_retry_after = limit;
        self
    }
}

impl RetryPolicy for ExponentialBackoff {
    fn decide(&self, attempt: &FailedAttempt) -> RetryDecision {
        if !is_transient(attempt) {
            return RetryDecision::Stop(StopReason::NotRetryable);
        }
        let is_harmless = attempt.idempotency != Idempotency::NonIdempotent;
        if !is_harmless && attempt.delivery == Delivery::Unknown {
            return RetryDecision::Stop(StopReason::MayHaveHappened);
        }
        if attempt.number >= self.max_attempts {
            return RetryDecision::Stop(StopReason::AttemptsExhausted);
        }
        match attempt.retry_after {
            Some(wait) if wait > self.max_retry_after => {
                RetryDecision::Stop(StopReason::RetryAfterTooLong)
            }
            asked => RetryDecision::After(self.backoff.wait(attempt.number, asked)),
        }
    }
}

/// Whether the same request may fare better in a while.
fn is_transient(attempt: &FailedAttempt) -> bool {
    match attempt.kind {
        ErrorKind::Connect | ErrorKind::Timeout(_) | ErrorKind::Interrupted => true,
        ErrorKind::Status => matches!(attempt.status, Some(408 | 429 | 500 | 502 | 503 | 504)),
        _ => false,
    }
}

/// Never tries again.
#[expect(clippy::exhaustive_structs, reason = "it has nothing to configure")]
#[derive(Clone, Copy, Debug, Default)]
pub struct NeverRetry;

impl RetryPolicy for NeverRetry {
    fn decide(&self, _: &FailedAttempt) -> RetryDecision {
        RetryDecision::Stop(StopReason::Disabled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{error::TimeoutPhase, operation::Method};

    const READ: &OperationInfo = &OperationInfo::new("read", Method::Get, "/");
    const WRITE: &OperationInfo = &OperationInfo::new("write", Method::Post, "/");

    fn status(operation: &'static OperationInfo, status: u16, delivery: Delivery) -> FailedAttempt {
        FailedAttempt {
            status: Some(status),
            ..FailedAttempt::new(operation, ErrorKind::Status, delivery)
        }
    }

    fn stops(attempt: &FailedAttempt) -> Option<StopReason> {
        match ExponentialBackoff::default().decide(attempt) {
            RetryDecision::Stop(reason) => Some(reason),
            RetryDecision::After(_) => None,
        }
    }

    #[test]
    fn transient_statuses_are_for_harmless_operations() {
        for code in [408, 429, 500, 502, 503, 504] {
            assert_eq!(
                stops(&status(READ, code, Delivery::Unknown)),
                None,
                "{code}"
            );
            assert_eq!(
                stops(&status(WRITE, code, Delivery::Unknown)),
                Some(StopReason::MayHaveHappened),
                "{code}"
            );
        }
        for code in [400, 401, 403, 404, 409, 422, 501, 505, 600] {
            assert_eq!(
                stops(&status(READ, code, Delivery::Refused)),
                Some(StopReason::NotRetryable),
                "{code}"
            );
        }
    }

    #[test]
    fn what_was_not_sent_is_tried_again_for_writes_too() {
        for kind in [
            ErrorKind::Connect,
            ErrorKind::Timeout(TimeoutPhase::Connect),
            ErrorKind::Interrupted,
        ] {
            assert_eq!(
                stops(&FailedAttempt::new(WRITE, kind, Delivery::NotSent)),
                None
            );
        }
        for kind in [
            ErrorKind::Validation,
            ErrorKind::Authentication,
            ErrorKind::RateLimit,
        ] {
            assert_eq!(
                stops(&FailedAttempt::new(READ, kind, Delivery::NotSent)),
                Some(StopReason::NotRetryable)
            );
        }
    }

    #[test]
    fn a_retry_after_is_waited_for_up_to_its_limit() {
        let policy = ExponentialBackoff::default();
        let mut attempt = status(READ, 429, Delivery::Unknown);
        attempt.retry_after = Some(Duration::from_secs(60));
        assert_eq!(
            policy.decide(&attempt),
            RetryDecision::After(Duration::from_secs(60))
        );
        attempt.retry_after = Some(Duration::from_secs(61));
        assert_eq!(
            policy.decide(&attempt),
            RetryDecision::Stop(StopReason::RetryAfterTooLong)
        );
        assert_eq!(
            policy
                .max_retry_after(Duration::from_secs(61))
                .decide(&attempt),
            RetryDecision::After(Duration::from_secs(61))
        );
    }

    #[test]
    fn a_write_that_was_refused_for_now_is_repeated_after_the_wait() {
        let mut attempt = status(WRITE, 429, Delivery::Refused);
        attempt.retry_after = Some(Duration::from_secs(30));
        assert_eq!(
            ExponentialBackoff::default().decide(&attempt),
            RetryDecision::After(Duration::from_secs(30))
        );
        for code in [400, 401, 409, 422] {
            let refused = status(WRITE, code, Delivery::Refused);
            assert_eq!(stops(&refused), Some(StopReason::NotRetryable), "{code}");
        }
    }

    #[test]
    fn the_settings_are_the_back_offs() {
        let policy = ExponentialBackoff::new()
            .base(Duration::from_secs(3))
            .cap(Duration::from_secs(5))
            .max_attempts(u32::MAX);
        // The base bounds the first wait, and the cap a late one.
        for (number, limit, asked) in [
            (1, 3, None),
            (1_000, 5, None),
            (1_000, 5, Some(Duration::ZERO)),
        ] {
            let mut attempt = status(READ, 503, Delivery::Unknown);
            (attempt.number, attempt.retry_after) = (number, asked);
            let waits: Vec<_> = (0..100)
                .map(|_| match policy.decide(&attempt) {
                    RetryDecision::After(wait) => wait,
                    RetryDecision::Stop(reason) => panic!("{reason}"),
                })
                .collect();
            assert!(waits.iter().all(|wait| wait.as_secs() < limit));
            let is_long = |wait: &Duration| wait.as_secs() >= 1;
            assert!(waits.iter().any(is_long), "{number}, {asked:?}");
        }
    }

    #[test]
    fn the_third_attempt_is_the_last() {
        let mut attempt = status(READ, 503, Delivery::Unknown);
        attempt.number = 2;
        assert_eq!(stops(&attempt), None);
        attempt.number = 3;
        assert_eq!(stops(&attempt), Some(StopReason::AttemptsExhausted));
    }
}
