use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc, time::Duration};

use crate::{Delivery, Error, ErrorKind, error::TimeoutPhase, retry::StopReason};

/// Why there is no credential.
///
/// Cheap to clone: those who waited for the same login are told the same.
#[derive(Clone, Debug)]
pub struct AuthError {
    reason: Cow<'static, str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    refused: bool,
    retry_after: Option<Duration>,
    callers_own: bool,
}

impl AuthError {
    /// A reason in words, which must not show a secret.
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason: reason.into(),
            source: None,
            refused: false,
            retry_after: None,
            callers_own: false,
        }
    }

    /// The cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// The provider knows who calls and won't have them: asking again soon is useless, and may lock the account.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// Asking again makes no sense before this time is over.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Whether the provider refused the login itself, such as for a wrong password.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.refused
    }

    /// After which time asking again makes sense, if that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether it failed for the time that its caller had, which says nothing about the next caller's.
    pub(crate) fn is_callers_own(&self) -> bool {
        self.callers_own
    }

    pub(super) fn into_reason(self) -> Cow<'static, str> {
        self.reason
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// A login that failed. It was refused if the provider did nothing on purpose ([`Delivery::Refused`]).
impl From<Error> for AuthError {
    fn from(error: Error) -> Self {
        let is_refused = error.delivery() == Delivery::Refused;
        Self {
            reason: Cow::Borrowed(if is_refused {
                "the login was refused"
            } else {
                "the login failed"
            }),
            refused: is_refused,
            retry_after: error.retry_after(),
            callers_own: matches!(
                error.kind(),
                ErrorKind::Timeout(TimeoutPhase::Call) | ErrorKind::RateLimit
            ) || error.stop_reason() == Some(StopReason::DeadlineTooClose),
            source: Some(Arc::new(error)),
        }
    }
}
