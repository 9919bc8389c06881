//! What an attempt's outcome means: a success, or an error that says whether the call happened.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::LOCATION};
use percent_encoding::percent_decode_str;
use url::Url;

use crate::{
    Delivery, Error, ErrorKind,
    error::beginning,
    operation::OperationInfo,
    response::ResponseBody,
    retry_after,
    service::{Service, Verdict},
    transport::{Arrived, TransportError},
};

/// An answer that counts as a success. Its body is empty if it could not be received and the status decides alone.
pub(crate) struct Success {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ResponseBody,
}

/// The table of the crate's promises, in code. Everything that it does not list is [`Delivery::Unknown`].
pub(crate) fn classify(
    service: &dyn Service,
    operation: &OperationInfo,
    outcome: Result<Arrived, TransportError>,
) -> Result<Success, Error> {
    let Arrived {
        status,
        headers,
        body,
    } = outcome.map_err(transport_error)?;
    match status.as_u16() {
        200..=299 => classify_success(service, operation, status, headers, body),
        300..=399 => Err(failure(
            service,
            ErrorKind::Redirect,
            Delivery::Unknown,
            status,
            &headers,
            body,
        )
        .with_location(location(&headers))),
        429 => {
            let delivery = service.throttled_delivery(operation);
            Err(failure(
                service,
                ErrorKind::Status,
                delivery,
                status,
                &headers,
                body,
            ))
        }
        408 => Err(failure(
            service,
            ErrorKind::Status,
            Delivery::Unknown,
            status,
            &headers,
            body,
        )),
        400..=499 => Err(failure(
            service,
            ErrorKind::Status,
            Delivery::Refused,
            status,
            &headers,
            body,
        )),
        _ => Err(failure(
            service,
            ErrorKind::Status,
            Delivery::Unknown,
            status,
            &headers,
            body,
        )),
    }
}

fn classify_success(
    service: &dyn Service,
    operation: &OperationInfo,
    status: StatusCode,
    headers: HeaderMap,
    body: Result<Bytes, TransportError>,
) -> Result<Success, Error> {
    let body = body.map(ResponseBody::new);
    let verdict = service.judge_success(operation, body.as_ref().ok());
    match (verdict, body) {
        (Verdict::Accepted, Ok(body)) => Ok(Success {
            status,
            headers,
            body,
        }),
        (Verdict::Accepted, Err(_)) if operation.status_decides => Ok(Success {
            status,
            headers,
            body: ResponseBody::empty(),
        }),
        (Verdict::Refused(details), body) => {
            let error = Error::new(ErrorKind::Rejected, Delivery::Refused).with_details(details);
            let body = body.unwrap_or_else(|_| ResponseBody::empty());
            Err(error.with_answer(status, &headers, body.into_bytes()))
        }
        (Verdict::Unclear, Ok(body)) => Err(Error::new(ErrorKind::Decode, Delivery::Unknown)
            .with_answer(status, &headers, body.into_bytes())),
        // A head arrived, so the request did: whatever the transport calls the failure, nothing says "not sent".
        (_, Err(cut)) => {
            let error = Error::new(cut.kind().error_kind(), Delivery::Unknown);
            Err(error
                .with_status(status)
                .with_retry_after(retry_after::read(&headers))
                .with_source(cut))
        }
    }
}

/// A failure that was answered: the status speaks, even if the body did not arrive.
#[cold]
fn failure(
    service: &dyn Service,
    kind: ErrorKind,
    delivery: Delivery,
    status: StatusCode,
    headers: &HeaderMap,
    body: Result<Bytes, TransportError>,
) -> Error {
    let error = Error::new(kind, delivery);
    match body {
        Ok(body) => error
            .with_details(service.read_error(status, headers, beginning(&body)))
            .with_answer(status, headers, body),
        Err(cut) => error
            .with_status(status)
            .with_retry_after(retry_after::read(headers))
            .with_source(cut),
    }
}

#[cold]
fn transport_error(error: TransportError) -> Error {
    Error::new(error.kind().error_kind(), error.kind().delivery()).with_source(error)
}

/// Where a redirect points, decoded, and without what could hold a secret: user information, query and fragment. Nothing
/// if it is no URL.
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
    use super::*;
    use crate::{operation::Method, service::ErrorDetails, transport::TransportErrorKind};

    const WRITE: OperationInfo = OperationInfo::new("write", Method::Post, "/");
    const DECIDED: OperationInfo = WRITE.status_decides();

    #[derive(Debug)]
    struct Shop;

    impl Service for Shop {
        fn name(&self) -> &'static str {
            "shop"
        }
        fn user_agent(&self) -> &'static str {
            "shop"
        }
        fn judge_success(&self, _: &OperationInfo, body: Option<&ResponseBody>) -> Verdict {
            match body.map(ResponseBody::bytes) {
                Some(b"FAILED") => Verdict::Refused(ErrorDetails::new().code("FAILED")),
                Some(b"?") => Verdict::Unclear,
                _ => Verdict::Accepted,
            }
        }
    }

    fn answer(status: u16, body: &'static str) -> Result<Arrived, TransportError> {
        Arrived::read(Ok(http::Response::builder()
            .status(status)
            .body(Bytes::from_static(body.as_bytes()))
            .unwrap()))
    }

    fn cut(status: u16) -> Result<Arrived, TransportError> {
        let head = http::Response::builder().status(status).body(()).unwrap();
        Arrived::read(Err(
            TransportError::new(TransportErrorKind::Interrupted).with_head(head)
        ))
    }

    fn of(
        operation: &OperationInfo,
        outcome: Result<Arrived, TransportError>,
    ) -> (ErrorKind, Delivery) {
        let error = classify(&Shop, operation, outcome).err().unwrap();
        (error.kind(), error.delivery())
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
            assert_eq!(of(&WRITE, answer(status, "")), expected, "{status}");
            assert_eq!(of(&WRITE, cut(status)), expected, "{status} without a body");
        }
    }

    #[test]
    fn a_2xx_is_what_the_service_says() {
        assert!(classify(&Shop, &WRITE, answer(204, "")).is_ok());
        assert_eq!(
            of(&WRITE, answer(200, "FAILED")),
            (ErrorKind::Rejected, Delivery::Refused)
        );
        assert_eq!(
            of(&DECIDED, answer(200, "FAILED")),
            (ErrorKind::Rejected, Delivery::Refused)
        );
        assert_eq!(
            of(&WRITE, answer(200, "?")),
            (ErrorKind::Decode, Delivery::Unknown)
        );
    }

    #[test]
    fn a_2xx_whose_body_breaks_off_is_a_success_only_if_the_status_decides() {
        assert_eq!(
            of(&WRITE, cut(200)),
            (ErrorKind::Interrupted, Delivery::Unknown)
        );
        for kind in [
            TransportErrorKind::Connect,
            TransportErrorKind::NotWritten,
            TransportErrorKind::InvalidRequest,
        ] {
            let head = http::Response::builder().status(200).body(()).unwrap();
            let outcome = Arrived::read(Err(TransportError::new(kind).with_head(head)));
            assert_eq!(of(&WRITE, outcome).1, Delivery::Unknown, "{kind:?}");
        }
        let success = classify(&Shop, &DECIDED, cut(200)).ok().unwrap();
        assert!(success.body.bytes().is_empty());
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
