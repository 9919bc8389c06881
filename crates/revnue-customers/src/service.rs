use std::time::Duration;

use customer_api_core::{
    Delivery, Service,
    http::{HeaderMap, StatusCode},
    operation::OperationInfo,
    service::ErrorDetails,
};
use serde_json::Value;

/// The conventions of Revnue, the contract-management service documented at <https://developer.revnue.com>.
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

    /// Reads `detail`, which is documented, or messages under the names of fields, which are inferred. The client concludes nothing from
    /// the text of a message.
    fn read_error(&self, _: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {
        match serde_json::from_slice(text(body)).ok().and_then(message) {
            Some(message) => ErrorDetails::new().with_message(message),
            None => ErrorDetails::new(),
        }
    }

    /// Treats a 429 as refused, because its text is that of a framework that throttles before it looks at the request.
    fn delivery_when_throttled(&self, _: &OperationInfo) -> Delivery {
        Delivery::Refused
    }

    /// Returns the quota's window, which is documented.
    fn wait_when_throttled(&self, _: &OperationInfo) -> Option<Duration> {
        Some(Duration::from_secs(60))
    }
}

/// Returns a body without its byte order mark.
fn text(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// Returns the error message of a body: `detail`, or every message under the name of its field.
fn message(body: Value) -> Option<String> {
    match body.get("detail") {
        Some(Value::String(detail)) if !detail.trim().is_empty() => Some(detail.clone()),
        _ if body.is_object() || body.is_array() => Messages::of(&body),
        _ => None,
    }
}

/// Once the collected text has this length in bytes, no more messages are added. An error shows fewer bytes.
const ENOUGH: usize = 16 * 1024;

/// Messages as `field: text`, with dots for nested fields and with the index of list elements.
#[derive(Default)]
struct Messages {
    field: String,
    text: String,
}

impl Messages {
    fn of(body: &Value) -> Option<String> {
        let mut messages = Self::default();
        messages.collect(body);
        Some(messages.text).filter(|text| !text.is_empty())
    }

    fn collect(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.add(text),
            Value::Object(members) => {
                for (name, value) in members {
                    let dot = if self.field.is_empty() { "" } else { "." };
                    self.under(&[dot, name], value);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    // Texts in a list belong to the field itself. An object in a list describes the problems of one element.
                    match item {
                        Value::Object(_) => self.under(&[&format!("[{index}]")], item),
                        _ => self.collect(item),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn under(&mut self, names: &[&str], value: &Value) {
        let length = self.field.len();
        self.field.extend(names.iter().copied());
        self.collect(value);
        self.field.truncate(length);
    }

    /// Adds a message completely or not at all, because the redaction would not recognise a part of a value that must not be shown.
    fn add(&mut self, text: &str) {
        if text.trim().is_empty() || self.text.len() >= ENOUGH {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str("; ");
        }
        if !self.field.is_empty() {
            self.text.extend([&*self.field, ": "]);
        }
        self.text.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<String> {
        serde_json::from_str(body).ok().and_then(message)
    }

    #[test]
    fn messages_are_joined_under_the_providers_names() {
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
            (r#"{"detail":" ","name":["","No."]}"#, "name: No."),
            (r#"[{"name":["No."]},"Never."]"#, "[0].name: No.; Never."),
        ] {
            assert_eq!(read(body).as_deref(), Some(expected), "{body}");
        }
        for body in [
            "7",
            "null",
            "\"text\"",
            "{}",
            "[]",
            "{\"a\":1}",
            "{\"detail\":\"\"}",
            "<html>",
        ] {
            assert_eq!(read(body), None, "{body}");
        }
    }

    /// Each message repeats its field's name. This must not turn a body of kilobytes into megabytes.
    #[test]
    fn a_long_name_with_many_messages_is_bounded() {
        let name = "n".repeat(30_000);
        for messages in [r#""a","#.repeat(8_000), r#"{"a":"b"},"#.repeat(3_500)] {
            let body = format!(r#"{{"{name}":[{messages}"a"]}}"#);
            assert!(body.len() <= 64 * 1024);
            assert!(read(&body).unwrap().len() < ENOUGH + 40_000);
        }
    }
}
