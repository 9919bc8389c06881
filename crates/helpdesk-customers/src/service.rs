use std::fmt;

use customer_api_core::{
    Service,
    http::{HeaderMap, StatusCode},
    operation::OperationInfo,
    response::ResponseBody,
    service::{ErrorDetails, Verdict},
};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;

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
        let body = String::from_utf8_lossy(body);
        match First::of(text(&body)).object {
            Some(Ok(words)) => words.details(),
            Some(Err(_)) | None => ErrorDetails::new(),
        }
    }

    /// Whether errors come with a 2xx is not documented, so an answer that calls itself one is taken at its word, whatever
    /// a back end in trouble puts around it.
    fn judge_success(&self, _: &OperationInfo, body: Option<&ResponseBody>) -> Verdict {
        match body {
            None => Verdict::Unclear,
            // What is cut off can't be read: see `accepts_unread`.
            Some(body) if is_plain(body.bytes()) => Verdict::Accepted,
            Some(body) => judge(body),
        }
    }

    /// A write counts even if its answer can't be read, unless that may have been about to call itself an error.
    fn accepts_unread(&self, _: &OperationInfo, body: &ResponseBody) -> bool {
        matches!(judge(body), Verdict::Accepted)
    }
}

/// Whether a body is what it seems to be: an object that does not call itself an error, neither as it is nor in escapes. Spares
/// nearly all answers from being parsed twice.
fn is_plain(body: &[u8]) -> bool {
    body.first() == Some(&b'{')
        && memchr::memchr(b'\\', body).is_none()
        && memchr::memmem::find(body, MARKER.as_bytes()).is_none()
}

fn judge(body: &ResponseBody) -> Verdict {
    let body = String::from_utf8_lossy(body.bytes());
    let body = text(&body);
    // The marker is a member of an object.
    if !body.starts_with('{') && serde_json::from_str::<IgnoredAny>(body).is_ok() {
        return Verdict::Accepted;
    }
    let first = First::of(body);
    match first.object {
        Some(Ok(words)) if words.is_error() => Verdict::Refused(words.details()),
        // An object that ends too early may have been about to say so.
        Some(Err(error)) if error.is_eof() => Verdict::Unclear,
        _ if first.around.iter().any(|text| text.contains(MARKER)) => Verdict::Unclear,
        _ => Verdict::Accepted,
    }
}

/// What an answer says that calls itself an error, be it JSON or not.
const MARKER: &str = "\"error\"";

/// A body from its first letter on: a back end may put byte order marks and white space in front.
fn text(body: &str) -> &str {
    body.trim_start_matches(|letter: char| letter == '\u{feff}' || letter.is_whitespace())
}

/// The first JSON object of a body, whatever is before and after it.
struct First<'a> {
    object: Option<serde_json::Result<Words>>,
    /// What no object was read from.
    around: [&'a str; 2],
}

impl<'a> First<'a> {
    fn of(body: &'a str) -> Self {
        let unread = [body, ""];
        let start = body
            .find('{')
            .and_then(|start| body.split_at_checked(start));
        let Some((before, rest)) = start else {
            return Self {
                object: None,
                around: unread,
            };
        };
        // An element of a list does not speak for the answer.
        if before.trim_end().ends_with('[') {
            return Self {
                object: None,
                around: unread,
            };
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter();
        let object = values.next();
        let after = rest.get(values.byte_offset()..).unwrap_or_default();
        let is_read = matches!(object, Some(Ok(_)));
        let around = if is_read { [before, after] } else { unread };
        Self { object, around }
    }
}

/// The members of an answer that tell how it went. The others may be anything that looks like JSON: numbers of any size,
/// lists of any depth.
#[derive(Default)]
struct Words {
    type_: Option<String>,
    status: Option<String>,
    message: Option<String>,
}

impl Words {
    /// The vendor's pages show the key `status` for errors and `type` for successes; either may carry the word.
    fn is_error(&self) -> bool {
        [&self.type_, &self.status]
            .iter()
            .any(|word| word.as_deref() == Some("error"))
    }

    fn details(self) -> ErrorDetails {
        match self.message {
            Some(message) => ErrorDetails::new().message(message),
            None => ErrorDetails::new(),
        }
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Member {
    Type,
    Status,
    Message,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Words, A::Error> {
                let text = |value| match value {
                    Value::String(text) => Some(text),
                    _ => None,
                };
                let mut words = Words::default();
                while let Some(member) = members.next_key()? {
                    match member {
                        Member::Type => words.type_ = text(members.next_value()?),
                        Member::Status => words.status = text(members.next_value()?),
                        Member::Message => words.message = text(members.next_value()?),
                        Member::Other => {
                            members.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(words)
            }
        }

        deserializer.deserialize_map(Members)
    }
}
