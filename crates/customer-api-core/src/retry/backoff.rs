//! The wait after a failure, computed in one place from all sources.
//!
//! The provider can ask for a wait with `Retry-After`. For a 429 without `Retry-After`, the provider's crate may set a wait. The back-off
//! is the minimum in any case, because a provider may ask for a wait of zero, or until a moment in the past. This module computes the waits
//! of calls, lists and logins.

use std::{fmt, time::Duration};

use super::FailedAttempt;
use crate::random;

/// The longest wait that is granted to a provider, unless a policy sets another limit. A longer wait ends the call or the list.
pub(crate) const LONGEST_ASKED: Duration = Duration::from_secs(60);

/// Decides how long a call waits before its next attempt. A [`RetryPolicy`](super::RetryPolicy) decides whether there is a next attempt.
///
/// A wait that would outlast the call's timeout ends the call instead.
///
/// ```
/// use std::time::Duration;
///
/// use customer_api_core::retry::{Backoff, FailedAttempt};
///
/// /// Waits a second, or as long as the provider asks.
/// #[derive(Debug)]
/// struct Steady;
///
/// impl Backoff for Steady {
///     fn wait(&self, attempt: &FailedAttempt) -> Duration {
///         attempt.retry_after.unwrap_or(Duration::from_secs(1))
///     }
/// }
/// ```
pub trait Backoff: fmt::Debug + Send + Sync + 'static {
    /// Returns how long to wait after this attempt.
    fn wait(&self, attempt: &FailedAttempt) -> Duration;
}

/// The default back-off: doubles with every attempt, with full jitter.
///
/// The wait before the n-th retry is random, between zero and `base · 2ⁿ⁻¹`, but at most `cap`. The defaults are a base of 0.5 s and a cap
/// of 20 s. If the provider asks for a longer wait by `Retry-After`, the call waits that long. A `Retry-After` of zero, or of a moment in
/// the past, does not shorten the wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExponentialBackoff {
    base: Duration,
    cap: Duration,
}

impl Default for ExponentialBackoff {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl ExponentialBackoff {
    pub(crate) const DEFAULT: Self = Self {
        base: Duration::from_millis(500),
        cap: Duration::from_secs(20),
    };

    /// Creates the default back-off.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the longest back-off before the first retry. This limit doubles with every further retry, up to the cap.
    #[must_use]
    pub fn base(mut self, base: Duration) -> Self {
        self.base = base;
        self
    }

    /// Sets the longest back-off before any retry. The wait is longer than the cap if the provider asks for a longer wait.
    #[must_use]
    pub fn cap(mut self, cap: Duration) -> Self {
        self.cap = cap;
        self
    }

    /// Returns how long to wait after this number of failures in a row. `asked` is the wait that the last response asked for.
    pub(crate) fn after(&self, failures: u32, asked: Option<Duration>) -> Duration {
        let back_off = self.ceiling(failures).mul_f64(random::fraction());
        asked.map_or(back_off, |asked| asked.max(back_off))
    }

    /// The longest back-off after this number of failures in a row.
    fn ceiling(&self, failures: u32) -> Duration {
        let factor = 2_u32.saturating_pow(failures.saturating_sub(1));
        self.base.saturating_mul(factor).min(self.cap)
    }
}

impl Backoff for ExponentialBackoff {
    fn wait(&self, attempt: &FailedAttempt) -> Duration {
        self.after(attempt.number, attempt.retry_after)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        Delivery, ErrorKind,
        operation::{Method, OperationInfo},
    };

    const READ: &OperationInfo = &OperationInfo::new("read", Method::Get, "/");

    #[test]
    fn back_off_doubles_up_to_its_cap_and_has_jitter() {
        let ceilings: Vec<_> = (1..=8)
            .map(|failures| ExponentialBackoff::DEFAULT.ceiling(failures).as_millis())
            .collect();
        assert_eq!(
            ceilings,
            [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]
        );
        let waits: HashSet<_> = (0..100)
            .map(|_| ExponentialBackoff::DEFAULT.after(1, None))
            .collect();
        assert!(waits.len() > 90, "{} different waits", waits.len());
        assert!(waits.iter().any(|wait| wait.as_millis() < 250));
        assert!(waits.iter().any(|wait| wait.as_millis() > 250));
    }

    #[test]
    fn a_wait_of_no_time_is_backed_off_like_one_that_nobody_asked_for() {
        let long = |asked| {
            let waits = (0..1_000).map(|_| ExponentialBackoff::DEFAULT.after(1, asked));
            waits.filter(|wait| wait.as_millis() > 10).count()
        };
        // 98 in 100 on average.
        assert!(long(Some(Duration::ZERO)) > 900);
        assert!(long(None) > 900);
    }

    #[test]
    fn the_settings_are_the_back_offs() {
        let backoff = ExponentialBackoff::new()
            .base(Duration::from_secs(3))
            .cap(Duration::from_secs(5));
        // The base bounds the first wait, and the cap a late one.
        for (number, limit, asked) in [
            (1, 3, None),
            (1_000, 5, None),
            (1_000, 5, Some(Duration::ZERO)),
        ] {
            let mut attempt = FailedAttempt::new(READ, ErrorKind::Status, Delivery::Unknown);
            (attempt.number, attempt.retry_after) = (number, asked);
            let waits: Vec<_> = (0..100).map(|_| backoff.wait(&attempt)).collect();
            assert!(waits.iter().all(|wait| wait.as_secs() < limit));
            let is_long = |wait: &Duration| wait.as_secs() >= 1;
            assert!(waits.iter().any(is_long), "{number}, {asked:?}");
        }
    }

    proptest! {
        #[test]
        fn a_wait_is_what_was_asked_for_and_no_longer_than_the_back_off_beyond_it(
            failures in 1_u32..100,
            asked in proptest::option::of(0_u64..100_000),
        ) {
            let asked = asked.map(Duration::from_millis);
            let wait = ExponentialBackoff::DEFAULT.after(failures, asked);
            let ceiling = ExponentialBackoff::DEFAULT.ceiling(failures);
            prop_assert!(ceiling <= Duration::from_secs(20));
            prop_assert!(wait >= asked.unwrap_or_default());
            prop_assert!(wait <= asked.unwrap_or_default().max(ceiling));
        }
    }
}
