//! Keeping secrets and personal data out of what is printed.

use std::{borrow::Cow, fmt};

use http::HeaderValue;
use percent_encoding::percent_decode_str;

use crate::request::{Sensitive, SensitiveValue};

/// Prints that a value is there, not what it is.
///
/// ```
/// use customer_api_core::redact::Redacted;
///
/// assert_eq!(format!("{:?}", Redacted(&"ana@shop.example")), "[redacted]");
/// assert_eq!(format!("{:?}", Redacted(&Some("ana@shop.example"))), "Some([redacted])");
/// assert_eq!(format!("{:?}", Redacted(&None::<String>)), "None");
/// ```
#[expect(clippy::exhaustive_structs, reason = "a wrapper around one value")]
pub struct Redacted<'a, T: ?Sized>(pub &'a T);

impl<T: Presence + ?Sized> fmt::Debug for Redacted<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.presence())
    }
}

/// What [`Redacted`] prints for a value.
pub trait Presence {
    /// A fixed text that says whether there is a value.
    fn presence(&self) -> &'static str {
        "[redacted]"
    }
}

impl Presence for str {}
impl Presence for String {}
impl Presence for &str {}
impl Presence for bool {}
impl Presence for i32 {}
impl Presence for i64 {}
impl Presence for u64 {}
impl Presence for f64 {}
impl Presence for crate::time::Timestamp {}
impl Presence for crate::time::Date {}
impl Presence for serde_json::Value {}
impl<T> Presence for crate::nullable::Nullable<T> {}

impl<T> Presence for Vec<T> {
    fn presence(&self) -> &'static str {
        if self.is_empty() {
            "[]"
        } else {
            "[[redacted], ..]"
        }
    }
}

impl<T> Presence for Option<T> {
    fn presence(&self) -> &'static str {
        if self.is_some() {
            "Some([redacted])"
        } else {
            "None"
        }
    }
}

/// The values of one request that must not be printed, ready to be replaced in a provider's words.
pub(crate) struct Scrubber<'a> {
    needles: Vec<SensitiveValue<'a>>,
}

const REPLACEMENT: &str = "[redacted]";

impl<'a> Scrubber<'a> {
    /// Collects what `sensitive` names and what the request's sensitive headers carry.
    pub(crate) fn new(
        sensitive: Sensitive<'a>,
        headers: impl IntoIterator<Item = &'a HeaderValue>,
    ) -> Self {
        let mut needles = Vec::new();
        for value in sensitive.into_values() {
            if value.is_number {
                // Digits are spelt in one way only.
                needles.push(value);
            } else {
                push(&mut needles, value.text);
            }
        }
        for value in headers {
            // A caller's own header may hold text outside ASCII, which travels as UTF-8.
            let Ok(value) = std::str::from_utf8(value.as_bytes()) else {
                continue;
            };
            push(&mut needles, Cow::Borrowed(value));
            // A scheme word is no secret, what follows it is.
            if let Some((_, secret)) = value.split_once(' ') {
                push(&mut needles, Cow::Borrowed(secret));
            }
        }
        // Longest first, so that a value is not left in pieces by a shorter one inside it.
        needles.sort_by_key(|needle| std::cmp::Reverse(needle.text.len()));
        needles.dedup();
        Self { needles }
    }

    /// The text without any of the values; letters count as equal whatever their case.
    ///
    /// Where only part of a value is percent-encoded, as URLs may have it, the text is decoded to find it.
    pub(crate) fn scrub(&self, text: &str) -> String {
        let clean = self.replace_all(text);
        if !clean.contains('%') {
            return clean;
        }
        let decoded = percent_decode_str(&clean).decode_utf8_lossy();
        let clean_decoded = self.replace_all(&decoded);
        if clean_decoded == decoded {
            clean
        } else {
            clean_decoded
        }
    }

    fn replace_all(&self, text: &str) -> String {
        self.needles
            .iter()
            .fold(text.to_owned(), |text, needle| replace(&text, needle))
    }
}

