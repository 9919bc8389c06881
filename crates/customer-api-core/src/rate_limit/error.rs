use std::{error::Error as StdError, fmt, time::Duration};

use crate::error::{RuntimeError, StoreError};

/// The reason why there is no permit. Nothing was sent.
#[derive(Clone, Debug)]
pub struct RateLimitError {
    reason: Reason,
    retry_after: Option<Duration>,
}

#[derive(Clone, Debug)]
enum Reason {
    UsedUp,
    Unavailable(StoreError),
    Expired,
    Runtime(RuntimeError),
}

impl RateLimitError {
    /// Creates the error for a quota that is used up, or that a 429 stopped: no permit will be free before the call's timeout. It is
    /// unknown when a permit will be free.
    #[must_use]
    pub fn new() -> Self {
        Reason::UsedUp.into()
    }

    /// Creates the error for a limiter that can't be asked, for example because its store is down.
    #[must_use]
    pub fn unavailable(error: StoreError) -> Self {
        Reason::Unavailable(error).into()
    }

    /// Creates the error for a permit that was granted too long ago.
    pub(crate) fn expired() -> Self {
        Reason::Expired.into()
    }

    /// Adds the time after which a permit will be free.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The time after which a permit will be free, if that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the limiter could not be asked. It is then unknown how much of the quota is left.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self.reason, Reason::Unavailable(_))
    }
}

impl Default for RateLimitError {
    fn default() -> Self {
        Self::new()
    }
}

impl From<Reason> for RateLimitError {
    fn from(reason: Reason) -> Self {
        Self {
            reason,
            retry_after: None,
        }
    }
}

/// The calling thread can't wait for a permit.
impl From<RuntimeError> for RateLimitError {
    fn from(error: RuntimeError) -> Self {
        Reason::Runtime(error).into()
    }
}

impl fmt::Display for RateLimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::UsedUp => f.write_str(
                "no permit is free before the call's timeout: the quota is used up, or an earlier 429 asked for a wait",
            ),
            Reason::Unavailable(error) => write!(f, "the limiter can't be asked: {error}"),
            Reason::Expired => f.write_str("the permit expired before the attempt could start"),
            Reason::Runtime(error) => write!(f, "waiting for a permit is not possible: {error}"),
        }
    }
}

impl StdError for RateLimitError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.reason {
            Reason::Unavailable(error) => error.source(),
            Reason::UsedUp | Reason::Expired | Reason::Runtime(_) => None,
        }
    }
}
