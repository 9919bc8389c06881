//! Encoding of operations as requests. An operation is validated and encoded once, so that every attempt sends the same bytes.

mod body;
mod content;
pub(crate) mod dynamic;
mod encoder;
mod multipart;
mod prepared;
mod presence;
pub(crate) mod text_rule;

use std::{borrow::Cow, fmt};

use http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde_json::Value;

pub use body::Body;
pub use content::{Content, ContentBody};
pub use encoder::Encoder;
pub use multipart::Part;
pub(crate) use prepared::{Outgoing, Prepared};

/// All characters except the unreserved ones of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Encodes a text as one path segment, or as one name or value of a query.
pub(crate) fn percent_encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// Returns whether a header is reserved for the transport, because it frames the message or names its receiver.
pub(crate) fn is_transports(header: &HeaderName) -> bool {
    [
        CONNECTION,
        CONTENT_LENGTH,
        EXPECT,
        HOST,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ]
    .contains(header)
        || header.as_str() == "keep-alive"
        || header.as_str() == "proxy-connection"
}

/// The values of a request that must not appear in an error: secrets and personal data.
///
/// See [`Operation::sensitive`](crate::Operation::sensitive).
#[derive(Default)]
pub struct Sensitive<'a> {
    values: Vec<SensitiveValue<'a>>,
}

/// A value, and its kind, which determines how the value is searched for.
pub(crate) struct SensitiveValue<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) kind: SensitiveKind,
}

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SensitiveKind {
    Text,
    /// A number. Not found if more digits are next to it.
    Number,
    /// A phone number. Found with any grouping of its digits.
    Phone,
}

impl<'a> Sensitive<'a> {
    /// Adds a value.
    ///
    /// The value is found in every spelling that the provider's text can contain: with escapes of JSON, URLs, forms or HTML, up to three
    /// layers; in lower or upper case; with accents as separate characters, or without accents; with any kind and number of spaces; with
    /// invisible characters inside. A value of one or two characters is found only as a whole word. A value of more than 128 characters is
    /// searched for piece by piece. A text that is a phone number, with a `+` or a `0` in front, is found with any grouping of its digits,
    /// and without its country code.
    pub fn text(&mut self, value: &'a str) {
        self.push(Cow::Borrowed(value), SensitiveKind::Text);
    }

    /// Adds a phone number. The number is also searched for without its country code, even if it does not begin with a `+` or a `0`.
    pub fn phone(&mut self, value: &'a str) {
        self.push(Cow::Borrowed(value), SensitiveKind::Phone);
    }

    fn push(&mut self, text: Cow<'a, str>, kind: SensitiveKind) {
        self.values.push(SensitiveValue { text, kind });
    }

    /// Adds a value that was derived from others, such as a decoded one.
    pub(crate) fn owned(&mut self, value: String) {
        self.push(Cow::Owned(value), SensitiveKind::Text);
    }

    /// Adds a value if it is present.
    pub fn optional(&mut self, value: Option<&'a str>) {
        if let Some(value) = value {
            self.text(value);
        }
    }

    /// Adds an integer if it has at least 6 digits, not counting a sign. Shorter integers are flags and small ids, whose digits a
    /// message may contain by accident.
    ///
    /// The number is found only as a whole. Its digits inside a longer number are not removed.
    pub fn number(&mut self, value: impl fmt::Display) {
        let text = value.to_string();
        let digits = text.trim_start_matches('-');
        if digits.len() >= LEAST_DIGITS {
            self.push(Cow::Owned(digits.to_owned()), SensitiveKind::Number);
        }
    }

    /// Adds all texts of free JSON at any depth. Adds its numbers as [`number`](Self::number) does. Names of members are not added.
    pub fn json(&mut self, value: &'a Value) {
        let mut rest = vec![value];
        while let Some(value) = rest.pop() {
            match value {
                Value::String(text) => self.text(text),
                Value::Number(number) => self.number(number),
                Value::Array(items) => rest.extend(items),
                Value::Object(members) => rest.extend(members.values()),
                Value::Null | Value::Bool(_) => {}
            }
        }
    }

    /// Adds all texts and numbers of encoded JSON, at any depth and of any length. Names of members are not added.
    pub(crate) fn encoded_json(&mut self, json: &[u8]) {
        let mut rest = json;
        while let Some((first, behind)) = rest.split_first() {
            let length = match first {
                b'"' => 1 + text_length(behind),
                b'-' | b'0'..=b'9' => 1 + number_length(behind),
                _ => {
                    rest = behind;
                    continue;
                }
            };
            let Some((value, behind)) = rest.split_at_checked(length) else {
                return;
            };
            rest = behind;
            let text = String::from_utf8_lossy(value);
            if *first != b'"' {
                let digits = text.trim_start_matches('-').to_owned();
                self.push(Cow::Owned(digits), SensitiveKind::Number);
            } else if !behind.trim_ascii_start().starts_with(b":") {
                let text = serde_json::from_str(&text);
                self.owned(text.unwrap_or_else(|_| String::from_utf8_lossy(value).into_owned()));
            }
        }
    }

    pub(crate) fn into_values(self) -> Vec<SensitiveValue<'a>> {
        self.values
    }
}

/// Returns the length of the rest of a JSON string: the part after its opening quotation mark, including the closing one.
fn text_length(json: &[u8]) -> usize {
    let mut is_escaped = false;
    let end = json.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(json.len(), |end| end + 1)
}

/// Returns the length of the rest of a JSON number: the part after its first character.
fn number_length(json: &[u8]) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    json.iter()
        .position(|byte| !is_part(byte))
        .unwrap_or(json.len())
}

/// A shorter number can't be distinguished from unrelated digits.
const LEAST_DIGITS: usize = 6;

impl fmt::Debug for Sensitive<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sensitive({} values)", self.values.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_json_is_searched_to_its_leaves_and_digits() {
        let json = br#"{"planted-name" :["a \"text\\", "\u00e9","\ud800",true,{"b":-1.50e+9,"":""}], "c":[7,null]}"#;
        let mut sensitive = Sensitive::default();
        sensitive.encoded_json(json);
        let texts: Vec<_> = sensitive
            .into_values()
            .into_iter()
            .map(|value| (value.text.into_owned(), value.kind))
            .collect();
        let expected = [
            ("a \"text\\", SensitiveKind::Text),
            ("\u{e9}", SensitiveKind::Text),
            ("\"\\ud800\"", SensitiveKind::Text),
            ("1.50e+9", SensitiveKind::Number),
            ("", SensitiveKind::Text),
            ("7", SensitiveKind::Number),
        ];
        assert_eq!(texts, expected.map(|(text, kind)| (text.to_owned(), kind)));
    }

    #[test]
    fn free_json_is_searched_to_its_leaves() {
        let value = serde_json::json!({
            "planted-name": ["a text", {"b": 4_815_162_342_u64, "c": [-1_234_567.5, 12_345, true, null]}]
        });
        let mut sensitive = Sensitive::default();
        sensitive.json(&value);
        let mut texts: Vec<_> = sensitive
            .into_values()
            .into_iter()
            .map(|value| (value.text.into_owned(), value.kind))
            .collect();
        texts.sort();
        let expected = [
            ("1234567.5", SensitiveKind::Number),
            ("4815162342", SensitiveKind::Number),
            ("a text", SensitiveKind::Text),
        ];
        assert_eq!(texts, expected.map(|(text, kind)| (text.to_owned(), kind)));
    }
}