/// Adds a value as it is, and as JSON, URLs, HTML and other cases write it.
fn push<'a>(needles: &mut Vec<SensitiveValue<'a>>, value: Cow<'a, str>) {
    let value = match value {
        Cow::Borrowed(value) => Cow::Borrowed(value.trim()),
        Cow::Owned(value) => Cow::Owned(value.trim().to_owned()),
    };
    if value.is_empty() {
        return;
    }
    let json = serde_json::to_string(&value).unwrap_or_default();
    let json = json
        .strip_prefix('"')
        .and_then(|json| json.strip_suffix('"'))
        .unwrap_or_default();
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let spellings = [
        json.to_owned(),
        crate::request::percent_encoded(&value).to_string(),
        form_urlencoded::byte_serialize(value.as_bytes()).collect(),
        html.replace('\'', "&#39;"),
        html.replace('\'', "&#x27;"),
        html.replace('\'', "&#039;"),
        html,
        value.to_lowercase(),
        value.to_uppercase(),
        capitalised(&value),
    ];
    needles.extend(
        spellings
            .into_iter()
            .filter(|spelling| *spelling != value && !spelling.is_empty())
            .map(|spelling| SensitiveValue::text(Cow::Owned(spelling))),
    );
    needles.push(SensitiveValue::text(value));
}

/// Each word with one capital letter in front, as names are written. Only letters outside ASCII need it.
fn capitalised(value: &str) -> String {
    let mut goes_on = false;
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        if goes_on {
            text.extend(c.to_lowercase());
        } else {
            text.extend(c.to_uppercase());
        }
        goes_on = c.is_alphanumeric();
    }
    text
}

