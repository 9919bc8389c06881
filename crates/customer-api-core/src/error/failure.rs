//! A failure inside the client, before it becomes the caller's error.

use std::{
    error::Error as StdError,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{
    build::BuildError,
    delivery::Delivery,
    details::ErrorDetails,
    kind::{ErrorKind, TimeoutPhase},
    stop_reason::StopReason,
    validation::ValidationError,
};
use crate::{operation::info::OperationInfo, redact::Scrubber, retry_after};

/// The longest part of a response's body that an error keeps, in bytes.
const BODY_LIMIT: usize = 64 * 1024;

/// The longest provider message that an error keeps, in characters.
const MESSAGE_LIMIT: usize = 2_000;

/// The longest provider code or trace id that an error keeps, in characters.
const WORD_LIMIT: usize = 200;

/// The reason why an attempt, or a step before it, failed. The failure is not linked to its call yet.
///
/// Only two functions of [`Error`](super::Error) convert a `Failure`: one where a call ends, and one where there is no call. Therefore no
/// unfinished error reaches a caller.
#[derive(Debug)]
pub(crate) struct Failure(pub(super) Box<Parts>);

/// The contents of a failure and of an error.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) kind: ErrorKind,
    pub(super) delivery: Delivery,
    pub(super) call: Option<CallReport>,
    /// When the call failed, by this machine's clock.
    pub(super) failed_at: Option<SystemTime>,
    pub(super) stop: Option<StopReason>,
    pub(super) status: Option<StatusCode>,
    pub(super) details: ErrorDetails,
    pub(super) location: Option<String>,
    /// The host and port that were not reached.
    pub(super) server: Option<String>,
    pub(super) retry_after: Option<Duration>,
    /// The wait that the provider's crate states, for a response in which the provider asks for no wait.
    pub(super) own_wait: Option<Duration>,
    pub(super) body: Option<Bytes>,
    pub(super) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Parts {
    pub(super) fn asked_wait(&self) -> Option<Duration> {
        self.retry_after.or(self.own_wait)
    }
}

/// The call that failed, with its attempts and times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallReport {
    pub(crate) service: &'static str,
    pub(crate) operation: &'static OperationInfo,
    pub(crate) attempts: u32,
    /// When the first and the last attempt began, counted from the beginning of the call.
    pub(crate) first_began: Duration,
    pub(crate) last_began: Duration,
    pub(crate) elapsed: Duration,
    /// Whether the last response may have been written before its request arrived.
    pub(crate) is_unasked: bool,
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, delivery: Delivery) -> Self {
        Self(Box::new(Parts {
            kind,
            delivery,
            call: None,
            failed_at: None,
            stop: None,
            status: None,
            details: ErrorDetails::new(),
            location: None,
            server: None,
            retry_after: None,
            own_wait: None,
            body: None,
            source: None,
        }))
    }

    /// The failure of a call that has no time left to begin an attempt.
    pub(crate) fn too_late() -> Self {
        Self::new(ErrorKind::Timeout(TimeoutPhase::Call), Delivery::NotSent)
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

    /// Names the server that was not reached.
    pub(crate) fn with_server(mut self, server: String) -> Self {
        self.0.server = Some(server);
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.0.retry_after = retry_after;
        self
    }

    /// Sets the wait that the provider's crate states. This wait counts only if the provider asks for none.
    pub(crate) fn with_own_wait(mut self, wait: Option<Duration>) -> Self {
        self.0.own_wait = wait;
        self
    }

    /// Adds the head of the response that the failure is about.
    pub(crate) fn with_head(self, status: StatusCode, headers: &HeaderMap) -> Self {
        self.with_status(status)
            .with_retry_after(retry_after::read(headers))
    }

    /// Adds the beginning of the response's body.
    pub(crate) fn with_body(mut self, body: Bytes) -> Self {
        self.0.body = Some(kept(body));
        self
    }

    pub(crate) fn with_stop(mut self, stop: StopReason) -> Self {
        self.0.stop = Some(stop);
        self
    }

    /// Raises the delivery to at least `delivery`, because an earlier attempt may have happened.
    pub(crate) fn at_least(mut self, delivery: Delivery) -> Self {
        self.0.delivery = self.0.delivery.max(delivery);
        self
    }

    pub(crate) fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    pub(crate) fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.0.status.map(|status| status.as_u16())
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns how long to wait after this failure before the next call. `None` if neither the provider nor its crate states a wait.
    pub(crate) fn asked_wait(&self) -> Option<Duration> {
        self.0.asked_wait()
    }

    /// Removes the request's values from all texts of the provider, limits their length, and puts each on one line.
    pub(super) fn scrub(&mut self, scrubber: &Scrubber<'_>) {
        let clean = |text: Option<String>, limit| text.map(|text| scrubber.scrub(&text, limit));
        let parts = &mut *self.0;
        let details = std::mem::take(&mut parts.details);
        parts.details = ErrorDetails {
            code: clean(details.code, WORD_LIMIT),
            message: clean(details.message, MESSAGE_LIMIT),
            trace_id: clean(details.trace_id, WORD_LIMIT),
            not_found: details.not_found,
            hint: details.hint,
        };
        parts.location = clean(parts.location.take(), MESSAGE_LIMIT);
    }
}

/// Returns the part of a long body that is read and kept when a call fails.
pub(crate) fn beginning(body: &[u8]) -> &[u8] {
    body.get(..BODY_LIMIT).unwrap_or(body)
}

/// Keeps the beginning of a long body, and frees the memory of the rest.
fn kept(body: Bytes) -> Bytes {
    if body.len() > BODY_LIMIT {
        Bytes::copy_from_slice(beginning(&body))
    } else {
        body
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        Self::new(ErrorKind::Build, Delivery::NotSent).with_source(error)
    }
}

impl From<ValidationError> for Failure {
    fn from(error: ValidationError) -> Self {
        Self::new(ErrorKind::Validation, Delivery::NotSent).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_is_bounded() {
        let failure = Failure::new(ErrorKind::Status, Delivery::Refused)
            .with_details(ErrorDetails::new().with_message("é".repeat(5_000)));
        let mut failure = failure;
        failure.scrub(&Scrubber::new(crate::request::Sensitive::default(), []));
        let message = failure.0.details.message.unwrap();
        assert_eq!(message.chars().count(), MESSAGE_LIMIT + 1);
    }
}
