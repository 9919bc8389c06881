//! Classifies a response or its absence: a success, or a failure that states whether the call happened.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::LOCATION};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::{
    Delivery,
    error::{DecodeError, ErrorKind, Failure, TimeoutPhase, beginning},
    operation::info::OperationInfo,
    response::ResponseBody,
    service::{Service, Verdict},
    transport::{TransportError, TransportErrorKind},
};

/// A response: its head, and its body or the reason why the body did not arrive completely.
pub(crate) struct RawResponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Result<Bytes, BrokenOff>,
    /// Whether the response may have been written before the request arrived.
    pub(crate) is_unasked: bool,
}

/// The reason why a body did not arrive completely.
pub(crate) enum BrokenOff {
    Transport(TransportError),
    TimedOut(TimeoutPhase),
}

/// A response that counts as a success. If the status alone decides and the body could not be received, the body is empty.
pub(crate) struct Success {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ResponseBody,
}

/// Classifies a response by the table in the documentation of [`Delivery`]. A status that the table does not list is
/// [`Delivery::Unknown`].
pub(crate) fn classify(
    service: &dyn Service,
    operation: &OperationInfo,
    response: RawResponse,
) -> Result<Success, Failure> {
    let (kind, delivery) = match response.status.as_u16() {
        200..=299 => return classify_success(service, operation, response),
        300..=399 => (ErrorKind::Redirect, Delivery::Unknown),
        408 => (ErrorKind::Status, Delivery::Unknown),
        429 => (
            ErrorKind::Status,
            service.delivery_when_throttled(operation),
        ),
        400..=499 => (ErrorKind::Status, Delivery::Refused),
        _ => (ErrorKind::Status, Delivery::Unknown),
    };
    Err(failure(service, operation, (kind, delivery), response))
}

fn classify_success(
    service: &dyn Service,
    operation: &OperationInfo,
    response: RawResponse,
) -> Result<Success, Failure> {
    let RawResponse {
        status,
        headers,
        body,
        ..
    } = response;
    let body = body.map(ResponseBody::new);
    let verdict = service.classify_success(operation, body.as_ref().ok());
    if let Ok(body) = &body {
        // The body of an accepted response is checked later, when it is read.
        let is_read = matches!(verdict, Verdict::Accepted);
        if let Some(what) = (!is_read).then(|| body.foreign(&headers)).flatten() {
            let failure = Failure::new(ErrorKind::Decode, Delivery::Unknown);
            return Err(failure
                .with_source(DecodeError::foreign(what))
                .with_head(status, &headers)
                .with_body(Bytes::copy_from_slice(body.bytes())));
        }
    }
    let failure = match (verdict, body) {
        (Verdict::Accepted, Ok(body)) => {
            return Ok(Success {
                status,
                headers,
                body,
            });
        }
        (Verdict::Accepted, Err(_)) if operation.status_decides => {
            return Ok(Success {
                status,
                headers,
                body: ResponseBody::empty(),
            });
        }
        (Verdict::Refused(details), body) => {
            let failure = Failure::new(ErrorKind::Rejected, Delivery::Refused);
            failure
                .with_details(details)
                .with_body(body.map_or_else(|_| Bytes::new(), ResponseBody::into_bytes))
        }
        (Verdict::Doubtful(details), Ok(body)) => {
            Failure::new(ErrorKind::Rejected, Delivery::Unknown)
                .with_details(details)
                .with_body(body.into_bytes())
        }
        (Verdict::Unclear, Ok(body)) => {
            Failure::new(ErrorKind::Decode, Delivery::Unknown).with_body(body.into_bytes())
        }
        (_, Err(broken)) => broken.into_failure(),
    };
    Err(failure.with_head(status, &headers))
}

/// Creates the failure for an error response. The status counts even if the body did not arrive.
#[cold]
fn failure(
    service: &dyn Service,
    operation: &OperationInfo,
    (kind, delivery): (ErrorKind, Delivery),
    response: RawResponse,
) -> Failure {
    let RawResponse {
        status,
        headers,
        body,
        ..
    } = response;
    let failure = Failure::new(kind, delivery).with_head(status, &headers);
    let failure = match kind {
        ErrorKind::Redirect => failure.with_location(location(&headers)),
        _ if status == StatusCode::TOO_MANY_REQUESTS => {
            failure.with_own_wait(service.wait_when_throttled(operation))
        }
        _ => failure,
    };
    match body {
        Ok(body) => failure
            .with_details(service.read_error(status, &headers, beginning(&body)))
            .with_body(body),
        Err(broken) => failure.with_source(broken.into_error()),
    }
}

