//! What can go wrong, and whether the call happened.

mod build;
mod decode;
mod delivery;
mod details;
mod failure;
mod kind;
mod print;
mod runtime;
mod stop_reason;
mod store;
mod validation;

use std::{error::Error as StdError, time::Duration};

pub use build::{BuildError, VariableProblem};
pub use decode::{DecodeCategory, DecodeError};
pub use delivery::Delivery;
pub use details::ErrorDetails;
use failure::Parts;
pub(crate) use failure::{CallReport, Failure, beginning};
pub use kind::{ErrorKind, TimeoutPhase};
pub use runtime::RuntimeError;
pub use stop_reason::StopReason;
pub use store::StoreError;
pub use validation::{Problem, ValidationError};

use crate::{
    Timestamp, operation::info::OperationInfo, redact::Scrubber, settle::SendTrace,
    time::wall_clock,
};

/// Why a call failed, and whether it happened all the same.
///
/// One pointer wide. [`delivery`](Self::delivery) says whether the call may be sent again;
/// [`kind`](Self::kind) and the `is_` methods say what went wrong. `{}` prints one line, and the
/// [source](StdError::source) holds the cause.
///
/// Neither `Display` nor `Debug` shows a key, the body of a response, or a value of the request that is marked as personal.
/// The provider's own [`message`](Self::message) is kept with such values replaced; [`body`](Self::body) is raw.
pub struct Error(Box<Parts>);

impl Error {
    /// What became of a call: the values of its request that the provider repeated are taken out.
    pub(crate) fn of_call(mut failure: Failure, call: CallReport, scrubber: &Scrubber<'_>) -> Self {
        failure.scrub(scrubber);
        failure.0.call = Some(call);
        // Read once, and only where an attempt may have to be looked for later: a success reads no calendar.
        failure.0.failed_at = (call.attempts > 0).then(wall_clock);
        Self(failure.0)
    }

    /// A failure that belongs to no call.
    pub(crate) fn without_call(failure: Failure) -> Self {
        Self(failure.0)
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the call happened, over all its attempts.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// What was called; `None` if the failure belongs to no call, such as building a client.
    #[must_use]
    pub fn operation(&self) -> Option<&'static OperationInfo> {
        self.0.call.map(|call| call.operation)
    }

    /// How many times the request was handed to the transport.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.call.map_or(0, |call| call.attempts)
    }

    /// How long the call took, with all its attempts and waits.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.call.map_or(Duration::ZERO, |call| call.elapsed)
    }

    /// When the call was sent: what is needed to [settle](crate::settle) an unknown outcome, now or in another process.
    ///
    /// `None` if no attempt was made, or if this machine's clock stands outside the years -9999 to 9999. The times are those of
    /// this machine's clock, read once when the call failed: the attempts are counted back from there.
    #[must_use]
    pub fn trace(&self) -> Option<SendTrace> {
        let (call, failed_at) = (self.0.call?, self.0.failed_at?);
        let at = |began: Duration| {
            let ago = call.elapsed.saturating_sub(began);
            Timestamp::try_from(failed_at.checked_sub(ago)?).ok()
        };
        let trace = SendTrace::new(call.operation.id, at(call.first_began)?);
        let trace = trace.with_last(at(call.last_began)?);
        Some(trace.with_attempts(call.attempts))
    }

    /// Whether the response may have been written before the request arrived, so that it proves nothing about the request.
    ///
    /// It is so for a 4xx on a connection that had carried another response: a server may close a connection with one. Such an error is
    /// [`Refused`](Delivery::Refused), as the status says, and the client repeats no write after it. A program that repeats the write
    /// may make it twice.
    #[must_use]
    pub fn may_be_unasked(&self) -> bool {
        self.0.call.is_some_and(|call| call.is_unasked) && self.0.status.is_some()
    }

    /// Why the call was not tried again.
    #[must_use]
    pub fn stop_reason(&self) -> Option<StopReason> {
        self.0.stop
    }

    /// The HTTP status of the last attempt, if it was answered.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// The provider's own error code, made safe to print as [`message`](Self::message) is. At most 200 characters.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.details.code.as_deref()
    }

    /// The provider's message on one line, with the request's personal values replaced by `[redacted]` and invisible characters by
    /// their escapes, such as `\u{202e}`. It ends with `…` if it is longer than 2,000 characters, or 8 KiB.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.details.message.as_deref()
    }

    /// What to check, for a failure whose usual cause is known. In this library's words, not the provider's.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.0.details.hint
    }

    /// What identifies the call to the provider's support, made safe to print as [`message`](Self::message) is. At most 200
    /// characters.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.details.trace_id.as_deref()
    }

    /// Where a redirect pointed, without its query, made safe to print as [`message`](Self::message) is. The client never follows
    /// one.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    /// How long the provider asked to wait before the next call.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How long the provider wants no call; unlike [`retry_after`](Self::retry_after), also by what its crate knows.
    pub(crate) fn asked_wait(&self) -> Option<Duration> {
        self.0.asked_wait()
    }

    /// The raw body of the last response, if it arrived whole; its first 64 KiB, if it is longer. It may hold personal data:
    /// think before logging it.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.0.body.as_deref()
    }

    /// Whether the request was refused before anything was sent, because a field can't be sent.
    #[must_use]
    pub fn is_validation(&self) -> bool {
        self.0.kind == ErrorKind::Validation
    }

    /// Whether a timeout ended the call.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Timeout(_))
    }

    /// Whether no connection could be made: DNS, TCP, TLS, or too slow at it.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Connect | ErrorKind::Timeout(TimeoutPhase::Connect)
        )
    }

    /// Whether a successful response could not be understood.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// Whether the credential was refused or could not be obtained: 401, 403, or a failed login.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.0.kind == ErrorKind::Authentication || matches!(self.status(), Some(401 | 403))
    }

    /// Whether the provider does not know what the call was about.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404) || self.0.details.not_found
    }

    /// Whether there were too many calls, by the provider's count (429) or by the client's own.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimit || self.status() == Some(429)
    }

    /// Whether the provider failed: a 5xx.
    #[must_use]
    pub fn is_server_error(&self) -> bool {
        self.0.status.is_some_and(|status| status.is_server_error())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        Self::without_call(Failure::from(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        fn sendable<T: Send + Sync + 'static>() {}
        sendable::<Error>();
    }
}
