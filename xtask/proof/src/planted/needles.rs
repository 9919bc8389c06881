use std::collections::BTreeSet;

use customer_api_sandbox::RecordedRequest;
use serde_json::Value;

use super::VALUES;

/// Values that must not be shown, each in the spellings of text, JSON, URLs, forms and HTML.
#[derive(Debug, Default)]
pub struct Needles(BTreeSet<String>);

impl Needles {
    /// Returns the spellings of every planted value.
    #[must_use]
    pub fn all() -> Self {
        let mut needles = Self::default();
        VALUES.iter().for_each(|value| needles.add(value));
        needles
    }

    /// Returns the spellings of the planted values in a request, and of its credential.
    #[must_use]
    pub fn of(request: &RecordedRequest) -> Self {
        let mut carried = request.target.clone();
        carried.push_str(&String::from_utf8_lossy(&request.body));
        let mut needles = Self::default();
        for value in VALUES {
            if spellings(value)
                .iter()
                .any(|spelling| carried.contains(spelling))
            {
                needles.add(value);
            }
        }
        needles.add_credential(request);
        needles
    }

    /// Adds the values in a request that identify the sender.
    pub fn add_credential(&mut self, request: &RecordedRequest) {
        for name in ["authorization", "apikey"] {
            let Some(value) = request.header(name) else {
                continue;
            };
            // The text after the name of the scheme.
            self.add(value.rsplit(' ').next().unwrap_or(value));
        }
    }

    fn add(&mut self, value: &str) {
        self.0.extend(spellings(value));
    }

    /// Returns one sentence that contains every spelling.
    #[must_use]
    pub fn sentence(&self) -> String {
        let all: Vec<_> = self.0.iter().map(String::as_str).collect();
        format!("No: {}!", all.join(" | "))
    }

    /// Returns the lines of a text that contain a spelling, in upper or lower case. Each line comes with the spelling.
    #[must_use]
    pub fn lines_in<'a>(&self, text: &'a str) -> Vec<(&str, &'a str)> {
        let mut found = Vec::new();
        let lower = text.to_ascii_lowercase();
        for needle in &self.0 {
            let wanted = needle.to_ascii_lowercase();
            if lower.contains(&wanted) {
                let lines = text.lines();
                let lines = lines.filter(|line| line.to_ascii_lowercase().contains(&wanted));
                found.extend(lines.map(|line| (needle.as_str(), line)));
            }
        }
        found
    }
}

fn spellings(value: &str) -> Vec<String> {
    let json = Value::from(value).to_string();
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let url = encode(value);
    vec![
        value.to_owned(),
        json.trim_matches('"').to_owned(),
        html.replace('\'', "&#39;"),
        html,
        url.replace("%20", "+"),
        url,
    ]
}

/// Percent-encodes everything except unreserved characters.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
