use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc, time::Duration};

use crate::{Delivery, Error, ErrorKind, error::TimeoutPhase, redact::OneLine, retry::StopReason};

/// The reason why no credential could be obtained.
///
/// Cheap to clone, because all callers that waited for one login get a clone of its error.
#[derive(Clone, Debug)]
pub struct AuthError {
    reason: Cow<'static, str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    refused: bool,
    in_vain: bool,
    retry_after: Option<Duration>,
    /// The wait that the provider asked for. If the provider asked for none, the wait that the provider's crate sets.
    asked_wait: Option<Duration>,
    shortage: Option<Shortage>,
}

/// The resource of the caller that ran out during a login. Another caller may have enough of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shortage {
    /// The quota that the client keeps itself.
    OfTurns,
    /// The time until the caller's deadline.
    OfTime,
}

impl AuthError {
    /// Creates an error with this reason. The reason must not contain a secret.
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

    /// Marks that a new login soon after would fail in the same way.
    pub(crate) fn in_vain(mut self) -> Self {
        self.in_vain = true;
        self
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Marks that the provider refused the login. A new login soon after is useless, and may lock the account.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// Sets the wait before the next login.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// Whether the provider refused the login, for example because of a wrong password.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.refused
    }

    /// The wait before the next login, if it is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the login failed because its caller's own quota or time ran out. Such a failure does not apply to a caller that has more
    /// quota or time.
    pub(crate) fn is_callers_own(&self) -> bool {
        self.shortage.is_some()
    }

    /// Whether a new login soon after is useless, because the provider refused the login or its response contained no usable
    /// credential.
    pub(crate) fn is_in_vain(&self) -> bool {
        self.refused || self.in_vain
    }

    /// How long the provider accepts no login, if this is known. `None` if the login failed because of the client's own quota: such a
    /// failure applies only to the caller of that login.
    pub(crate) fn provider_wait(&self) -> Option<Duration> {
        self.retry_after
            .or(self.asked_wait)
            .filter(|_| self.shortage != Some(Shortage::OfTurns))
    }

    /// The error of a caller that asks for a credential too early after this failure. No login is made for this caller.
    pub(crate) fn held_back(mut self) -> Self {
        self.reason = Cow::Borrowed(if self.refused {
            "an earlier login was refused, and the next one has to wait"
        } else {
            "an earlier login failed, and the next one has to wait"
        });
        self
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

/// Turns the error of a login into an [`AuthError`]. The login counts as refused if its delivery is [`Delivery::Refused`], except if the
/// reason is too many calls.
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
