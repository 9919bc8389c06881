//! The values of a request that are searched for, in the few forms in which they are compared.

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use http::HeaderValue;

use super::{
    escapes::{Format, spelt, without_escapes},
    phone::Phone,
    readings::LAYERS,
    view::{View, folded},
};
use crate::request::{SensitiveKind, SensitiveValue};

/// The longest piece that is searched for, in characters. Longer values are searched for in pieces of that length.
const PIECE: usize = 128;

/// A value with fewer characters is found only as a whole word. Otherwise a name such as `A` would remove every `a` from a message.
const SHORT: usize = 3;

/// The maximum number of matches of values, in all readings of a text. A text exceeds this limit only if it consists of many values that
/// are prefixes or suffixes of one another.
const MOST_FOUND: usize = 128 * 1024;

/// The values of one request.
#[derive(Default)]
pub(super) struct Needles {
    texts: BTreeSet<Needle>,
    phones: BTreeMap<String, BTreeSet<String>>,
}

/// A text that is searched for, and the characters that must not be next to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Needle {
    text: String,
    alone: Alone,
}

/// Which characters must not be next to a needle, because they would make the needle a part of a longer word or number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Alone {
    Anywhere,
    AsWord,
    AsNumber,
}

impl Needles {
    pub(super) fn add(&mut self, value: &SensitiveValue<'_>) {
        match value.kind {
            SensitiveKind::Number => self.add_number(&value.text),
            SensitiveKind::Text => self.add_text(&value.text, false),
            SensitiveKind::Phone => self.add_text(&value.text, true),
        }
    }

    /// Adds a header's value. A header can contain text outside ASCII, which travels as UTF-8.
    pub(super) fn add_header(&mut self, value: &HeaderValue) {
        let Ok(value) = std::str::from_utf8(value.as_bytes()) else {
            return;
        };
        self.add_text(value, false);
        // A scheme word is not a secret, but the text after it is.
        if let Some((_, secret)) = value.split_once(' ') {
            self.add_text(secret, false);
        }
    }

    /// Adds a number in three forms: its digits, its digits in groups as Java prints them, and the floating-point form that Go prints.
    fn add_number(&mut self, digits: &str) {
        self.push(digits.to_owned(), Alone::AsNumber);
        for separator in [',', '.', ' ', '_', '\''] {
            let mut grouped = String::new();
            for (place, c) in digits.chars().enumerate() {
                if place > 0 && (digits.len() - place) % 3 == 0 {
                    grouped.push(separator);
                }
                grouped.push(c);
            }
            self.push(grouped, Alone::AsNumber);
        }
        let power = digits.len().saturating_sub(1);
        let mut digits = digits.chars();
        let first = digits.by_ref().take(1);
        let mut float: String = first.chain(['.']).collect();
        float.push_str(digits.as_str().trim_end_matches('0'));
        // In this form, a number with only one digit other than 0, such as 500000, is too common to be searched for.
        if float.len() > 2 {
            for exponent in [format!("e{power}"), format!("e+{power:02}")] {
                self.push(format!("{float}{exponent}"), Alone::AsNumber);
            }
        }
    }

    fn add_text(&mut self, text: &str, is_phone: bool) {
        if let Some(phone) = Phone::read(text, is_phone) {
            self.phones
                .entry(phone.tail)
                .or_default()
                .insert(phone.head);
        }
        let mut spelt = spelt(text);
        self.add_pieces(folded(&spelt));
        self.add_lost(text);
        // A value may itself look escaped. If escapes are removed from a text that contains the value, the value changes too. Therefore the
        // value without these escapes is also searched for.
        for _ in 0..LAYERS {
            let Some(plain) = without_escapes(&spelt, Format::Any) else {
                break;
            };
            spelt = plain;
            self.add_pieces(folded(&spelt));
        }
    }

    /// Adds the forms of a text in which a program has replaced the characters outside ASCII.
    fn add_lost(&mut self, text: &str) {
        let kept = text.chars().filter(char::is_ascii_alphanumeric);
        if text.is_ascii() || kept.take(SHORT).count() < SHORT {
            return;
        }
        for lost in ['?', char::REPLACEMENT_CHARACTER] {
            // One replacement for each character, or one for each byte of the character.
            for length in [|_| 1, char::len_utf8] {
                let mut left = String::new();
                for c in text.chars() {
                    if c.is_ascii() {
                        left.push(c);
                    } else {
                        left.extend(std::iter::repeat_n(lost, length(c)));
                    }
                }
                self.add_pieces(folded(&spelt(&left)));
            }
        }
    }

    fn add_pieces(&mut self, text: String) {
        let Some((last, _)) = text
            .char_indices()
            .rev()
            .nth(PIECE - 1)
            .filter(|(at, _)| *at > 0)
        else {
            let is_short =
                text.chars().take(SHORT).count() < SHORT && !text.chars().any(is_within_words);
            self.push(
                text,
                if is_short {
                    Alone::AsWord
                } else {
                    Alone::Anywhere
                },
            );
            return;
        };
        let mut rest = text.as_str();
        while let Some((end, _)) = rest.char_indices().nth(PIECE) {
            let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            self.push(piece.to_owned(), Alone::Anywhere);
            rest = after;
        }
        self.push(
            text.get(last..).unwrap_or_default().to_owned(),
            Alone::Anywhere,
        );
    }

    fn push(&mut self, text: String, alone: Alone) {
        if !text.is_empty() {
            self.texts.insert(Needle { text, alone });
        }
    }
}

