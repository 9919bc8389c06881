use std::time::Duration;

use customer_api_core::{
    Service,
    error::DecodeCategory,
    http::{HeaderMap, StatusCode},
    operation::OperationInfo,
    response::ResponseBody,
    service::{ErrorDetails, Verdict},
};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::{
    LabelCustomer,
    limit::{self, Limit, RATE_LIMIT},
};

/// Ravelin's conventions: its host, errors and rate limit.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Ravelin;

/// The wait of a read after a 429. The provider sends no `Retry-After`, and states that early retries prolong the limiting.
const THROTTLED_WAIT: Duration = Duration::from_secs(20);

impl Service for Ravelin {
    fn name(&self) -> &'static str {
        "ravelin"
    }

    fn user_agent(&self) -> &'static str {
        concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"))
    }

    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://api.ravelin.com")
    }

    /// Reads `message`, or else `Error`, and `traceId`. <https://developer.ravelin.com/merchant/api/errors> documents `status` and
    /// `message`. The members `Error` and `traceId` occur in the tests of other clients.
    fn read_error(&self, status: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |key| body.get(key).and_then(Value::as_str);
        let mut details = ErrorDetails::new();
        if let Some(message) = text("message").or_else(|| text("Error")) {
            details = details.with_message(message);
            // The provider was seen to respond with 400, not 404, for a customer that it does not know.
            if status == StatusCode::BAD_REQUEST
                && message.eq_ignore_ascii_case("customer not found")
            {
                details = details.not_found();
            }
        }
        if let Some(trace_id) = text("traceId") {
            details = details.with_trace_id(trace_id);
        }
        details
    }

    /// Classifies a 2xx by its body. Above 50 events per minute for one customer, the provider responds with 200 and a marker, and does not
    /// keep the label. The place of the marker in the body is not documented. At either of the two likely places, the marker is proof that
    /// the label was not kept. Anywhere else, the marker makes the outcome unknown.
    fn classify_success(&self, operation: &OperationInfo, body: Option<&ResponseBody>) -> Verdict {
        let Some(body) = body else {
            return Verdict::Unclear;
        };
        if limit::may_be_told(body.bytes()) {
            return judge(operation, body);
        }
        // If the operation reads the response, decoding detects that the body was cut off: see `accept_undecodable`.
        let is_read = !operation.status_decides || operation.id == LabelCustomer::INFO.id;
        if is_read || self.accept_undecodable(operation, body) {
            Verdict::Accepted
        } else {
            Verdict::Unclear
        }
    }

    /// A label counts as accepted even if its response can't be read. The exception is JSON that ends too early: its missing part may
    /// have contained the marker that the label was not kept.
    fn accept_undecodable(&self, _: &OperationInfo, body: &ResponseBody) -> bool {
        body.optional_json::<IgnoredAny>().map_or_else(
            |error| error.category() != DecodeCategory::Truncated,
            |_| true,
        )
    }

    fn wait_when_throttled(&self, _: &OperationInfo) -> Option<Duration> {
        Some(THROTTLED_WAIT)
    }
}

/// Reads a response that may contain the marker.
fn judge(operation: &OperationInfo, body: &ResponseBody) -> Verdict {
    match limit::told(&body.lossy()) {
        Ok(Limit::Reached) => Verdict::Refused(
            ErrorDetails::new()
                .with_code(RATE_LIMIT)
                .with_message("the customer's limit of events per minute is reached"),
        ),
        Ok(Limit::Doubtful) => Verdict::Unclear,
        Ok(Limit::Untold) => Verdict::Accepted,
        Err(_) if limit::is_written(body.bytes()) => Verdict::Unclear,
        // The response of a read is decoded later in any case. A label counts as accepted even if its response can't be read.
        Err(error) if operation.status_decides && error.is_eof() => Verdict::Unclear,
        Err(_) => Verdict::Accepted,
    }
}