/// Creates the failure for a request without a response. The transport's error determines whether the request may have been sent.
#[cold]
pub(crate) fn unanswered(error: TransportError) -> Failure {
    Failure::new(error_kind(error.kind()), error.kind().delivery()).with_source(error)
}

/// Creates the failure for a request that timed out while the transport worked. The request may have been sent completely.
#[cold]
pub(crate) fn timed_out(phase: TimeoutPhase) -> Failure {
    Failure::new(ErrorKind::Timeout(phase), Delivery::Unknown)
}

impl BrokenOff {
    /// Creates the failure for a body that broke off. The head had arrived, so the delivery is never [`Delivery::NotSent`], whatever kind
    /// the transport reports.
    fn into_failure(self) -> Failure {
        let kind = match &self {
            Self::TimedOut(phase) => ErrorKind::Timeout(*phase),
            // A custom transport may report a failure to connect, which can't occur after the head.
            Self::Transport(error) => match error_kind(error.kind()) {
                ErrorKind::Connect | ErrorKind::Timeout(TimeoutPhase::Connect) => {
                    ErrorKind::Interrupted
                }
                kind => kind,
            },
        };
        Failure::new(kind, Delivery::Unknown).with_source(self.into_error())
    }

    fn into_error(self) -> TransportError {
        match self {
            Self::Transport(error) => error,
            Self::TimedOut(_) => TransportError::new(TransportErrorKind::Timeout),
        }
    }
}

fn error_kind(kind: TransportErrorKind) -> ErrorKind {
    match kind {
        TransportErrorKind::NoRuntime => ErrorKind::NoRuntime,
        TransportErrorKind::Connect => ErrorKind::Connect,
        TransportErrorKind::ConnectTimeout => ErrorKind::Timeout(TimeoutPhase::Connect),
        TransportErrorKind::Timeout => ErrorKind::Timeout(TimeoutPhase::Attempt),
        TransportErrorKind::NotWritten | TransportErrorKind::Interrupted => ErrorKind::Interrupted,
        TransportErrorKind::TooLarge => ErrorKind::ResponseTooLarge,
        TransportErrorKind::InvalidRequest | TransportErrorKind::Other => ErrorKind::Transport,
    }
}

