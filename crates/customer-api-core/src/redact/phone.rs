//! Finds phone numbers, however their digits are grouped, with or without the country code.

use super::{
    escapes::spelt,
    view::{View, folded},
};

/// The minimum number of digits of a number's tail.
const LEAST: usize = 6;

/// The most digits of a number, including the `00` that stands for a `+`.
const MOST: usize = 17;

/// The most digits of a country code.
const COUNTRY: usize = 3;

/// The most characters between two digits of a number.
const BETWEEN: usize = 4;

/// The character between two digits that can't belong to one number, because they are too far apart or because other characters separate
/// them.
const END: char = '|';

/// A number in the form in which it is searched for.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Phone {
    /// The digits that every form of the number ends with.
    pub(super) tail: String,
    /// The digits before the tail in the longest form.
    pub(super) head: String,
}

impl Phone {
    /// Reads a text that consists only of a phone number.
    ///
    /// A number that begins with `+` or `00` has a country code. Any other number may have no country code, or be another kind of number.
    /// Then all digits after the leading zeros are searched for. The exception is a text that `is_known` to be a phone number, and has at
    /// least 10 digits and no leading zero: it counts as a number with a country code.
    pub(super) fn read(text: &str, is_known: bool) -> Option<Self> {
        // Folded, because a number may be in full-width digits, or between the invisible marks that telephones copy with the number.
        let folded = folded(&spelt(text));
        let text = folded.strip_prefix("tel:").unwrap_or(&folded);
        let text = without_extension(text);
        let is_number = |c: char| c.is_ascii_digit() || is_between(c);
        if text.len() > MOST * 4 || !text.chars().all(is_number) {
            return None;
        }
        let is_abroad = text.starts_with(['+', '(']) || text.starts_with("00");
        // `+353 (0)87` is `+353 87` abroad and `087` at home.
        let text = match text.split_once("(0)") {
            Some((country, rest)) if is_abroad => &format!("{country}{rest}"),
            _ => text,
        };
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let (digits, is_international) = if text.trim_start_matches('(').starts_with('+') {
            (digits.as_str(), true)
        } else if let Some(digits) = digits.strip_prefix("00") {
            (digits, true)
        } else {
            let at_home = digits.trim_start_matches('0');
            let is_whole = at_home.len() == digits.len();
            (at_home, is_whole && is_known && digits.len() >= 10)
        };
        if !(LEAST..=MOST).contains(&digits.len()) {
            return None;
        }
        // The length of the country code is unknown without a list of country codes.
        let country = if is_international { COUNTRY } else { 0 };
        let (head, tail) = digits.split_at_checked(country.min(digits.len() - LEAST))?;
        Some(Self {
            tail: tail.to_owned(),
            head: head.to_owned(),
        })
    }

    /// Returns the position in the digits at which the number with this tail begins. Returns `None` if the number is a part of a longer
    /// number.
    pub(super) fn begin<'h>(
        digits: &View,
        heads: impl Iterator<Item = &'h str>,
        start: usize,
        end: usize,
    ) -> Option<usize> {
        let joined = |left: usize| {
            let is_digit = |at: usize| {
                digits
                    .text
                    .as_bytes()
                    .get(at)
                    .is_some_and(u8::is_ascii_digit)
            };
            let meet = digits.place(left)?.1 == digits.place(left + 1)?.0;
            Some(is_digit(left) && is_digit(left + 1) && meet)
        };
        if end.checked_sub(1).and_then(joined) == Some(true) {
            return None;
        }
        let before = digits.text.get(..start)?;
        let longest = heads.map(|head| {
            let pairs = before.bytes().rev().zip(head.bytes().rev());
            pairs.take_while(|(one, other)| one == other).count()
        });
        let mut begin = start - longest.max().unwrap_or_default();
        // The prefix that is dialled in front of the number.
        for _ in 0..2 {
            let is_zero = begin > 0 && digits.text.as_bytes().get(begin - 1) == Some(&b'0');
            if is_zero && joined(begin - 1) == Some(true) {
                begin -= 1;
            }
        }
        let others = (1..=begin).take_while(|back| joined(begin - back) == Some(true));
        (others.take(COUNTRY + 3).count() <= COUNTRY + 2).then_some(begin)
    }
}

/// Returns a folded number without the extension at its end, as in `ext. 5` and `x5`.
fn without_extension(text: &str) -> &str {
    let number = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let word = number.trim_end_matches([' ', '.']);
    let before = ["ext", "extension", "x", ";ext="]
        .iter()
        .find_map(|name| word.strip_suffix(name));
    match before {
        Some(before) if number.len() < text.len() => before.trim_end_matches([' ', ',']),
        _ => text,
    }
}

/// Returns the digits of a folded text. Digits that may belong to one number are adjacent.
pub(super) fn digits(folded: &View) -> View {
    let mut digits = View::default();
    let mut between = BETWEEN + 1;
    for (at, c) in folded.text.char_indices() {
        if !c.is_ascii_digit() {
            between = if is_between(c) {
                between + 1
            } else {
                BETWEEN + 1
            };
            continue;
        }
        if let Some((start, end)) = folded.place(at) {
            if between > BETWEEN {
                digits.push(END, start, start);
            }
            digits.push(c, start, end);
        }
        between = 0;
    }
    digits
}

/// Whether people write this character between the digits of a number.
fn is_between(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '+' | '-' | '.' | '/' | '(' | ')' | '_' | '\u{b7}' | '\u{2010}'
                ..='\u{2015}' | '\u{2212}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, is_known: bool) -> Option<(String, String)> {
        Phone::read(text, is_known).map(|phone| (phone.head, phone.tail))
    }

    #[test]
    fn a_number_is_split_behind_the_longest_country_code() {
        for (text, is_known, expected) in [
            ("+49 (170) 123-4567", false, Some(("491", "701234567"))),
            ("0049 170 1234567", false, Some(("491", "701234567"))),
            ("(+49) 170.1234567", false, Some(("491", "701234567"))),
            ("0170/1234567", false, Some(("", "1701234567"))),
            ("491701234567", true, Some(("491", "701234567"))),
            ("491701234567", false, Some(("", "491701234567"))),
            ("+298 211234", false, Some(("298", "211234"))),
            ("+376 12345", false, Some(("37", "612345"))),
            ("+353 (0)87 123 4567", false, Some(("353", "871234567"))),
            ("00353 (0)87 123 4567", false, Some(("353", "871234567"))),
            ("(0)170 1234567", false, Some(("", "1701234567"))),
            (
                "＋４９－１７０－１２３４５６７",
                false,
                Some(("491", "701234567")),
            ),
            (
                "\u{202a}+49 170 1234567\u{202c}",
                false,
                Some(("491", "701234567")),
            ),
            ("tel:+49-170-1234567", false, Some(("491", "701234567"))),
            ("+49 170 1234567 ext. 5", false, Some(("491", "701234567"))),
            (
                "+49 170 1234567, Extension 55",
                false,
                Some(("491", "701234567")),
            ),
            (
                "tel:+49-170-1234567;ext=5",
                false,
                Some(("491", "701234567")),
            ),
            ("٠١٧٠١٢٣٤٥٦٧", false, Some(("", "1701234567"))),
            ("+49 170 1234567 x", false, None),
            ("+64 21", false, None),
            ("", true, None),
            ("+", true, None),
            ("12345678901234567890", true, None),
            ("+49 170 x", true, None),
        ] {
            let expected = expected.map(|(head, tail)| (head.to_owned(), tail.to_owned()));
            assert_eq!(read(text, is_known), expected, "{text}");
        }
    }
}
