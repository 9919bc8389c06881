use std::time::Duration;

use super::{FailedAttempt, LONGEST_ASKED, RetryDecision, RetryPolicy, StopReason};
use crate::{Delivery, ErrorKind, operation::info::Idempotency};

/// The default policy: up to 3 attempts, for temporary failures.
///
/// | failure | retried |
/// |---|---|
/// | no connection, or a connection that broke before anything was written | every operation |
/// | a 429 that states that nothing was done ([`Delivery::Refused`]) | every operation |
/// | 408, 429, 500, 502, 503, 504, timeouts, broken connections | `Safe` and `Idempotent` operations |
/// | anything else | never |
///
/// A `Retry-After` beyond `max_retry_after` (60 s) ends the call, and the error contains the `Retry-After`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryTransient {
    max_attempts: u32,
    max_retry_after: Duration,
}

impl Default for RetryTransient {
    fn default() -> Self {
        Self {
            max_attempts: 3,
            max_retry_after: LONGEST_ASKED,
        }
    }
}

impl RetryTransient {
    /// Creates the default policy.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum number of attempts, the first one included.
    #[must_use]
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// Sets the longest `Retry-After` that is waited for.
    #[must_use]
    pub fn max_retry_after(mut self, limit: Duration) -> Self {
        self.max_retry_after = limit;
        self
    }
}

impl RetryPolicy for RetryTransient {
    fn decide(&self, attempt: &FailedAttempt) -> RetryDecision {
        let is_harmless = attempt.idempotency != Idempotency::NonIdempotent;
        let reason = if !is_transient(attempt) {
            StopReason::NotRetryable
        } else if !is_harmless && attempt.delivery == Delivery::Unknown {
            StopReason::MayHaveHappened
        } else if attempt.number >= self.max_attempts {
            StopReason::AttemptsExhausted
        } else if attempt.retry_after > Some(self.max_retry_after) {
            StopReason::RetryAfterTooLong
        } else {
            return RetryDecision::Retry;
        };
        RetryDecision::Stop(reason)
    }
}

/// Whether the same request may succeed a little later.
fn is_transient(attempt: &FailedAttempt) -> bool {
    match attempt.kind {
        ErrorKind::Connect | ErrorKind::Timeout(_) | ErrorKind::Interrupted => true,
        ErrorKind::Status => matches!(attempt.status, Some(408 | 429 | 500 | 502 | 503 | 504)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        error::TimeoutPhase,
        operation::{Method, OperationInfo},
    };

    const READ: &OperationInfo = &OperationInfo::new("read", Method::Get, "/");
    const WRITE: &OperationInfo = &OperationInfo::new("write", Method::Post, "/");

    fn status(operation: &'static OperationInfo, status: u16, delivery: Delivery) -> FailedAttempt {
        FailedAttempt {
            status: Some(status),
            ..FailedAttempt::new(operation, ErrorKind::Status, delivery)
        }
    }

    fn stops(attempt: &FailedAttempt) -> Option<StopReason> {
        match RetryTransient::default().decide(attempt) {
            RetryDecision::Stop(reason) => Some(reason),
            RetryDecision::Retry => None,
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
        let policy = RetryTransient::default();
        let mut attempt = status(READ, 429, Delivery::Unknown);
        attempt.retry_after = Some(Duration::from_secs(60));
        assert_eq!(policy.decide(&attempt), RetryDecision::Retry);
        attempt.retry_after = Some(Duration::from_secs(61));
        assert_eq!(
            policy.decide(&attempt),
            RetryDecision::Stop(StopReason::RetryAfterTooLong)
        );
        assert_eq!(
            policy
                .max_retry_after(Duration::from_secs(61))
                .decide(&attempt),
            RetryDecision::Retry
        );
    }

    #[test]
    fn a_write_that_was_refused_for_now_is_repeated() {
        let mut attempt = status(WRITE, 429, Delivery::Refused);
        attempt.retry_after = Some(Duration::from_secs(30));
        assert_eq!(
            RetryTransient::default().decide(&attempt),
            RetryDecision::Retry
        );
        for code in [400, 401, 409, 422] {
            let refused = status(WRITE, code, Delivery::Refused);
            assert_eq!(stops(&refused), Some(StopReason::NotRetryable), "{code}");
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
