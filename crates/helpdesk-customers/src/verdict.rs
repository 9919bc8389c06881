//! Reads the words of a response that report the outcome of a call.

use std::{borrow::Cow, fmt};

use customer_api_core::service::ErrorDetails;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

/// What a response reports about its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// No failure.
    Success,
    /// A failure, in words that are not documented or that contradict each other.
    Failure,
    /// An error, in the documented words.
    Refusal,
}

/// The members of a response that report the outcome. The other members can be anything that looks like JSON: numbers of any size,
/// lists of any depth.
#[derive(Default)]
pub(crate) struct Words {
    message: Option<String>,
    is_refusal: bool,
    is_failure: bool,
    /// How often `type` and `status` occurred.
    types: usize,
    statuses: usize,
    /// Whether a `type` or a `status` is a number beyond the range of an `f64`.
    is_beyond: bool,
    /// How many of a customer's documented fields are present and not `null`.
    fields: usize,
}

impl Words {
    /// Reads the members of an object, up to the first error or the object's end.
    pub(crate) fn begun(text: &str) -> Self {
        let mut words = Self::default();
        // The members that were read before an error are kept.
        let _ = (&mut words).deserialize(&mut serde_json::Deserializer::from_str(text));
        words
    }

    /// Returns what the words report. The provider's pages show the key `status` for errors and `type` for successes; either can contain
    /// the word `error`. In the response to a read, undocumented words are ignored if at least two of a customer's documented fields are
    /// present and not `null`: the object is then a customer, whose own fields can have any name.
    pub(crate) fn says(&self, is_read: bool) -> Says {
        let is_contradicted = self.types > 1 || self.statuses > 1 || self.is_beyond;
        let is_customer = is_read && self.fields > 1;
        match self {
            Self {
                is_refusal: true, ..
            } if is_contradicted => Says::Failure,
            Self {
                is_refusal: true, ..
            } => Says::Refusal,
            Self {
                is_failure: true, ..
            } if !is_customer => Says::Failure,
            _ => Says::Success,
        }
    }

    pub(crate) fn details(self) -> ErrorDetails {
        match self.message {
            Some(message) => ErrorDetails::new().with_message(message),
            None => ErrorDetails::new(),
        }
    }

    /// Reads a `type` or a `status` in the provider's spelling.
    fn documented(&mut self, value: &RawValue) {
        match word(value) {
            Some(word) => {
                self.is_refusal |= &*word == "error";
                self.is_failure |= is_failing(word.as_bytes());
            }
            None => {
                self.is_beyond |= value.get().parse().is_ok_and(f64::is_infinite);
                self.is_failure |= is_failed(value);
            }
        }
    }
}

/// Whether a text, such as `Error: no permission`, begins with a word of failure.
pub(crate) fn begins_with_failure(text: &str) -> bool {
    let text = text.trim_start();
    let word = text
        .split(|letter: char| !letter.is_ascii_alphabetic())
        .next();
    word.is_some_and(|word| is_word_of_failure(word.as_bytes()))
}

/// Whether a text that is not JSON has a word of failure in quotes.
pub(crate) fn mentions_failure(text: &str) -> bool {
    // Which quotes form a pair is not known, so every part of the text is compared.
    text.split('"')
        .any(|part| is_word_of_failure(part.as_bytes()))
}

/// Words which report that the call failed.
const FAILURES: [&str; 12] = [
    "error",
    "errors",
    "exception",
    "fail",
    "failed",
    "failure",
    "fatal",
    "forbidden",
    "invalid",
    "refused",
    "rejected",
    "unauthorized",
];

fn is_word_of_failure(word: &[u8]) -> bool {
    // The first letter already rules out most other words, such as `success`.
    let first = word.first().map(u8::to_ascii_lowercase);
    matches!(first, Some(b'e' | b'f' | b'i' | b'r' | b'u')) && is_one_of(word, &FAILURES)
}

