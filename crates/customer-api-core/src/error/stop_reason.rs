use std::fmt;

/// The reason why a call was not retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// A retry would not help.
    NotRetryable,
    /// The call may have happened, and a repeat might make it happen twice.
    MayHaveHappened,
    /// All attempts are used up.
    AttemptsExhausted,
    /// The next attempt would come after the call's timeout.
    DeadlineTooClose,
    /// The provider asks for a longer wait than the policy allows.
    RetryAfterTooLong,
    /// The caller disabled retries.
    Disabled,
}

impl StopReason {
    /// Returns whether the error's text names the reason. The other reasons add no information to the failure.
    pub(crate) fn is_telling(&self) -> bool {
        !matches!(self, Self::NotRetryable | Self::Disabled)
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotRetryable => "a retry would not help",
            Self::MayHaveHappened => "a repeat might make it happen twice",
            Self::AttemptsExhausted => "all attempts are used up",
            Self::DeadlineTooClose => "the call's timeout comes first",
            Self::RetryAfterTooLong => "the provider asks for a longer wait than allowed",
            Self::Disabled => "retries are disabled",
        })
    }
}