/// Replaces every occurrence, ignoring ASCII case. One or two characters count as words only: a name such as `A` would
/// otherwise take every `a` out of a message. Nor is a number part of a longer one.
fn replace(text: &str, needle: &SensitiveValue<'_>) -> String {
    let (haystack, lower) = (text.to_ascii_lowercase(), needle.text.to_ascii_lowercase());
    let goes_on = |c: char| {
        if needle.is_number {
            c.is_ascii_digit()
        } else {
            c.is_alphanumeric()
        }
    };
    let whole_words = needle.is_number || needle.text.chars().count() < 3;
    let mut clean = String::with_capacity(text.len());
    let mut copied = 0;
    for (start, found) in haystack.match_indices(&lower) {
        let end = start + found.len();
        // ASCII case folding keeps every byte offset, so these slices exist.
        let (Some(before), Some(after)) = (text.get(..start), text.get(end..)) else {
            continue;
        };
        if whole_words && (before.ends_with(goes_on) || after.starts_with(goes_on)) {
            continue;
        }
        clean.push_str(text.get(copied..start).unwrap_or_default());
        clean.push_str(REPLACEMENT);
        copied = end;
    }
    clean.push_str(text.get(copied..).unwrap_or_default());
    clean
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn scrub(values: &[&str], text: &str) -> String {
        let mut sensitive = Sensitive::default();
        for value in values {
            sensitive.text(value);
        }
        Scrubber::new(sensitive, []).scrub(text)
    }

    #[test]
    fn replaces_a_value_in_every_spelling() {
        let email = "Ana+1@shop.example";
        let text = r#"Ana+1@shop.example ana+1@SHOP.example Ana%2B1%40shop.example /x?e=Ana%2B1%40shop.example"#;
        assert_eq!(
            scrub(&[email], text),
            "[redacted] [redacted] [redacted] /x?e=[redacted]"
        );
        assert_eq!(
            scrub(&["a \"quoted\" name"], r#"bad name: a \"quoted\" name"#),
            "bad name: [redacted]"
        );
        assert_eq!(
            scrub(&["Ana Lopez"], "ana+lopez ana%20lopez"),
            "[redacted] [redacted]"
        );
    }

    #[test]
    fn replaces_a_value_that_is_encoded_in_part_or_in_another_way() {
        let id = "planted.id+1@shop.example";
        for text in [
            "/v2/customer/planted.id+1%40shop.example/labels",
            "/v2/customer/planted.id%2b1@shop.example/labels",
            "/v2/customer/%70lanted.id%2B1%40shop.example/labels",
        ] {
            assert_eq!(scrub(&[id], text), "/v2/customer/[redacted]/labels");
        }
        assert_eq!(
            scrub(&["O'Brien"], "O&#39;Brien O&#x27;brien"),
            "[redacted] [redacted]"
        );
        assert_eq!(scrub(&["a<b>&c"], "a&lt;b&gt;&amp;c"), "[redacted]");
        assert_eq!(
            scrub(&["Ana López"], "ANA LÓPEZ, ana lópez"),
            "[redacted], [redacted]"
        );
        for name in ["élodie øst-ångström", "ÉLODIE ØST-ÅNGSTRÖM"] {
            assert_eq!(scrub(&[name], "no Élodie Øst-Ångström"), "no [redacted]");
        }
        assert_eq!(scrub(&["ends with \""], "ends with \\\""), "[redacted]");
        assert_eq!(scrub(&[id], "100 % of nothing"), "100 % of nothing");
    }

    #[test]
    fn a_short_value_goes_as_a_word_only() {
        assert_eq!(
            scrub(&["A"], "A bad call: a, ab"),
            "[redacted] bad call: [redacted], ab"
        );
    }

    fn scrub_numbers(values: &[i64], text: &str) -> String {
        let mut sensitive = Sensitive::default();
        for value in values {
            sensitive.number(value);
        }
        Scrubber::new(sensitive, []).scrub(text)
    }

    #[test]
    fn a_number_goes_as_a_whole_only() {
        let number = [100_044_556];
        for (text, clean) in [
            ("account 100044556 is taken", "account [redacted] is taken"),
            ("100044556", "[redacted]"),
            (
                r#"{"fb":100044556,"x":"id100044556x"}"#,
                r#"{"fb":[redacted],"x":"id[redacted]x"}"#,
            ),
            (
                "/x?fb=100044556&n=100044556%20",
                "/x?fb=[redacted]&n=[redacted]%20",
            ),
            // The digits of an escape are no part of the number.
            ("fb%20100044556", "fb [redacted]"),
            ("1000445567, 7100044556", "1000445567, 7100044556"),
            ("71000445567 and 100044556", "71000445567 and [redacted]"),
        ] {
            assert_eq!(scrub_numbers(&number, text), clean);
        }
        assert_eq!(
            scrub_numbers(
                &[-1_234_567, 1_234_567_890],
                "-1234567, 1234567, 1234567890"
            ),
            "-[redacted], [redacted], [redacted]"
        );
    }

    #[test]
    fn a_short_number_stays() {
        assert_eq!(
            scrub_numbers(&[1, 99_999, -99_999, 100_000], "1 99999 -99999 100000"),
            "1 99999 -99999 [redacted]"
        );
    }

    #[test]
    fn digits_that_are_a_text_go_wherever_they_are() {
        assert_eq!(scrub(&["100044556"], "+641000445567"), "+64[redacted]7");
    }

    #[test]
    fn a_header_outside_ascii_goes_too() {
        let mut headers = http::HeaderMap::new();
        let mut value = HeaderValue::from_str("Planted Jos\u{e9}").unwrap();
        value.set_sensitive(true);
        headers.insert("x-cashier", value);
        let scrubber = Scrubber::new(Sensitive::default(), headers.values());
        assert_eq!(scrubber.scrub("no planted jos\u{e9}"), "no [redacted]");
    }

    #[test]
    fn a_longer_value_goes_whole() {
        assert_eq!(
            scrub(&["Ana", "Ana Lopez"], "Ana Lopez and Ana"),
            "[redacted] and [redacted]"
        );
    }

    #[test]
    fn takes_the_key_out_without_its_scheme_word() {
        let mut headers = http::HeaderMap::new();
        let mut value = HeaderValue::from_static("token sk_test_123");
        value.set_sensitive(true);
        headers.insert("authorization", value);
        let scrubber = Scrubber::new(Sensitive::default(), headers.values());
        assert_eq!(
            scrubber.scrub("unknown key sk_test_123"),
            "unknown key [redacted]"
        );
        assert_eq!(
            scrubber.scrub("got `token sk_test_123`"),
            "got `[redacted]`"
        );
    }

    proptest! {
        #[test]
        fn no_value_of_three_characters_survives(value in "\\PC{3,20}", before in "\\PC{0,20}", after in "\\PC{0,20}") {
            let value = value.trim();
            prop_assume!(value.chars().count() >= 3 && !REPLACEMENT.contains(&value.to_ascii_lowercase()));
            let clean = scrub(&[value], &format!("{before}{value}{after}"));
            prop_assert!(clean.split(REPLACEMENT).all(|piece| !piece.contains(value)), "{clean}");
            prop_assert!(clean.contains(REPLACEMENT));
        }
    }
}
