use std::time::Duration;

use tokio::time::Instant;

use crate::auth::AuthError;

/// How long a refused login is not repeated, at first and at most. An account may be locked after a few.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// A login that failed.
pub(super) struct Failure {
    error: AuthError,
    /// How many logins in a row were refused.
    refusals: u32,
    not_before: Instant,
}

impl Failure {
    pub(super) fn new(error: AuthError, last: Option<&Self>, now: Instant) -> Self {
        let refusals = last.map_or(0, |last| last.refusals) + u32::from(error.is_refused());
        let mut pause = error.retry_after().unwrap_or_default();
        if error.is_refused() {
            let factor = 2_u32.saturating_pow(refusals.saturating_sub(1));
            pause = pause.max(FIRST_PAUSE.saturating_mul(factor));
        }
        Self {
            error,
            refusals,
            not_before: now + pause.min(LONGEST_PAUSE),
        }
    }

    /// The error of whoever comes too early to try again.
    pub(super) fn pause(&self, now: Instant) -> Option<AuthError> {
        let wait = self.not_before.saturating_duration_since(now);
        (!wait.is_zero()).then(|| self.error.clone().with_retry_after(wait))
    }

    /// Whether others would have fared the same: a login that only ran out of its own caller's time says nothing to them.
    pub(super) fn concerns_all(&self) -> bool {
        !self.error.is_callers_own()
    }

    pub(super) fn error(&self) -> AuthError {
        self.error.clone()
    }
}
