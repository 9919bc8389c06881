//! What a provider is to the rest of the crate: admission, refusals in the vendor's words, and the
//! operations themselves. It never sees a socket.

use bytes::Bytes;
use serde_json::Value;

use crate::description::Rejection;
use crate::parameters::Parameters;

/// One imitated vendor.
pub(crate) trait Provider: Send + Sync + 'static {
    /// What the vendor checks before it looks at the body: key and formats.
    fn admit(&self, head: &Head) -> Result<(), Answer>;

    /// The vendor's answer to a request that its description does not allow.
    fn refuse(&self, rejection: &Rejection) -> Answer;

    /// Carries out a valid request.
    fn carry_out(&self, call: &Call<'_>) -> Outcome;
}

/// The first part of a request, as sent.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) http_1_0: bool,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Head {
    /// All values of a header, in order.
    pub(crate) fn header_values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.headers
            .iter()
            .filter(move |(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_slice())
    }

    /// The comma-separated, trimmed, lower-case elements of a list header.
    pub(crate) fn header_elements(&self, name: &str) -> Vec<String> {
        let mut elements = Vec::new();
        for value in self.header_values(name) {
            let value = String::from_utf8_lossy(value).to_ascii_lowercase();
            elements.extend(value.split(',').map(|element| element.trim().to_owned()));
        }
        elements
    }

    /// The path as sent, without the query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query as sent.
    pub(crate) fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// Whether the client takes JSON: no `Accept` at all means yes.
    pub(crate) fn accepts_json(&self) -> bool {
        let ranges = self.header_elements("accept");
        ranges.is_empty()
            || ranges.iter().any(|range| {
                let mut parts = range.split(';').map(str::trim);
                let known = matches!(
                    parts.next(),
                    Some("*/*" | "application/*" | "application/json")
                );
                let weight = parts.find_map(|part| part.strip_prefix("q="));
                known && weight.and_then(|weight| weight.parse().ok()) != Some(0.0)
            })
    }
}

/// A valid request to a known operation.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) operation_id: &'a str,
    pub(crate) path: &'a Parameters,
    pub(crate) query: &'a Parameters,
    /// `Null` for an operation without a body.
    pub(crate) body: &'a Value,
}

/// What carrying out a request came to.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    /// Whether it changed the provider's state.
    pub(crate) applied: bool,
    /// What is to happen when the answer leaves; nothing if it never does.
    pub(crate) on_answer: Option<OnAnswer>,
}

pub(crate) type OnAnswer = Box<dyn FnOnce() + Send>;

impl Outcome {
    pub(crate) fn applied(answer: Answer) -> Self {
        Self {
            answer,
            applied: true,
            on_answer: None,
        }
    }

    pub(crate) fn unchanged(answer: Answer) -> Self {
        Self {
            answer,
            applied: false,
            on_answer: None,
        }
    }
}

/// An answer before it becomes bytes on a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: value.to_string().into(),
        }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.set_header(name, value);
        self
    }

    /// Replaces a header of that name, or adds it.
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.remove_header(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn remove_header(&mut self, name: &str) {
        self.headers
            .retain(|(present, _)| !present.eq_ignore_ascii_case(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: Option<&str>) -> bool {
        let headers = value.map(|value| ("Accept".to_owned(), value.as_bytes().to_vec()));
        Head {
            method: "GET".to_owned(),
            target: "/a?b".to_owned(),
            http_1_0: false,
            headers: headers.into_iter().collect(),
        }
        .accepts_json()
    }

    #[test]
    fn accept_is_read_as_a_list_of_ranges() {
        for good in [
            "*/*",
            "application/json",
            "text/html, Application/JSON; q=0.5",
        ] {
            assert!(accept(Some(good)), "{good}");
        }
        for bad in ["text/html", "application/xml", "application/json;q=0", ""] {
            assert!(!accept(Some(bad)), "{bad}");
        }
        assert!(accept(None));
    }
}
