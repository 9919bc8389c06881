//! Errors of calls, and whether the call happened.

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

/// The reason why a call failed, and whether the call happened nevertheless.
///
/// One pointer wide. [`delivery`](Self::delivery) states whether the call may be sent again.
/// [`kind`](Self::kind) and the `is_` methods state what went wrong. `{}` prints one line, with
/// the cause. [`cause`](Self::cause) returns the cause for a program that needs its type.
///
/// Neither `Display` nor `Debug` shows a key, the body of a response, or a value of the request that is marked as personal.
/// Such values are replaced in the provider's own [`message`](Self::message). [`body`](Self::body) is raw.
pub struct Error(Box<Parts>);

impl Error {
    /// Makes the error of a call, and removes the values of its request that the provider repeated.
    pub(crate) fn of_call(mut failure: Failure, call: CallReport, scrubber: &Scrubber<'_>) -> Self {
        failure.scrub(scrubber);
        failure.0.call = Some(call);
        // The wall clock is read once per failed call, and only if an attempt was made, because settling may later need the attempt's time.
        failure.0.failed_at = (call.attempts > 0).then(wall_clock);
        Self(failure.0)
    }

    /// Makes an error that belongs to no call.
    pub(crate) fn without_call(failure: Failure) -> Self {
        Self(failure.0)
    }

    /// Returns what went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns whether the call happened, over all its attempts.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// Returns the operation. `None` if the failure belongs to no call, such as building a client.
    #[must_use]
    pub fn operation(&self) -> Option<&'static OperationInfo> {
        self.0.call.map(|call| call.operation)
    }

    /// Returns how many times the request was passed to the transport.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.call.map_or(0, |call| call.attempts)
    }

    /// Returns how long the call took, with all its attempts and waits.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.call.map_or(Duration::ZERO, |call| call.elapsed)
    }

    /// Returns the times at which the call was sent. [Settling](crate::settle) an unknown outcome needs these times, now or in another
    /// process.
    ///
    /// `None` if no attempt was made, or if this machine's clock is outside the years -9999 to 9999. The times are those of this machine's
    /// clock. The clock was read once, when the call failed, and the times of the attempts are calculated back from that moment.
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

    /// Returns whether the server may have written the response before the request arrived. Such a response proves nothing about the
    /// request.
    ///
    /// This is true for a 4xx on a connection that had carried another response, because a server may close a connection with a 4xx. The
    /// status decides the delivery of such an error, so it may be [`Refused`](Delivery::Refused). This is the one case in which `Refused`
    /// does not prove that nothing was done. The client does not repeat a write after such an error. A program that repeats the write may
    /// make it twice.
    #[must_use]
    pub fn may_be_unasked(&self) -> bool {
        self.0.call.is_some_and(|call| call.is_unasked) && self.0.status.is_some()
    }

    /// Returns why the call was not retried.
    #[must_use]
    pub fn stop_reason(&self) -> Option<StopReason> {
        self.0.stop
    }

    /// Returns the HTTP status of the last attempt, if a response arrived.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    /// Returns the provider's own error code, made safe to print in the same way as [`message`](Self::message). At most 200 characters.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.details.code.as_deref()
    }

    /// Returns the provider's message on one line. The request's personal values are replaced by `[redacted]`, and invisible
    /// characters by their escapes, such as `\u{202e}`. A message longer than 2,000 characters or 8 KiB is cut and ends with `…`.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.details.message.as_deref()
    }

    /// Returns what to check, for a failure whose usual cause is known. The text is this library's, not the provider's.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.0.details.hint
    }

    /// Returns the id by which the provider's support can find the call, made safe to print in the same way as
    /// [`message`](Self::message). At most 200 characters.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.details.trace_id.as_deref()
    }

    /// Returns the target of a redirect without its query, made safe to print in the same way as [`message`](Self::message). The
    /// client never follows a redirect.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    /// Returns how long the provider asked the caller to wait before the next call.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns how long to wait before the next call. If the provider states no wait, this is the wait that the provider's crate states.
    pub(crate) fn asked_wait(&self) -> Option<Duration> {
        self.0.asked_wait()
    }

    /// The cause, for a program that needs its type. The documentation of [`ErrorKind`] names the type for each kind that has one.
    ///
    /// [`source`](StdError::source) returns `None`, because `Display` prints the cause.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// Returns the raw body of the last response if it arrived whole, but not more than its first 64 KiB. It may contain personal
    /// data: think before logging it.
    #[must_use]
    pub fn body(&self) -> Option<&[u8]> {
        self.0.body.as_deref()
    }

    /// Returns whether the client refused the request before anything was sent, because a field can't be sent.
    #[must_use]
    pub fn is_validation(&self) -> bool {
        self.0.kind == ErrorKind::Validation
    }

    /// Returns whether a timeout ended the call.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Timeout(_))
    }

    /// Returns whether no connection could be made, because DNS, TCP or TLS failed or took too long.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(
            self.0.kind,
            ErrorKind::Connect | ErrorKind::Timeout(TimeoutPhase::Connect)
        )
    }

    /// Returns whether a successful response could not be understood.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// Returns whether the credential was refused or could not be obtained: 401, 403, or a failed login.
    #[must_use]
    pub fn is_unauthorized(&self) -> bool {
        self.0.kind == ErrorKind::Authentication || matches!(self.status(), Some(401 | 403))
    }

    /// Returns whether the provider does not know the object of the call.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404) || self.0.details.not_found
    }

    /// Returns whether there were too many calls, according to the provider (429) or to the client's own rate limiter.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimit || self.status() == Some(429)
    }

    /// Returns whether the provider failed: a 5xx.
    #[must_use]
    pub fn is_server_error(&self) -> bool {
        self.0.status.is_some_and(|status| status.is_server_error())
    }
}

/// `Display` prints the cause, so [`source`](StdError::source) returns `None`: a report of all causes shows each cause once.
impl StdError for Error {}

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