/// Returns the target of a redirect, decoded, and without the parts that could contain a secret: user information, query and
/// fragment. `None` if the target is not a URL.
fn location(headers: &HeaderMap) -> Option<String> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let decoded = |url: &Url| {
        percent_decode_str(url.path())
            .decode_utf8_lossy()
            .into_owned()
    };
    match Url::parse(location) {
        Ok(url) if url.has_host() => Some(format!(
            "{}{}",
            url.origin().ascii_serialization(),
            decoded(&url)
        )),
        Ok(_) => None,
        Err(_) => {
            let here = Url::parse("https://here.invalid").ok()?;
            let url = here.join(location).ok()?;
            let is_elsewhere = url.origin() != here.origin();
            let origin = if is_elsewhere {
                url.origin().ascii_serialization()
            } else {
                String::new()
            };
            Some(origin + &decoded(&url))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::header::RETRY_AFTER;

    use super::*;
    use crate::{error::ErrorDetails, operation::Method};

    const WRITE: OperationInfo = OperationInfo::new("write", Method::Post, "/");
    const DECIDED: OperationInfo = WRITE.with_deciding_status();

    #[derive(Debug)]
    struct Shop;

    impl Service for Shop {
        fn name(&self) -> &'static str {
            "shop"
        }
        fn user_agent(&self) -> &'static str {
            "shop"
        }
        fn wait_when_throttled(&self, _: &OperationInfo) -> Option<Duration> {
            Some(Duration::from_secs(20))
        }
        fn classify_success(&self, _: &OperationInfo, body: Option<&ResponseBody>) -> Verdict {
            match body.map(ResponseBody::bytes) {
                Some(b"FAILED") => Verdict::Refused(ErrorDetails::new().with_code("FAILED")),
                Some(b"?") => Verdict::Unclear,
                Some(b"HM") => Verdict::Doubtful(ErrorDetails::new().with_code("HM")),
                _ => Verdict::Accepted,
            }
        }
    }

    fn of_status(status: u16, body: Result<Bytes, BrokenOff>) -> RawResponse {
        RawResponse {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body,
            is_unasked: false,
        }
    }

    fn response(status: u16, body: &'static str) -> RawResponse {
        of_status(status, Ok(Bytes::from_static(body.as_bytes())))
    }

    fn cut(status: u16, kind: TransportErrorKind) -> RawResponse {
        let error = TransportError::new(kind);
        of_status(status, Err(BrokenOff::Transport(error)))
    }

    fn of(operation: &OperationInfo, response: RawResponse) -> (ErrorKind, Delivery) {
        let failure = classify(&Shop, operation, response).err().unwrap();
        (failure.kind(), failure.delivery())
    }

    #[test]
    fn every_status_has_its_row() {
        for status in 100..=999 {
            let expected = match status {
                200..=299 => continue,
                300..=399 => (ErrorKind::Redirect, Delivery::Unknown),
                408 | 429 => (ErrorKind::Status, Delivery::Unknown),
                400..=499 => (ErrorKind::Status, Delivery::Refused),
                _ => (ErrorKind::Status, Delivery::Unknown),
            };
            assert_eq!(of(&WRITE, response(status, "")), expected, "{status}");
            let cut = cut(status, TransportErrorKind::Interrupted);
            assert_eq!(of(&WRITE, cut), expected, "{status} without a body");
        }
    }

    #[test]
    fn a_2xx_is_what_the_service_says() {
        assert!(classify(&Shop, &WRITE, response(204, "")).is_ok());
        assert_eq!(
            of(&WRITE, response(200, "FAILED")),
            (ErrorKind::Rejected, Delivery::Refused)
        );
        assert_eq!(
            of(&DECIDED, response(200, "FAILED")),
            (ErrorKind::Rejected, Delivery::Refused)
        );
        assert_eq!(
            of(&WRITE, response(200, "?")),
            (ErrorKind::Decode, Delivery::Unknown)
        );
    }

    #[test]
    fn a_2xx_whose_body_breaks_off_is_a_success_only_if_the_status_decides() {
        for (kind, expected) in [
            (TransportErrorKind::Interrupted, ErrorKind::Interrupted),
            (TransportErrorKind::Connect, ErrorKind::Interrupted),
            (TransportErrorKind::NotWritten, ErrorKind::Interrupted),
            (TransportErrorKind::InvalidRequest, ErrorKind::Transport),
            (TransportErrorKind::TooLarge, ErrorKind::ResponseTooLarge),
        ] {
            let expected = (expected, Delivery::Unknown);
            assert_eq!(of(&WRITE, cut(200, kind)), expected, "{kind:?}");
        }
        let late = of_status(200, Err(BrokenOff::TimedOut(TimeoutPhase::Call)));
        let expected = (ErrorKind::Timeout(TimeoutPhase::Call), Delivery::Unknown);
        assert_eq!(of(&WRITE, late), expected);
        let cut = cut(200, TransportErrorKind::Interrupted);
        let success = classify(&Shop, &DECIDED, cut).ok().unwrap();
        assert!(success.body.bytes().is_empty());
    }

    #[test]
    fn the_crates_own_wait_is_for_a_429_that_does_not_say() {
        let seconds = Duration::from_secs;
        for (status, retry_after, expected) in [
            (429, None, Some(seconds(20))),
            (429, Some("3"), Some(seconds(3))),
            (429, Some("0"), Some(Duration::ZERO)),
            (503, Some("3"), Some(seconds(3))),
            (503, None, None),
        ] {
            let mut response = response(status, "");
            if let Some(wait) = retry_after {
                response.headers.insert(RETRY_AFTER, wait.parse().unwrap());
            }
            let failure = classify(&Shop, &WRITE, response).err().unwrap();
            assert_eq!(failure.asked_wait(), expected, "{status} {retry_after:?}");
            // The provider did not ask for the crate's own wait.
            assert_eq!(failure.retry_after().is_some(), retry_after.is_some());
        }
    }

    #[test]
    fn a_location_loses_what_may_be_secret() {
        for (value, shown) in [
            (
                "https://u:p@elsewhere.example/a/b?key=1#x",
                Some("https://elsewhere.example/a/b"),
            ),
            (
                "https:/\\u:p@elsewhere.example/a",
                Some("https://elsewhere.example/a"),
            ),
            ("/login?next=1", Some("/login")),
            ("//other.example?x", Some("https://other.example/")),
            (
                "/a/planted.id+1%40shop%2eexample",
                Some("/a/planted.id+1@shop.example"),
            ),
            ("mailto:ana@shop.example", None),
            ("https://", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(LOCATION, value.parse().unwrap());
            assert_eq!(location(&headers).as_deref(), shown, "{value}");
        }
    }
}
