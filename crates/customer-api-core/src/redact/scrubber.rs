//! Removes a request's values from a provider's text.

use std::cell::OnceCell;

use http::HeaderValue;

use super::{
    escapes::spelt,
    needles::{Needles, Search},
    phone,
    printable::OneLine,
    readings::for_each_reading,
    view::View,
};
use crate::request::{Sensitive, SensitiveValue};

/// Replaces a value that was removed.
pub(super) const REPLACEMENT: &str = "[redacted]";

/// The maximum number of bytes that are shown of a text longer than `SEARCHED`. `SEARCHED` is larger than `SHOWN`: a value that begins in
/// the shown part therefore ends in the searched part, whatever its spelling.
const SHOWN: usize = 8 * 1024;
const SEARCHED: usize = 16 * 1024;

/// The values of one request that must not be printed, ready to be replaced in a provider's text.
///
/// The time and the memory for a search depend on the size of the values, not on the structure of the values and the text.
pub(crate) struct Scrubber<'a> {
    values: Vec<SensitiveValue<'a>>,
    headers: Vec<&'a HeaderValue>,
    /// Made when the first text is scrubbed.
    needles: OnceCell<Needles>,
}

impl<'a> Scrubber<'a> {
    /// Collects the values that `sensitive` names, and the values of the request's sensitive headers.
    pub(crate) fn new(
        sensitive: Sensitive<'a>,
        headers: impl IntoIterator<Item = &'a HeaderValue>,
    ) -> Self {
        Self {
            values: sensitive.into_values(),
            headers: headers.into_iter().collect(),
            needles: OnceCell::new(),
        }
    }

    /// Returns the beginning of the text, at most `limit` characters, on [one line](OneLine) and without any of the values.
    pub(crate) fn scrub(&self, text: &str, limit: usize) -> String {
        let searched = beginning(text, SEARCHED);
        let Some(values) = self.find(searched) else {
            return REPLACEMENT.to_owned();
        };
        let mut is_cut = searched.len() < text.len();
        let shown = beginning(text, if is_cut { SHOWN } else { SEARCHED });
        let mut clean = String::new();
        let (mut length, mut was_value) = (0, false);
        for (c, is_value) in shown.chars().zip(values) {
            if !is_value {
                clean.push(c);
                length += 1;
            } else if !was_value {
                clean.push_str(REPLACEMENT);
                length += REPLACEMENT.len();
            }
            was_value = is_value;
            if length > limit {
                break;
            }
        }
        let mut line = OneLine(&clean).to_string();
        if let Some((end, _)) = line.char_indices().nth(limit) {
            line.truncate(end);
            is_cut = true;
        }
        if is_cut {
            line.push('…');
        }
        line
    }

    /// Returns, for each character of the text, whether the character belongs to a value. Returns `None` if the search fails.
    fn find(&self, text: &str) -> Option<impl Iterator<Item = bool>> {
        let needles = self.needles.get_or_init(|| {
            let mut needles = Needles::default();
            self.values.iter().for_each(|value| needles.add(value));
            self.headers
                .iter()
                .for_each(|value| needles.add_header(value));
            needles
        });
        // For each byte: the number of values that begin there, minus the number of values that end there. Values that overlap
        // or touch are replaced together.
        let mut changes = vec![0_i32; text.len() + 1];
        let mut found = |(start, end): (usize, usize)| {
            for (place, change) in [(start, 1), (end, -1)] {
                if let Some(changes) = changes.get_mut(place) {
                    *changes += change;
                }
            }
        };
        let mut search = Search::new(needles);
        for_each_reading(spelt(text), |reading| {
            let folded = View::folded(reading);
            search.texts(&folded, &mut found)?;
            search.phones(&phone::digits(&folded), &mut found)
        })?;
        let starts: Vec<usize> = text.char_indices().map(|(start, _)| start).collect();
        let mut open = 0;
        let mut from = 0;
        Some(starts.into_iter().map(move |start| {
            open += changes
                .get(from..=start)
                .unwrap_or_default()
                .iter()
                .sum::<i32>();
            from = start + 1;
            open > 0
        }))
    }
}

