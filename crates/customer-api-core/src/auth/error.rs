use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc, time::Duration};

use crate::{Delivery, Error, ErrorKind, error::TimeoutPhase, redact::OneLine, retry::StopReason};

/// Why there is no credential.
///
/// Cheap to clone: those who waited for the same login are told the same.
#[derive(Clone, Debug)]
pub struct AuthError {
    reason: Cow<'static, str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    refused: bool,
    in_vain: bool,
    retry_after: Option<Duration>,
    /// The same, or what the provider's crate knows where the provider does not ask.
    asked_wait: Option<Duration>,
    shortage: Option<Shortage>,
}

/// What the caller of a login, and nobody else, had too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shortage {
    /// For the client's own quota, of which the provider knows nothing.
    OfTurns,
    OfTime,
}

impl AuthError {
    /// A reason in words, which must not show a secret.
    #[must_use]
    pub fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason: reason.into(),
            source: None,
            refused: false,
            in_vain: false,
            retry_after: None,
            asked_wait: None,
            shortage: None,
        }
    }

    /// It was about a response that the provider would only give again.
    pub(crate) fn in_vain(mut self) -> Self {
        self.in_vain = true;
        self
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

    /// Whether it failed for the time that its caller had, which says nothing to one who has more.
    pub(crate) fn is_callers_own(&self) -> bool {
        self.shortage.is_some()
    }

    /// Whether asking again soon is useless: the provider refused the login, or answered without giving a credential.
    pub(crate) fn is_in_vain(&self) -> bool {
        self.refused || self.in_vain
    }

    /// How long the provider wants no login. What the client's own quota asks for is its caller's affair.
    pub(crate) fn provider_wait(&self) -> Option<Duration> {
        self.retry_after
            .or(self.asked_wait)
            .filter(|_| self.shortage != Some(Shortage::OfTurns))
    }

    pub(super) fn into_reason(self) -> Cow<'static, str> {
        self.reason
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", OneLine(&self.reason))
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// A login that failed. It was refused if the provider did nothing on purpose ([`Delivery::Refused`]), and not for the number
/// of calls.
impl From<Error> for AuthError {
    fn from(error: Error) -> Self {
        let is_refused = error.delivery() == Delivery::Refused && !error.is_rate_limited();
        let shortage = match (error.kind(), error.stop_reason()) {
            (ErrorKind::RateLimit, _) => Some(Shortage::OfTurns),
            (ErrorKind::Timeout(TimeoutPhase::Call), _)
            | (_, Some(StopReason::DeadlineTooClose)) => Some(Shortage::OfTime),
            _ => None,
        };
        Self {
            reason: Cow::Borrowed(if is_refused {
                "the login was refused"
            } else {
                "the login failed"
            }),
            refused: is_refused,
            in_vain: matches!(
                error.kind(),
                ErrorKind::Redirect | ErrorKind::Decode | ErrorKind::ResponseTooLarge
            ),
            retry_after: error.retry_after(),
            asked_wait: error.asked_wait(),
            shortage,
            source: Some(Arc::new(error)),
        }
    }
}
