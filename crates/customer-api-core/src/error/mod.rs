//! What can go wrong, and whether the call happened.

mod build;
mod decode;
mod delivery;
mod kind;
mod print;
mod validation;

use std::{error::Error as StdError, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

pub use build::{BuildError, VariableProblem};
pub use decode::{DecodeCategory, DecodeError};
pub use delivery::Delivery;
pub use kind::{ErrorKind, TimeoutPhase};
pub use validation::{Problem, ValidationError};

use crate::{
    operation::OperationInfo, redact::Scrubber, retry::StopReason, retry_after,
    service::ErrorDetails,
};

/// The longest part of an answer's body that an error keeps.
const BODY_LIMIT: usize = 64 * 1024;

/// The longest provider message that an error keeps, in characters.
const MESSAGE_LIMIT: usize = 2_000;

/// The longest provider code or trace id that an error keeps, in characters.
const WORD_LIMIT: usize = 200;

/// Why a call failed, and whether it happened all the same.
///
/// One pointer wide. [`delivery`](Self::delivery) says whether the call may be sent again;
/// [`kind`](Self::kind) and the `is_` methods say what went wrong. `{}` prints one line, and the
/// [source](StdError::source) holds the cause.
///
/// Neither `Display` nor `Debug` shows a key, the body of an answer, or a value of the request that is marked as personal.
/// The provider's own [`message`](Self::message) is kept with such values replaced; [`body`](Self::body) is raw.
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    delivery: Delivery,
    service: &'static str,
    operation: Option<&'static OperationInfo>,
    attempts: u32,
    elapsed: Duration,
    stop: Option<StopReason>,
    status: Option<StatusCode>,
    details: ErrorDetails,
    location: Option<String>,
    retry_after: Option<Duration>,
    body: Option<Bytes>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, delivery: Delivery) -> Self {
        Self(Box::new(Inner {
            kind,
            delivery,
            service: "",
            operation: None,
            attempts: 0,
            elapsed: Duration::ZERO,
            stop: None,
            status: None,
            details: ErrorDetails::new(),
            location: None,
            retry_after: None,
            body: None,
            source: None,
        }))
    }

    /// Says which time-out it was, if it was one.
    pub(crate) fn timed_out_in(mut self, phase: TimeoutPhase) -> Self {
        if let ErrorKind::Timeout(of) = &mut self.0.kind {
            *of = phase;
        }
        self
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_details(mut self, details: ErrorDetails) -> Self {
        self.0.details = details;
        self
    }

    pub(crate) fn with_location(mut self, location: Option<String>) -> Self {
        self.0.location = location;
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    fn with_body(mut self, body: Option<Bytes>) -> Self {
        self.0.body = body;
        self
    }

    /// Adds the answer that the failure is about: its status, what it asks for, and the beginning of its body.
    pub(crate) fn with_answer(self, status: StatusCode, headers: &HeaderMap, body: Bytes) -> Self {
        self.with_status(status)
            .with_retry_after(retry_after::read(headers))
            .with_body(Some(kept(body)))
    }

    /// States which call failed, and what became of it.
    pub(crate) fn with_story(
        mut self,
        service: &'static str,
        operation: &'static OperationInfo,
        attempts: u32,
        elapsed: Duration,
    ) -> Self {
        let inner = &mut *self.0;
        (inner.service, inner.operation) = (service, Some(operation));
        (inner.attempts, inner.elapsed) = (attempts, elapsed);
        self
    }

    pub(crate) fn with_stop(mut self, stop: StopReason) -> Self {
        self.0.stop = Some(stop);
        self
    }

    /// An earlier attempt may have happened, whatever became of the last one.
    pub(crate) fn at_least(mut self, delivery: Delivery) -> Self {
        self.0.delivery = self.0.delivery.max(delivery);
        self
    }

    /// Takes the request's values out of everything that the provider said, and bounds it.
    pub(crate) fn scrubbed(mut self, scrubber: &Scrubber<'_>) -> Self {
        let clean =
            |text: Option<String>, limit| text.map(|text| bounded(&scrubber.scrub(&text), limit));
        let inner = &mut *self.0;
        let details = std::mem::take(&mut inner.details);
        inner.details = ErrorDetails {
            code: clean(details.code, WORD_LIMIT),
            message: clean(details.message, MESSAGE_LIMIT),
            trace_id: clean(details.trace_id, WORD_LIMIT),
            not_found: details.not_found,
            hint: details.hint,
        };
        inner.location = clean(inner.location.take(), MESSAGE_LIMIT);
        self
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
        self.0.operation
    }

    /// How many times the request was handed to the transport.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the call took, with all its attempts and waits.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
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

    /// The provider's own error code.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.details.code.as_deref()
    }

    /// The provider's message, with the request's personal values replaced by `[redacted]`.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.details.message.as_deref()
    }

    /// What to check, for a failure whose usual cause is known. In this library's words, not the provider's.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        self.0.details.hint
    }

    /// What identifies the call to the provider's support.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.0.details.trace_id.as_deref()
    }

    /// Where a redirect pointed, without its query. The client never follows one.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.0.location.as_deref()
    }

    /// How long the provider asked to wait before the next call.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// The raw body of the last answer, if it arrived whole; its first 64 KiB, if it is longer. It may hold personal data:
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

    /// Whether a time-out ended the call.
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

    /// Whether a successful answer could not be understood.
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

/// The part of a long body that is looked at and kept when a call fails.
pub(crate) fn beginning(body: &[u8]) -> &[u8] {
    body.get(..BODY_LIMIT).unwrap_or(body)
}

/// Keeps the beginning of a long body, and lets go of the rest's memory.
fn kept(body: Bytes) -> Bytes {
    if body.len() > BODY_LIMIT {
        Bytes::copy_from_slice(beginning(&body))
    } else {
        body
    }
}

fn bounded(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        Self::new(ErrorKind::Build, Delivery::NotSent).with_source(error)
    }
}

impl From<ValidationError> for Error {
    fn from(error: ValidationError) -> Self {
        Self::new(ErrorKind::Validation, Delivery::NotSent).with_source(error)
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

    #[test]
    fn a_long_message_is_bounded() {
        let error = Error::new(ErrorKind::Status, Delivery::Refused)
            .with_details(ErrorDetails::new().message("é".repeat(5_000)))
            .scrubbed(&Scrubber::new(crate::request::Sensitive::default(), []));
        assert_eq!(error.message().unwrap().chars().count(), MESSAGE_LIMIT + 1);
    }
}