fn is_one_of(text: &[u8], words: &[&str]) -> bool {
    words
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether a text is a word of failure, or an HTTP status of an error.
fn is_failing(text: &[u8]) -> bool {
    match text {
        [b'4' | b'5', rest @ ..] => rest.len() == 2 && rest.iter().all(u8::is_ascii_digit),
        _ => is_word_of_failure(text),
    }
}

/// Returns the text of a value that is a string.
fn word(value: &RawValue) -> Option<Cow<'_, str>> {
    let value = value.get();
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(value).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

/// Whether the value of a status or a similar member reports that the call failed.
fn is_failed(value: &RawValue) -> bool {
    match word(value) {
        Some(text) => is_failing(text.as_bytes()),
        None => {
            let value = value.get();
            let status = value.parse::<f64>();
            value == "false" || status.is_ok_and(|status| (400.0..600.0).contains(&status))
        }
    }
}

/// Whether the value of `success` or a similar member means false.
fn is_untrue(value: &RawValue) -> bool {
    matches!(value.get(), "false" | "0" | "\"false\"" | "\"0\"")
}

/// Whether the value of `error`, `errors` or a similar member is empty.
fn is_nothing(value: &RawValue) -> bool {
    let value = value.get();
    let is_bare = |open, close| {
        let inner = value.strip_prefix(open);
        let inner = inner.and_then(|inner| inner.strip_suffix(close));
        inner.is_some_and(|inner: &str| inner.trim().is_empty())
    };
    matches!(value, "null" | "false" | "0" | "\"\"" | "\"0\"")
        || is_bare('[', ']')
        || is_bare('{', '}')
}

/// The meaning of a member, according to its name.
enum Name {
    Type,
    Status,
    /// The outcome, as an HTTP status or in a word.
    Outcome,
    /// The outcome, in a word. A number can mean anything.
    Result,
    /// Whether the call succeeded.
    Truth,
    /// What went wrong.
    Trouble,
    Message,
    /// A documented field of a customer.
    Field,
    Other,
}

impl Name {
    /// Classifies a name. Documented names have exactly one spelling.
    fn of(name: &[u8]) -> Self {
        match name {
            b"type" => Self::Type,
            b"status" => Self::Status,
            b"message" => Self::Message,
            b"id"
            | b"external_primary_id"
            | b"brand_name"
            | b"firstname"
            | b"lastname"
            | b"channels" => Self::Field,
            [b'c' | b'r' | b's' | b't' | b'C' | b'R' | b'S' | b'T', ..] => {
                if is_one_of(
                    name,
                    &["code", "status", "status_code", "statuscode", "type"],
                ) {
                    Self::Outcome
                } else if is_one_of(name, &["result"]) {
                    Self::Result
                } else if is_one_of(name, &["success"]) {
                    Self::Truth
                } else {
                    Self::Other
                }
            }
            [b'e' | b'E' | b'o' | b'O', ..] => {
                let begins_with_error = name
                    .get(..5)
                    .is_some_and(|start| start.eq_ignore_ascii_case(b"error"));
                if begins_with_error || is_one_of(name, &["exception"]) {
                    Self::Trouble
                } else if is_one_of(name, &["ok"]) {
                    Self::Truth
                } else {
                    Self::Other
                }
            }
            _ => Self::Other,
        }
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                Ok(Name::of(name.as_bytes()))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut words = Self::default();
        (&mut words).deserialize(deserializer)?;
        Ok(words)
    }
}

impl<'de> DeserializeSeed<'de> for &mut Words {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut Words {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key()? {
            match name {
                Name::Type => {
                    self.types += 1;
                    self.documented(members.next_value()?);
                }
                Name::Status => {
                    self.statuses += 1;
                    self.documented(members.next_value()?);
                }
                Name::Outcome => self.is_failure |= is_failed(members.next_value()?),
                Name::Result => {
                    let value: &RawValue = members.next_value()?;
                    let is_failed = match word(value) {
                        Some(word) => &*word == "false" || is_word_of_failure(word.as_bytes()),
                        None => value.get() == "false",
                    };
                    self.is_failure |= is_failed;
                }
                Name::Truth => self.is_failure |= is_untrue(members.next_value()?),
                Name::Trouble => self.is_failure |= !is_nothing(members.next_value()?),
                Name::Message => {
                    self.message = match members.next_value()? {
                        Value::String(text) => Some(text),
                        _ => None,
                    };
                }
                Name::Field => {
                    let value: &RawValue = members.next_value()?;
                    self.fields += usize::from(value.get() != "null");
                }
                Name::Other => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}
