use std::{borrow::Cow, error::Error as StdError, fmt, sync::Arc, time::Duration};

use crate::{Delivery, Error, ErrorKind, error::TimeoutPhase, redact::OneLine, retry::StopReason};

/// The reason why there is no credential.
///
/// Cheap to clone: all callers that waited for the same login get the same error.
#[derive(Clone, Debug)]
pub struct AuthError {
    reason: Cow<'static, str>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
    refused: bool,
    in_vain: bool,
    retry_after: Option<Duration>,
    /// The same. Contains the wait that the provider's crate knows if the provider asks for none.
    asked_wait: Option<Duration>,
    shortage: Option<Shortage>,
}

/// The resource that only the caller of a login had too little of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shortage {
    /// The client's own quota, which the provider does not know.
    OfTurns,
    OfTime,
}

impl AuthError {
    /// Creates an error from a reason in words. The reason must not show a secret.
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

    /// Marks the error as caused by a response that the provider would send again.
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

    /// Marks that the provider refused the login itself. A new login soon after is useless, and may lock the account.
    #[must_use]
    pub fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// Adds the time before which a new login makes no sense.
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

    /// The time after which a new login makes sense, if that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the login failed for lack of its caller's own quota or time. Such a failure does not apply to a caller who has
    /// more.
    pub(crate) fn is_callers_own(&self) -> bool {
        self.shortage.is_some()
    }

    /// Whether a new login soon after is useless, because the provider refused the login or its response contained no usable
    /// credential.
    pub(crate) fn is_in_vain(&self) -> bool {
        self.refused || self.in_vain
    }

    /// How long the provider accepts no login. A wait for the client's own quota concerns only its caller and is not
    /// included.
    pub(crate) fn provider_wait(&self) -> Option<Duration> {
        self.retry_after
            .or(self.asked_wait)
            .filter(|_| self.shortage != Some(Shortage::OfTurns))
    }

    /// The error of a caller who asks too early after this failure: no login is made for it.
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

/// The error of a login that failed. The login counts as refused if the provider refused it ([`Delivery::Refused`]),
/// except because of too many calls.
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