/// Whether the character belongs to a script without spaces between words: Han, Kana, Thai, Lao, Burmese or Khmer.
fn is_within_words(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{9fff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Searches the readings of one text for a request's values.
pub(super) struct Search<'n> {
    needles: &'n Needles,
    /// Reused for the next reading, if that reading may contain the same values.
    texts: Option<Automaton<&'n Needle>>,
    /// The number of matches that may still be found.
    left: usize,
}

impl<'n> Search<'n> {
    pub(super) fn new(needles: &'n Needles) -> Self {
        Self {
            needles,
            texts: None,
            left: MOST_FOUND,
        }
    }

    /// Searches a folded view of the text for the values. Reports the bytes of the original text that spell them. Returns `None` if the
    /// search fails.
    pub(super) fn texts(
        &mut self,
        folded: &View,
        found: &mut impl FnMut((usize, usize)),
    ) -> Option<()> {
        let grams = Grams::of(&folded.text);
        let texts = self.needles.texts.iter();
        let texts: Vec<&Needle> = texts.filter(|needle| grams.hold(&needle.text)).collect();
        if self.texts.as_ref().is_none_or(|last| last.needles != texts) {
            self.texts = Some(Automaton::new(texts, |needle| &needle.text)?);
        }
        let left = &mut self.left;
        self.texts
            .as_ref()?
            .search(&folded.text, |needle, start, end| {
                *left = left.checked_sub(1)?;
                if needle.alone.allows(&folded.text, start, end) {
                    found(folded.span(start, end)?);
                }
                Some(())
            })
    }

    /// Searches a view of the text's digits for the phone numbers. Reports the bytes of the original text that spell them.
    pub(super) fn phones(
        &self,
        digits: &View,
        found: &mut impl FnMut((usize, usize)),
    ) -> Option<()> {
        if self.needles.phones.is_empty() {
            return Some(());
        }
        let grams = Grams::of(&digits.text);
        let phones = self.needles.phones.iter();
        let phones = phones.filter(|(tail, _)| grams.hold(tail)).collect();
        Automaton::new(phones, |(tail, _)| tail)?.search(&digits.text, |(_, heads), start, end| {
            let heads = heads.iter().map(String::as_str);
            if let Some(start) = Phone::begin(digits, heads, start, end) {
                found(digits.span(start, end)?);
            }
            Some(())
        })
    }
}

/// Finds several needles at once.
struct Automaton<N> {
    needles: Vec<N>,
    /// `None` if there are no needles.
    automaton: Option<AhoCorasick>,
}

impl<N> Automaton<N> {
    fn new<'t>(needles: Vec<N>, text: impl Fn(&N) -> &'t str) -> Option<Self> {
        let automaton = if needles.is_empty() {
            None
        } else {
            // The fastest kind to build, because it is used for few texts.
            let kind = Some(AhoCorasickKind::NoncontiguousNFA);
            let texts = needles.iter().map(text);
            Some(AhoCorasick::builder().kind(kind).build(texts).ok()?)
        };
        Some(Self { needles, automaton })
    }

    /// Reports every occurrence of every needle, even if occurrences overlap. Otherwise, if a needle begins inside an occurrence of another
    /// needle and ends after it, its last part could stay in the text.
    fn search(
        &self,
        text: &str,
        mut report: impl FnMut(&N, usize, usize) -> Option<()>,
    ) -> Option<()> {
        let Some(automaton) = &self.automaton else {
            return Some(());
        };
        for found in automaton.try_find_overlapping_iter(text).ok()? {
            let needle = self.needles.get(found.pattern().as_usize())?;
            report(needle, found.start(), found.end())?;
        }
        Some(())
    }
}

impl Alone {
    fn allows(self, text: &str, start: usize, end: usize) -> bool {
        let before = text.get(..start).and_then(|text| text.chars().next_back());
        let after = text.get(end..).and_then(|text| text.chars().next());
        let goes_on: fn(char) -> bool = match self {
            Self::Anywhere => return true,
            Self::AsWord => char::is_alphanumeric,
            Self::AsNumber => |c| c.is_ascii_digit(),
        };
        !before.is_some_and(goes_on) && !after.is_some_and(goes_on)
    }
}

/// The groups of three bytes that occur in a text. A value with a group that does not occur in the text can't occur in the text either.
/// Most values have such a group.
struct Grams(Vec<u64>);

/// The number of bits for each byte of the text, enough to make false matches rare.
const BITS_PER_BYTE: usize = 16;

impl Grams {
    fn of(text: &str) -> Self {
        let words = (text.len() * BITS_PER_BYTE / 64 + 1).next_power_of_two();
        let mut grams = Self(vec![0; words]);
        for gram in text.as_bytes().windows(3) {
            let (word, bit) = grams.place(gram);
            if let Some(word) = grams.0.get_mut(word) {
                *word |= bit;
            }
        }
        grams
    }

    /// Whether the text may contain this value.
    fn hold(&self, text: &str) -> bool {
        text.as_bytes().windows(3).all(|gram| {
            let (word, bit) = self.place(gram);
            self.0.get(word).is_some_and(|word| word & bit != 0)
        })
    }

    fn place(&self, gram: &[u8]) -> (usize, u64) {
        let hash = gram
            .iter()
            .fold(0_usize, |hash, byte| (hash << 6) ^ usize::from(*byte));
        // Mixes the bits, because the table of a short text is smaller than the hash.
        let hash = hash.wrapping_mul(0x9e37_79b1) >> 7;
        (hash % (self.0.len() * 64) / 64, 1 << (hash % 64))
    }
}
