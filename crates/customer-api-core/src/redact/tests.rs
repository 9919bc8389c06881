//! Properties of every spelling, for generated values and surroundings.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{
    escapes::{WINDOWS_FROM_80, spelt},
    readings::{LAYERS, for_each_reading},
    scrubber::{REPLACEMENT, Scrubber},
    view::folded,
};
use crate::request::Sensitive;

const LIMIT: usize = 2_000;

fn scrub(values: &[&str], text: &str) -> String {
    let mut sensitive = Sensitive::default();
    for value in values {
        sensitive.text(value);
    }
    Scrubber::new(sensitive, []).scrub(text, LIMIT)
}

/// Returns every reading of the remaining pieces of a text, folded.
fn left(clean: &str) -> Vec<String> {
    let mut left = Vec::new();
    // The escape that is printed for an invisible character is not the provider's text either.
    let clean = [r"\u{202e}", r"\u{200b}"]
        .iter()
        .fold(clean.to_owned(), |clean, own| {
            clean.replace(own, REPLACEMENT)
        });
    for piece in clean.split(REPLACEMENT) {
        for_each_reading(spelt(piece), |reading| {
            left.push(folded(reading));
            Some(())
        })
        .unwrap();
    }
    left
}

fn fold(text: &str) -> String {
    folded(&spelt(text))
}

/// How a character is written.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Json,
    JsonCapitals,
    Url,
    UrlSmall,
    Form,
    Html,
    HtmlHex,
    /// HTML names without a semicolon, where browsers do not need one.
    HtmlOpen,
    HtmlNames,
    /// Bytes in octal digits, as in C and Git.
    Octal,
    /// `\xe9` and `\U0001f642`.
    Python,
    /// UTF-8 that was read as Latin-1, or as Windows-1252.
    Latin1,
    Windows1252,
}

impl Spelling {
    /// Writes the chosen characters as escapes, and always those that the format can't contain.
    fn write(self, text: &str, chosen: &[bool]) -> String {
        let mut written = String::new();
        let mut chosen = chosen.iter().cycle();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            let is_chosen = *chosen.next().unwrap();
            match self {
                Self::Latin1 => written.extend(c.encode_utf8(&mut [0; 4]).bytes().map(char::from)),
                Self::Windows1252 => {
                    written.extend(c.encode_utf8(&mut [0; 4]).bytes().map(|byte| {
                        match byte {
                            0x80..=0x9f => WINDOWS_FROM_80
                                .chars()
                                .nth(usize::from(byte - 0x80))
                                .unwrap(),
                            _ => char::from(byte),
                        }
                    }));
                }
                Self::Octal if is_chosen || c.is_control() || !c.is_ascii() => {
                    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                        write!(written, "\\{byte:03o}").unwrap();
                    }
                }
                Self::Python if is_chosen || c.is_control() => match u32::from(c) {
                    code @ ..0x80 => write!(written, "\\x{code:02x}").unwrap(),
                    code => write!(written, "\\U{code:08x}").unwrap(),
                },
                Self::Octal | Self::Python if c == '\\' => written.push_str("\\\\"),
                Self::HtmlOpen if is_chosen || c == '&' => {
                    write!(written, "&#{}", u32::from(c)).unwrap();
                    if rest
                        .clone()
                        .next()
                        .is_some_and(|c| c.is_ascii_digit() || c == ';')
                    {
                        written.push(';');
                    }
                }
                Self::Json | Self::JsonCapitals if is_chosen || c.is_control() => {
                    let mut units = [0; 2];
                    for unit in c.encode_utf16(&mut units) {
                        match self {
                            Self::Json => write!(written, "\\u{unit:04x}").unwrap(),
                            _ => write!(written, "\\u{unit:04X}").unwrap(),
                        }
                    }
                }
                Self::Json | Self::JsonCapitals => match c {
                    '"' | '\\' => write!(written, "\\{c}").unwrap(),
                    _ => written.push(c),
                },
                Self::Form if c == ' ' => written.push('+'),
                Self::Url | Self::UrlSmall | Self::Form
                    if is_chosen
                        || !(c.is_ascii_alphanumeric() || "-._~!$'()*,;=:@/?".contains(c)) =>
                {
                    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                        match self {
                            Self::UrlSmall => write!(written, "%{byte:02x}").unwrap(),
                            _ => write!(written, "%{byte:02X}").unwrap(),
                        }
                    }
                }
                Self::HtmlNames if matches!(c, '&' | '<' | '>' | '"') => {
                    let name = match c {
                        '&' => "&amp;",
                        '<' => "&lt;",
                        '>' => "&gt;",
                        _ => "&quot;",
                    };
                    written.push_str(name);
                }
                Self::Html | Self::HtmlHex if is_chosen || c == '&' => match self {
                    Self::Html => write!(written, "&#{};", u32::from(c)).unwrap(),
                    _ => write!(written, "&#x{:X};", u32::from(c)).unwrap(),
                },
                _ => written.push(c),
            }
        }
        written
    }
}

