//! The spans and events for a tracing subscriber, in OpenTelemetry's terms: a span per call, a span per attempt, an
//! event per retry and per long wait, and an event if a shared store fails.
//!
//! This file contains every field. No field contains a header, a body, a provider's text, or the path or the query of a request.
//!
//! Numbers are `i64`, because `tracing-opentelemetry` turns unsigned numbers into strings.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    time::Duration,
};

use tracing::{Span, field::Empty};

use crate::{
    Delivery, Service,
    base_url::BaseUrl,
    error::{ErrorKind, Failure, StoreError},
    operation::info::OperationInfo,
    redact::OneLine,
    retry::FailedAttempt,
};

/// A longer wait for a permit is logged as an event.
const LONG_WAIT: Duration = Duration::from_secs(1);

/// Creates the span of a call, with all its attempts and waits.
pub(crate) fn call_span(service: &dyn Service, operation: &OperationInfo) -> Span {
    tracing::info_span!(
        "api.call",
        otel.name = operation.id,
        api.service = service.name(),
        api.operation = operation.id,
        api.attempts = Empty,
        api.delivery = Empty,
        error.r#type = Empty,
        otel.status_code = Empty,
    )
}

/// Creates the span of an attempt, as the semantic conventions for HTTP clients define it.
pub(crate) fn attempt_span(operation: &OperationInfo, base_url: &BaseUrl, number: u32) -> Span {
    tracing::info_span!(
        "http.request",
        otel.kind = "client",
        otel.name = operation.method.as_str(),
        http.request.method = operation.method.as_str(),
        http.request.resend_count = number
            .checked_sub(1)
            .filter(|resends| *resends > 0)
            .map(i64::from),
        url.template = operation.path,
        server.address = base_url.host(),
        server.port = i64::from(base_url.port()),
        http.response.status_code = Empty,
        error.r#type = Empty,
        otel.status_code = Empty,
    )
}

/// Polls a future inside a span. The caller keeps the span.
pub(crate) fn within<'a, F: Future>(
    span: &'a Span,
    mut future: Pin<&'a mut F>,
) -> impl Future<Output = F::Output> + 'a {
    poll_fn(move |context| {
        let _entered = span.enter();
        future.as_mut().poll(context)
    })
}

pub(crate) fn record_attempt(span: &Span, status: Option<u16>, failure: Option<&Failure>) {
    if let Some(status) = status {
        span.record("http.response.status_code", i64::from(status));
    }
    if let Some(failure) = failure {
        record_failure(span, failure.kind());
    }
}

pub(crate) fn record_call(span: &Span, attempts: u32, failure: Option<&Failure>) {
    span.record("api.attempts", i64::from(attempts));
    if let Some(failure) = failure {
        record_failure(span, failure.kind());
        span.record("api.delivery", failure.delivery().as_str());
    }
}

/// Logs a retry: what failed, why a repeat is harmless, and how long the call waits before it.
#[cold]
pub(crate) fn retrying(attempt: &FailedAttempt, wait: Duration) {
    let reason = match attempt.delivery {
        Delivery::NotSent => "not_sent",
        Delivery::Refused => "refused",
        Delivery::Unknown => "idempotent",
    };
    tracing::debug!(
        api.operation = attempt.operation.id,
        api.attempts = i64::from(attempt.number),
        api.retry.reason = reason,
        api.retry.wait_ms = milliseconds(wait),
        error.r#type = attempt.kind.as_str(),
        http.response.status_code = attempt.status.map(i64::from),
        "the call is retried"
    );
}

/// Logs a long wait for a permit. Short waits are not logged, because a limiter often makes calls wait.
pub(crate) fn waited_for_permit(class: &str, waited: Duration) {
    if waited > LONG_WAIT {
        tracing::debug!(
            api.rate_class = class,
            api.wait_ms = milliseconds(waited),
            "the call waited for a permit"
        );
    }
}

/// Logs that the end of a slot could not be reported to a shared store. The store then frees the slot later than it otherwise would.
pub(crate) fn slot_not_reported(class: &str, error: &StoreError) {
    tracing::debug!(
        api.rate_class = class,
        error = %OneLine(&error.to_string()),
        "the end of an attempt could not be reported to the quota's store"
    );
}

