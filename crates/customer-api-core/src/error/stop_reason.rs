use std::fmt;

/// Why a call was not tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// Trying again would not help.
    NotRetryable,
    /// The call may have happened, and a repeat might make it happen twice.
    MayHaveHappened,
    /// All attempts are used up.
    AttemptsExhausted,
    /// The next attempt would come after the call's timeout.
    DeadlineTooClose,
    /// The provider asks for a longer wait than the policy allows.
    RetryAfterTooLong,
    /// The caller switched retries off.
    Disabled,
}

impl StopReason {
    /// Whether the reason says more than the failure itself does.
    pub(crate) fn is_telling(&self) -> bool {
        !matches!(self, Self::NotRetryable | Self::Disabled)
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotRetryable => "trying again would not help",
            Self::MayHaveHappened => "a repeat might make it happen twice",
            Self::AttemptsExhausted => "all attempts are used up",
            Self::DeadlineTooClose => "the call's timeout comes first",
            Self::RetryAfterTooLong => "the provider asks for a longer wait than allowed",
            Self::Disabled => "retries are off",
        })
    }
}