fn spellings() -> impl Strategy<Value = Vec<(Spelling, Vec<bool>)>> {
    let spelling = prop::sample::select(vec![
        Spelling::Json,
        Spelling::JsonCapitals,
        Spelling::Url,
        Spelling::UrlSmall,
        Spelling::Form,
        Spelling::Html,
        Spelling::HtmlHex,
        Spelling::HtmlOpen,
        Spelling::HtmlNames,
        Spelling::Octal,
        Spelling::Python,
        Spelling::Latin1,
        Spelling::Windows1252,
    ]);
    let chosen = prop::collection::vec(any::<bool>(), 1..8);
    prop::collection::vec((spelling, chosen), 0..=LAYERS)
}

/// Names, addresses and other texts that people type.
fn values() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-zÀ-žΑ-ωА-яё' -]{3,24}",
        "[a-zé+._-]{1,12}@[a-z]{1,8}\\.example",
        "[\"\\\\/<>&%+#;a-z0-9{} é]{3,16}",
        "\\PC{3,20}",
    ]
    .prop_filter("says nothing of its own", |value| {
        let value = fold(value);
        value.chars().count() >= 3 && !REPLACEMENT.contains(&value)
    })
}

/// Text around a value. It does not end with the beginning of an escape.
fn around() -> impl Strategy<Value = String> {
    "[ -~àß日\u{202e}]{0,20}"
        .prop_map(|text| format!(" {} ", text.replace(['\\', '%', '&', '+'], "?")))
}

/// Returns the same characters in another form that people or programs use.
fn in_another_form(value: &str, form: u8) -> String {
    match form {
        0 => value.to_uppercase(),
        1 => value.to_lowercase(),
        2 => icu_normalizer::DecomposingNormalizerBorrowed::new_nfd()
            .normalize(value)
            .into_owned(),
        3 => icu_normalizer::ComposingNormalizerBorrowed::new_nfc()
            .normalize(value)
            .into_owned(),
        4 => value.replace(' ', "\u{a0}"),
        5 => value.replace(' ', " \r\n  "),
        6 => value.chars().flat_map(|c| [c, '\u{200b}']).collect(),
        _ => value.to_owned(),
    }
}

proptest! {
    #[test]
    fn no_value_survives_in_any_spelling(
        value in values(),
        other in values(),
        form in 0_u8..8,
        spellings in spellings(),
        before in around(),
        after in around(),
    ) {
        let mut written = in_another_form(&value, form);
        for (spelling, chosen) in spellings {
            written = spelling.write(&written, &chosen);
        }
        let clean = scrub(&[&value, &other], &format!("{before}{written}{after}"));
        prop_assert!(clean.contains(REPLACEMENT), "{clean:?}");
        let wanted = fold(&value);
        prop_assert!(left(&clean).iter().all(|piece| !piece.contains(&wanted)), "{clean:?}");
    }

    #[test]
    fn no_value_survives_as_it_is_whatever_is_around_it(value in values(), before in "\\PC{0,20}", after in "\\PC{0,20}") {
        let clean = scrub(&[&value], &format!("{before}{value}{after}"));
        prop_assert!(clean.contains(REPLACEMENT), "{clean:?}");
        prop_assert!(clean.split(REPLACEMENT).all(|piece| !piece.contains(value.trim())), "{clean:?}");
    }

    #[test]
    fn words_without_a_value_stay_as_they_are(value in "[a-m]{3,12}", words in "[n-z0-9 .,:;!%&+/\\\\\"<>éñ日-]{0,60}") {
        prop_assert_eq!(scrub(&[&value, "+49 170 123-4567"], &words), words);
    }

    #[test]
    fn overlapping_values_go_whole(parts in prop::collection::vec("[a-z]{2,6}", 3)) {
        let text = parts.concat();
        let values = [parts[..2].concat(), parts[1..].concat()];
        prop_assert_eq!(scrub(&[&values[0], &values[1]], &text), REPLACEMENT);
    }

    #[test]
    fn a_phone_number_goes_in_every_form(
        country in "[1-9][0-9]{0,2}",
        number in "[1-9][0-9]{7,9}",
        given in 0_usize..4,
        echoed in 0_usize..4,
        separators in prop::collection::vec(prop::sample::select(vec!["", " ", "-", ".", "/", ") ", " (", "\u{a0}", "\u{2011}", " - "]), 12),
    ) {
        let form = |form| match form {
            0 => format!("+{country}{number}"),
            1 => format!("00{country}{number}"),
            2 => format!("0{number}"),
            _ => number.clone(),
        };
        let grouped: String = form(echoed).chars().enumerate().map(|(place, c)| {
            let separator = if place % 3 == 0 { separators[place % separators.len()] } else { "" };
            format!("{separator}{c}")
        }).collect();
        let value = form(given);
        let clean = scrub(&[&value], &format!("no number {grouped}, code 17"));
        let digits: String = clean.chars().filter(char::is_ascii_digit).collect();
        // Only a country code that the value did not contain may be left.
        prop_assert!(clean.contains(REPLACEMENT) && digits.len() <= 7, "{value}: {clean}");
        prop_assert!(clean.ends_with(", code 17"), "{clean}");
    }

    #[test]
    fn what_is_kept_is_one_line_that_can_be_seen(text in any::<String>(), value in values()) {
        let clean = scrub(&[&value], &text);
        let is_hidden = clean.chars().any(|c| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        prop_assert!(!is_hidden, "{clean:?}");
    }
}
