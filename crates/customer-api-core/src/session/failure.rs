use std::time::Duration;

use tokio::time::Instant;

use crate::{auth::AuthError, retry::ExponentialBackoff};

/// How long a login that was in vain is not repeated, at first and at most. An account may be locked after a few.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(60 * 60);

/// A login that failed.
pub(super) struct Failure {
    error: AuthError,
    /// How many logins in a row failed, and how many of those were in vain.
    failed: u32,
    in_vain: u32,
    not_before: Instant,
    /// How much time the login had.
    time: Duration,
}

impl Failure {
    pub(super) fn new(error: AuthError, last: Option<&Self>, now: Instant, time: Duration) -> Self {
        let (failed, in_vain) = last.map_or((0, 0), |last| (last.failed, last.in_vain));
        let failed = failed.saturating_add(1);
        let in_vain = in_vain.saturating_add(u32::from(error.is_in_vain()));
        let mut pause = match error.provider_wait() {
            // It asks for a wait, though perhaps for one of no time.
            asked @ Some(_) => ExponentialBackoff::DEFAULT.after(failed, asked),
            None => Duration::ZERO,
        };
        if error.is_in_vain() {
            let factor = 2_u32.saturating_pow(in_vain.saturating_sub(1));
            pause = pause.max(FIRST_PAUSE.saturating_mul(factor));
        }
        Self {
            error,
            failed,
            in_vain,
            not_before: now + pause.min(LONGEST_PAUSE),
            time,
        }
    }

    /// The error of whoever comes too early to try again.
    pub(super) fn pause(&self, now: Instant) -> Option<AuthError> {
        let wait = self.not_before.saturating_duration_since(now);
        (!wait.is_zero()).then(|| self.error.clone().with_retry_after(wait))
    }

    /// Whether a further failure counts as one more in a row.
    pub(super) fn is_recent(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.not_before) < LONGEST_PAUSE
    }

    /// Whether one who has so much time would have fared the same: a login that only ran out of its own caller's time says
    /// nothing to those who have more.
    pub(super) fn concerns(&self, time: Duration) -> bool {
        !self.error.is_callers_own() || time <= self.time
    }

    pub(super) fn error(&self) -> AuthError {
        self.error.clone()
    }
}