/// Returns the first `most` bytes of a text, or fewer so that no character is cut.
fn beginning(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn scrub(values: &[&str], text: &str) -> String {
        let mut sensitive = Sensitive::default();
        for value in values {
            sensitive.text(value);
        }
        Scrubber::new(sensitive, []).scrub(text, 2_000)
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
            scrub(&["O'Brien"], "O&#39;Brien O&#x27;brien 'O''Brien'"),
            "[redacted] [redacted] '[redacted]'"
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
        Scrubber::new(sensitive, []).scrub(text, 2_000)
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
            // The digits of an escape do not belong to the number.
            ("fb%20100044556", "fb%20[redacted]"),
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
    fn a_number_goes_in_groups_and_as_a_floating_point_number() {
        for text in [
            "100,044,556",
            "100.044.556",
            "100 044 556",
            "100_044_556",
            "100'044'556",
            "1.00044556e8",
            "1.00044556E+08",
        ] {
            let text = format!("no {text}.");
            assert_eq!(scrub_numbers(&[100_044_556], &text), "no [redacted].");
        }
        // A floating-point number with only one digit is too common.
        assert_eq!(scrub_numbers(&[1_000_000], "1e6 1.e6"), "1e6 1.e6");
        let longer = "100,044,5567 7100,044,556";
        assert_eq!(scrub_numbers(&[100_044_556], longer), longer);
    }

    #[test]
    fn letters_that_a_program_lost_leave_no_part_of_a_value() {
        for lost in ["?", "??", "\u{fffd}", "\u{fffd}\u{fffd}"] {
            let text = format!("no Jos{lost} L{lost}pez here");
            assert_eq!(scrub(&["José López"], &text), "no [redacted] here");
        }
        // The remaining characters are too few to be searched for.
        assert_eq!(scrub(&["éa"], "?a"), "?a");
        assert_eq!(scrub(&["Łódź"], "????"), "????");
    }

    #[test]
    fn a_short_name_goes_within_a_sentence_without_spaces() {
        assert_eq!(
            scrub(&["田中"], "田中様は存在しません"),
            "[redacted]様は存在しません"
        );
        assert_eq!(scrub(&["李"], "用户李不存在"), "用户[redacted]不存在");
        assert_eq!(scrub(&["นก"], "ไม่พบนกค่ะ"), "ไม่พบ[redacted]ค่ะ");
        // Other scripts have spaces between words.
        assert_eq!(scrub(&["Лю"], "Любовь"), "Любовь");
    }

    #[test]
    fn a_text_with_too_many_values_is_withheld_whole() {
        let values: Vec<String> = (3..=128).map(|length| "a".repeat(length)).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let text = |length| format!("no {}", "a".repeat(length));
        assert_eq!(scrub(&values, &text(500)), "no [redacted]");
        assert_eq!(scrub(&values, &text(2_000)), "[redacted]");
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
        assert_eq!(scrubber.scrub("no planted jos\u{e9}", 99), "no [redacted]");
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
            scrubber.scrub("unknown key sk_test_123", 99),
            "unknown key [redacted]"
        );
        assert_eq!(
            scrubber.scrub("got `token sk_test_123`", 99),
            "got `[redacted]`"
        );
    }

    #[test]
    fn a_value_goes_in_escapes_within_escapes() {
        let values = ["José \"Pepe\" Peña", "josé+1@shop.example"];
        for text in [
            r#"José \"Pepe\" Peña"#,
            r#"{\"name\":\"Jos\u00e9 \\\"Pepe\\\" Pe\u00F1a\"}"#,
            r#"Jos\\u00e9 \\\"Pepe\\\" Pe\\u00f1a"#,
            "Jos%C3%A9%20%22Pepe%22%20Pe%c3%b1a",
            "Jos%25C3%25A9%2B%2522Pepe%2522%2BPe%25c3%25b1a",
            "Jos&#233; &quot;Pepe&quot; Pe&ntilde;a",
            "Jos&amp;#xE9; &amp;quot;Pepe&amp;quot; Pe&amp;ntilde;a",
            "JOSE\u{301}\u{a0}\"PEPE\"\u{2003}PEN\u{303}A",
            "Jos\u{ad}é\n\"Pepe\"\n  Peña",
            "jos\u{e9}+1@shop.example",
            "jos%E9%2B1%40shop.example",
            "jos%C3%A9+1%40SHOP.example",
        ] {
            let clean = scrub(&values, text);
            let words = clean.replace(REPLACEMENT, "");
            assert!(clean != words && words.len() < 16, "{text}: {clean}");
        }
    }

    #[test]
    fn overlapping_values_leave_nothing() {
        assert_eq!(
            scrub(&["ana@shop", "shop.example"], "no ana@shop.example here"),
            "no [redacted] here"
        );
    }

    #[test]
    fn the_words_around_a_value_stay_as_they_were_spelt() {
        assert_eq!(
            scrub(
                &["Ana López"],
                "100%25 of a%20b: Ana%20L%C3%B3pez &amp; co\\n"
            ),
            "100%25 of a%20b: [redacted] &amp; co\\n"
        );
    }

    #[test]
    fn a_value_that_looks_escaped_goes_too() {
        for (value, text) in [
            ("100%25 sure", "100%25 sure"),
            ("100%25 sure", "100%2525%20sure"),
            ("AT&amp;T \"Ana\"", r#"AT&amp;T \"Ana\""#),
            (r"CORP\nadia", r"CORP\nadia"),
            (r"CORP\nadia", r"CORP\\nadia"),
            ("nadia", r"CORP\nadia"),
            ("20abc", "%20abc"),
            // Removing the escapes of one format keeps text that looks like an escape of another format.
            (r"%a+a\\n;", r"%a+a&#92;\n;"),
            (r"%a+a\\n;", r"%25a%2Ba%5C\n%3B"),
            (r"C:\new&amp;x", "C:%5Cnew&amp;x"),
            (r"C:\new&amp;x", r"C:\u005cnew\u0026amp;x"),
        ] {
            let clean = scrub(&[value], text);
            assert!(
                clean.ends_with(REPLACEMENT) && clean.len() < 17,
                "{value}: {clean}"
            );
        }
    }

    #[test]
    fn a_phone_number_goes_however_it_is_grouped() {
        for (value, text, clean) in [
            ("+49 170 1234567", "no 0170 1234567", "no [redacted]"),
            ("+49 170 1234567", "no 0170/123-45.67", "no [redacted]"),
            ("+49 170 1234567", "no (0170) 1234567!", "no ([redacted]!"),
            ("+49 170 1234567", "no 00491701234567", "no [redacted]"),
            (
                "+49 170 1234567",
                "no %2B49%20170%201234567",
                "no [redacted]",
            ),
            ("+1 (555) 010-9999", "no 555.010.9999", "no [redacted]"),
            (
                "0170 1234567",
                "no +49 170 1234567, code 17",
                "no +49 [redacted], code 17",
            ),
            ("0170 1234567", "no 491701234567", "no 49[redacted]"),
            ("170 1234567", "no 1701234567", "no [redacted]"),
            // Other numbers stay.
            (
                "0170 1234567",
                "see 17012345678 and 9999991701234567",
                "see 17012345678 and 9999991701234567",
            ),
            (
                "+49 170 1234567",
                "error 17, 1701234568",
                "error 17, 1701234568",
            ),
        ] {
            assert_eq!(scrub(&[value], text), clean, "{value}");
        }
        let mut sensitive = Sensitive::default();
        sensitive.phone("491701234567");
        let scrubber = Scrubber::new(sensitive, []);
        assert_eq!(scrubber.scrub("no 0170 1234567", 99), "no [redacted]");
    }

    #[test]
    fn a_long_value_goes_whole_and_in_long_pieces() {
        let comment: String = (0..5_000).map(|word| format!("word{word} ")).collect();
        assert_eq!(
            scrub(&[&comment], &format!("no {comment}!")),
            "no [redacted]…"
        );
        let piece = comment.get(700..1_400).unwrap();
        let clean = scrub(&[&comment], &format!("no {piece}!"));
        assert!(clean.starts_with("no ") && clean.len() < 300, "{clean}");
    }

    #[test]
    fn a_value_is_not_shown_in_part_where_a_long_text_is_cut() {
        let value = "planted-".repeat(200);
        for before in [SHOWN - 2_000, SHOWN - 100, SHOWN - 2, SHOWN, SEARCHED - 10] {
            let (before, after) = ("é".repeat(before / 2), "é".repeat(SEARCHED));
            let text = format!("{before}{value}{after}");
            let shown = Scrubber::new(Sensitive::default(), []).scrub(&text, SHOWN);
            assert_eq!(shown.contains('p'), before.len() < SHOWN);
            let mut sensitive = Sensitive::default();
            sensitive.text(&value);
            let clean = Scrubber::new(sensitive, []).scrub(&text, SHOWN);
            assert!(!clean.contains('p') && clean.ends_with('…'), "{before}");
        }
    }

    #[test]
    fn what_a_text_grows_to_is_bounded() {
        let text = "a ".repeat(40_000);
        let clean = scrub(&["a", "e", "d", "r"], &text);
        assert_eq!(clean.chars().count(), 2_001);
        assert!(clean.ends_with('…'));
        assert_eq!(scrub(&[], &"é".repeat(5_000)).chars().count(), 2_001);
        assert_eq!(scrub(&[], &"é".repeat(2_000)).chars().count(), 2_000);
    }
}