/// Logs that a store of tokens could not be used.
#[cfg(feature = "shared-session")]
pub(crate) fn store_not_used(error: &StoreError) {
    tracing::debug!(
        error = %OneLine(&error.to_string()),
        "the shared session's store could not be used"
    );
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Records the failure. The status of the span makes the failure visible in traces too. A provider's text is not recorded.
fn record_failure(span: &Span, kind: ErrorKind) {
    span.record("error.type", kind.as_str());
    span.record("otel.status_code", "ERROR");
}

#[cfg(test)]
mod tests {
    use std::{
        fmt::Debug,
        sync::{Arc, Mutex},
    };

    use tracing::{
        Event, Metadata, Subscriber,
        field::{Field, Visit},
        span::{Attributes, Id, Record},
    };

    use super::*;
    use crate::operation::Method;

    const COUNT: OperationInfo = OperationInfo::new("countOrders", Method::Get, "/orders/{id}");

    #[derive(Debug)]
    struct Shop;

    impl Service for Shop {
        fn name(&self) -> &'static str {
            "shop"
        }
        fn user_agent(&self) -> &'static str {
            "shop-client/1.0"
        }
    }

    /// Keeps every recorded field, in order.
    #[derive(Clone, Default)]
    struct Recorder(Arc<Mutex<Vec<String>>>);

    impl Visit for Recorder {
        fn record_i64(&mut self, field: &Field, value: i64) {
            self.0.lock().unwrap().push(format!("{field} = {value}"));
        }
        fn record_str(&mut self, field: &Field, value: &str) {
            self.0.lock().unwrap().push(format!("{field} = {value:?}"));
        }
        fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
            self.0
                .lock()
                .unwrap()
                .push(format!("{field} is of another type: {value:?}"));
        }
    }

    impl Subscriber for Recorder {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, span: &Attributes<'_>) -> Id {
            span.record(&mut self.clone());
            Id::from_u64(1)
        }
        fn record(&self, _: &Id, values: &Record<'_>) {
            values.record(&mut self.clone());
        }
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {}
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }

    fn recorded(record: impl FnOnce()) -> Vec<String> {
        let recorder = Recorder::default();
        tracing::subscriber::with_default(recorder.clone(), record);
        let fields = recorder.0.lock().unwrap();
        fields.clone()
    }

    #[test]
    fn a_call_that_failed_has_these_fields() {
        let fields = recorded(|| {
            let failure = Failure::new(ErrorKind::Interrupted, Delivery::Unknown);
            record_call(&call_span(&Shop, &COUNT), 2, Some(&failure));
        });
        let expected = [
            "otel.name = \"countOrders\"",
            "api.service = \"shop\"",
            "api.operation = \"countOrders\"",
            "api.attempts = 2",
            "error.type = \"interrupted\"",
            "otel.status_code = \"ERROR\"",
            "api.delivery = \"unknown\"",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn an_attempt_that_failed_has_these_fields() {
        let base_url: BaseUrl = "https://shop.example".parse().unwrap();
        let fields = recorded(|| {
            let span = attempt_span(&COUNT, &base_url, 3);
            let failure = Failure::new(ErrorKind::Status, Delivery::Unknown);
            record_attempt(&span, Some(503), Some(&failure));
        });
        let expected = [
            "otel.kind = \"client\"",
            "otel.name = \"GET\"",
            "http.request.method = \"GET\"",
            "http.request.resend_count = 2",
            "url.template = \"/orders/{id}\"",
            "server.address = \"shop.example\"",
            "server.port = 443",
            "http.response.status_code = 503",
            "error.type = \"status\"",
            "otel.status_code = \"ERROR\"",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn a_first_attempt_that_succeeds_says_neither_resend_nor_failure() {
        let base_url: BaseUrl = "https://shop.example".parse().unwrap();
        let fields = recorded(|| {
            record_attempt(&attempt_span(&COUNT, &base_url, 1), Some(200), None);
            record_call(&call_span(&Shop, &COUNT), 1, None);
        });
        let absent = [
            "resend_count",
            "error.type",
            "otel.status_code",
            "api.delivery",
        ];
        for name in absent {
            assert!(
                !fields.iter().any(|field| field.contains(name)),
                "{fields:?}"
            );
        }
        assert!(
            fields.contains(&"http.response.status_code = 200".to_owned()),
            "{fields:?}"
        );
    }
}
