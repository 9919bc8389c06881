use std::time::Duration;

use tokio::time::Instant;

use crate::{auth::AuthError, retry::ExponentialBackoff};
#[cfg(feature = "shared-session")]
use crate::{session::FailedLogin, time::now};

/// Initial and maximum pause after a rejected login. An account may be locked after a few such logins.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// How many logins in a row failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "shared-session",
    expect(clippy::exhaustive_structs, reason = "stores write and read it")
)]
#[cfg_attr(
    not(feature = "shared-session"),
    expect(unreachable_pub, reason = "it is public with the feature")
)]
pub struct LoginFailures {
    /// All failed logins.
    pub failed: u32,
    /// Logins that the provider refused, or whose response contained no token that the provider accepts. Repeating them soon
    /// is useless, and may lock the account.
    pub in_vain: u32,
}

impl LoginFailures {
    /// Returns the larger value of each count.
    pub(super) fn or_more(self, other: Self) -> Self {
        Self {
            failed: self.failed.max(other.failed),
            in_vain: self.in_vain.max(other.in_vain),
        }
    }
}

/// A login that failed.
pub(super) struct Failure {
    error: AuthError,
    failures: LoginFailures,
    not_before: Instant,
    /// How much time the login had.
    time: Duration,
}

impl Failure {
    /// Creates the failure of a login that had this much time, after the earlier failures in `before`.
    pub(super) fn new(
        error: AuthError,
        before: LoginFailures,
        now: Instant,
        time: Duration,
    ) -> Self {
        let failed = before.failed.saturating_add(1);
        let in_vain = before.in_vain.saturating_add(u32::from(error.is_in_vain()));
        let mut pause = match error.provider_wait() {
            // The provider asks for a wait, which can be zero.
            asked @ Some(_) => ExponentialBackoff::DEFAULT.after(failed, asked),
            None => Duration::ZERO,
        };
        if error.is_in_vain() {
            let factor = 2_u32.saturating_pow(in_vain.saturating_sub(1));
            pause = pause.max(FIRST_PAUSE.saturating_mul(factor));
        }
        Self {
            error,
            failures: LoginFailures { failed, in_vain },
            not_before: now + pause.min(LONGEST_PAUSE),
            time,
        }
    }

    /// Returns the error for a caller that must not log in again yet. `None` once the pause is over.
    pub(super) fn pause(&self, now: Instant) -> Option<AuthError> {
        let wait = self.not_before.saturating_duration_since(now);
        (!wait.is_zero()).then(|| self.error.clone().held_back().with_retry_after(wait))
    }

    /// Creates the failure of another process's login. No process logs in during the `pause`.
    #[cfg(feature = "shared-session")]
    pub(super) fn shared(error: AuthError, failures: LoginFailures, pause: Duration) -> Self {
        let pause = pause.min(LONGEST_PAUSE);
        let error = match pause {
            Duration::ZERO => error,
            pause => error.with_retry_after(pause),
        };
        Self {
            error,
            failures,
            not_before: now() + pause,
            time: Duration::ZERO,
        }
    }

    /// Returns the failure in the form in which other processes receive it.
    #[cfg(feature = "shared-session")]
    pub(super) fn stored(&self) -> FailedLogin {
        FailedLogin {
            failures: self.failures,
            pause: self.not_before.saturating_duration_since(now()),
            is_refused: self.error.is_refused(),
        }
    }

    /// Returns how many logins in a row failed, including this one.
    pub(super) fn failures(&self) -> LoginFailures {
        self.failures
    }

    /// Whether the failure is so recent that the counts of the next failed login continue from this failure's counts.
    pub(super) fn is_recent(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.not_before) < LONGEST_PAUSE
    }

    /// Whether the failure applies to a caller that has this much time. If a login failed only because its own caller had too
    /// little time or quota, the failure does not apply to a caller that has more time.
    pub(super) fn concerns(&self, time: Duration) -> bool {
        !self.error.is_callers_own() || time <= self.time
    }

    pub(super) fn error(&self) -> AuthError {
        self.error.clone()
    }
}
