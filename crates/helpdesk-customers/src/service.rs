use customer_api_core::{
    Service,
    http::{HeaderMap, StatusCode},
    operation::OperationInfo,
    service::{ErrorDetails, Verdict},
};
use serde_json::{Value, error::Category};

/// How Omnidesk speaks: the help desk documented at <https://docs.omnidesk.io>.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Omnidesk;

impl Service for Omnidesk {
    fn name(&self) -> &'static str {
        "omnidesk"
    }

    fn user_agent(&self) -> &'static str {
        concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"))
    }

    /// <https://www.omnidesk.nl/api/docs> documents `message` for another controller. Nothing is concluded from its text.
    fn read_error(&self, _: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {
        details(&serde_json::from_slice(text(body)).unwrap_or_default())
    }

    /// Whether errors come with a 2xx is not documented, so an answer that calls itself one is taken at its word.
    fn judge_success(&self, _: &OperationInfo, body: Option<&[u8]>) -> Verdict {
        let Some(body) = body.map(text) else {
            return Verdict::Unclear;
        };
        // The marker is a member of an object; everything else is spared from being parsed twice.
        if !body.starts_with(b"{") {
            return Verdict::Accepted;
        }
        match serde_json::from_slice::<Value>(body) {
            Ok(answer) if is_error(&answer) => Verdict::Refused(details(&answer)),
            // An object that ends too early may have been about to say so.
            Err(error) if error.classify() == Category::Eof => Verdict::Unclear,
            _ => Verdict::Accepted,
        }
    }
}

/// A body from its first letter on: a back end may put a byte order mark or white space in front.
fn text(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF")
        .unwrap_or(body)
        .trim_ascii_start()
}

/// The vendor's pages show the key `status` for errors and `type` for successes; either may carry the word.
fn is_error(answer: &Value) -> bool {
    ["type", "status"]
        .iter()
        .any(|key| answer.get(key).and_then(Value::as_str) == Some("error"))
}

fn details(answer: &Value) -> ErrorDetails {
    match answer.get("message").and_then(Value::as_str) {
        Some(message) => ErrorDetails::new().message(message),
        None => ErrorDetails::new(),
    }
}
