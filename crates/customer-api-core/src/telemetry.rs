//! What a tracing subscriber sees: a span a call, a span an attempt, in OpenTelemetry's words.
//!
//! Every field is on this page. None holds a path, a query, a header, a body or a provider's words.

use tracing::{Span, field::Empty};

use crate::{Delivery, ErrorKind, Service, base_url::BaseUrl, operation::OperationInfo};

/// The span of a call, with all its attempts and waits.
pub(crate) fn call_span(service: &dyn Service, operation: &OperationInfo) -> Span {
    tracing::info_span!(
        "api.call",
        otel.name = operation.id,
        api.service = service.name(),
        api.operation = operation.id,
        api.attempts = Empty,
        api.delivery = Empty,
        error.r#type = Empty,
    )
}

/// The span of an attempt, as the semantic conventions for HTTP clients have it.
pub(crate) fn attempt_span(operation: &OperationInfo, base_url: &BaseUrl, number: u32) -> Span {
    tracing::info_span!(
        "http.request",
        otel.kind = "client",
        otel.name = operation.method.as_str(),
        http.request.method = operation.method.as_str(),
        http.request.resend_count = number.checked_sub(1).filter(|resends| *resends > 0),
        url.template = operation.path,
        server.address = base_url.host(),
        server.port = base_url.port(),
        http.response.status_code = Empty,
        error.r#type = Empty,
    )
}

pub(crate) fn record_attempt(span: &Span, status: Option<u16>, kind: Option<ErrorKind>) {
    if let Some(status) = status {
        span.record("http.response.status_code", status);
    }
    if let Some(kind) = kind {
        span.record("error.type", kind.as_str());
    }
}

pub(crate) fn record_call(span: &Span, attempts: u32, failure: Option<(ErrorKind, Delivery)>) {
    span.record("api.attempts", attempts);
    if let Some((kind, delivery)) = failure {
        span.record("error.type", kind.as_str());
        let delivery = match delivery {
            Delivery::NotSent => "not_sent",
            Delivery::Refused => "refused",
            Delivery::Unknown => "unknown",
        };
        span.record("api.delivery", delivery);
    }
}
