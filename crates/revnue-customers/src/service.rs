use std::time::Duration;

use customer_api_core::{
    Delivery, Service,
    http::{HeaderMap, StatusCode},
    operation::OperationInfo,
    service::ErrorDetails,
};
use serde_json::Value;

/// How Revnue speaks: the contract-management service documented at <https://developer.revnue.com>.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Revnue;

impl Service for Revnue {
    fn name(&self) -> &'static str {
        "revnue"
    }

    fn user_agent(&self) -> &'static str {
        concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"))
    }

    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://dashboard-api.revnue.com")
    }

    /// `detail` is documented; messages under the names of fields are inferred. Nothing is concluded from their text.
    fn read_error(&self, _: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {
        match serde_json::from_slice(text(body)).ok().and_then(message) {
            Some(message) => ErrorDetails::new().message(message),
            None => ErrorDetails::new(),
        }
    }

    /// The sentence of a 429 is that of a framework which throttles before it looks at the request.
    fn throttled_delivery(&self, _: &OperationInfo) -> Delivery {
        Delivery::Refused
    }

    /// The quota's window, which is documented.
    fn throttled_wait(&self, _: &OperationInfo) -> Option<Duration> {
        Some(Duration::from_secs(60))
    }
}

/// A body from its first letter on.
fn text(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// What a body says went wrong: `detail`, or every message under the name of its field.
fn message(body: Value) -> Option<String> {
    match &body {
        Value::Object(members) => match members.get("detail") {
            Some(Value::String(detail)) => Some(detail.clone()),
            _ => joined(&body),
        },
        Value::Array(_) => joined(&body),
        _ => None,
    }
}

fn joined(body: &Value) -> Option<String> {
    let mut messages = Vec::new();
    collect("", body, &mut messages);
    (!messages.is_empty()).then(|| messages.join("; "))
}

/// Collects texts as `field: text`, nested fields with dots and elements of lists by their number.
fn collect(field: &str, value: &Value, messages: &mut Vec<String>) {
    match value {
        Value::String(text) if field.is_empty() => messages.push(text.clone()),
        Value::String(text) => messages.push(format!("{field}: {text}")),
        Value::Object(members) => {
            for (name, value) in members {
                let dot = if field.is_empty() { "" } else { "." };
                collect(&format!("{field}{dot}{name}"), value, messages);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                // Several texts of one field; an object is what is wrong with one element.
                match item {
                    Value::Object(_) => collect(&format!("{field}[{index}]"), item, messages),
                    _ => collect(field, item, messages),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<String> {
        serde_json::from_str(body).ok().and_then(message)
    }

    #[test]
    fn messages_are_joined_under_the_vendors_names() {
        for (body, expected) in [
            (r#"{"detail":"company is required"}"#, "company is required"),
            (
                r#"{"name":["This field is required."],"company":["No.","Never."]}"#,
                "company: No.; company: Never.; name: This field is required.",
            ),
            (
                r#"{"contact_person":{"email":["Bad."]},"template":{"fields":[{},{"value":["Odd."]}]}}"#,
                "contact_person.email: Bad.; template.fields[1].value: Odd.",
            ),
            (r#"["No."]"#, "No."),
            (r#"{"detail":["No."],"code":7}"#, "detail: No."),
        ] {
            assert_eq!(read(body).as_deref(), Some(expected), "{body}");
        }
        for body in ["7", "null", "\"text\"", "{}", "[]", "{\"a\":1}", "<html>"] {
            assert_eq!(read(body), None, "{body}");
        }
    }
}
