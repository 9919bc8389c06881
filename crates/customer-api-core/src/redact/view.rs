//! The form in which texts are compared. In this form, different spellings of the same character are equal.

use icu_normalizer::{
    DecomposingNormalizerBorrowed, properties::CanonicalCombiningClassMapBorrowed,
};

use super::{
    escapes::Spelt,
    printable::{is_break, is_ignorable},
};

/// Decomposes characters, including compatibility characters: `é` into `e` and its accent, a full-width `Ａ` into `A`.
const NORMALIZER: DecomposingNormalizerBorrowed<'static> =
    DecomposingNormalizerBorrowed::new_nfkd();

/// The order of a mark among several marks on one character. It is 0 for a character that is not a mark.
const CLASSES: CanonicalCombiningClassMapBorrowed<'static> =
    CanonicalCombiningClassMapBorrowed::new();

/// A text in the form in which texts are compared. Each byte is stored with the range of the original text that it comes from.
#[derive(Default)]
pub(super) struct View {
    pub(super) text: String,
    places: Vec<(usize, usize)>,
}

impl View {
    /// Creates a view of the characters, [folded](fold).
    pub(super) fn folded(text: &[Spelt]) -> Self {
        let mut view = Self::default();
        for spelt in text {
            let mut is_dropped = true;
            fold(spelt.c, |c| {
                is_dropped = is_repeated(&view.text, c);
                if !is_dropped {
                    view.push(c, spelt.start, spelt.end);
                }
            });
            if is_dropped {
                view.lengthen(spelt.end);
            }
        }
        view
    }

    /// Adds a character that the bytes from `start` to `end` of the original text spell.
    pub(super) fn push(&mut self, c: char, start: usize, end: usize) {
        self.text.push(c);
        self.places.resize(self.text.len(), (start, end));
    }

    /// Extends the range of the last character to `to`, because a character that is not compared counts as a part of the one before it.
    fn lengthen(&mut self, to: usize) {
        let last = self.text.chars().next_back().map_or(0, char::len_utf8);
        let bytes = self.places.iter_mut().rev().take(last);
        bytes.for_each(|(_, end)| *end = to);
    }

    /// Returns the range of the original text that spells the character at this byte of the view.
    pub(super) fn place(&self, byte: usize) -> Option<(usize, usize)> {
        self.places.get(byte).copied()
    }

    /// Returns the range of the original text that spells a part of the view.
    pub(super) fn span(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let (from, _) = self.place(start)?;
        let (_, to) = self.place(end.checked_sub(1)?)?;
        Some((from, to))
    }
}

/// Returns a value in the form in which texts are compared: folded, and without spaces at its ends.
pub(super) fn folded(text: &[Spelt]) -> String {
    let mut all = String::with_capacity(text.len());
    for spelt in text {
        fold(spelt.c, |c| {
            if !is_repeated(&all, c) {
                all.push(c);
            }
        });
    }
    all.trim_matches(' ').to_owned()
}

/// Whether the character repeats the last character of the text and is therefore dropped. Only spaces and quotes are dropped: SQL and CSV
/// escape a quote by writing it twice.
fn is_repeated(text: &str, c: char) -> bool {
    matches!(c, ' ' | '\'' | '"') && text.ends_with(c)
}

/// Folds a character for comparison: lower-case letters without accents, one kind of space, nothing for a character that is
/// not drawn.
///
/// Each character is folded separately. Therefore, if a value occurs in a text, the folded value occurs in the folded text, whatever
/// surrounds the value.
fn fold(c: char, mut push: impl FnMut(char)) {
    if c.is_ascii_graphic() {
        push(c.to_ascii_lowercase());
        return;
    }
    if c == ' ' || is_break(c) {
        push(' ');
        return;
    }
    for c in NORMALIZER.normalize_iter(std::iter::once(c)) {
        if c.is_whitespace() {
            push(' ');
            continue;
        }
        if c.is_control() || is_ignorable(c) {
            continue;
        }
        // Converted to lower case, to upper case and back, because some letters have two lower-case forms, or an upper-case form of two
        // letters.
        let cases = c.to_lowercase().flat_map(char::to_uppercase);
        let letters = cases.flat_map(char::to_lowercase);
        letters
            .filter(|c| !is_accent(*c))
            .map(typed)
            .for_each(&mut push);
    }
}

/// Returns the plain form of three kinds of character: a typographic character that programs write in place of the typed one (such as a
/// curly quote), an Arabic, Persian or Hindi digit, and a letter whose stroke is lost if only ASCII is kept.
fn typed(c: char) -> char {
    let digit = |zero: char| {
        let value = u32::from(c).checked_sub(u32::from(zero))?;
        char::from_digit(value, 10)
    };
    match c {
        '\u{660}'..='\u{669}' => digit('\u{660}').unwrap_or(c),
        '\u{6f0}'..='\u{6f9}' => digit('\u{6f0}').unwrap_or(c),
        '\u{966}'..='\u{96f}' => digit('\u{966}').unwrap_or(c),
        '\u{2018}' | '\u{2019}' | '\u{2bc}' => '\'',
        '\u{201c}' | '\u{201d}' => '"',
        '\u{2010}'..='\u{2013}' | '\u{2212}' => '-',
        'ł' => 'l',
        'ø' => 'o',
        'đ' => 'd',
        _ => c,
    }
}

/// Whether a character is a mark on the character before it.
///
/// The order of several marks on one character differs between spellings. Therefore no mark of any script is compared.
fn is_accent(c: char) -> bool {
    CLASSES.get_u8(c) != 0
}

#[cfg(test)]
mod tests {
    use super::{super::escapes::spelt, *};

    fn fold_all(text: &str) -> String {
        folded(&spelt(text))
    }

    #[test]
    fn spellings_of_the_same_are_equal() {
        for same in [
            &["López", "LÓPEZ", "Lo\u{301}pez", "lopez", "L\u{f3}pez"][..],
            &["Straße", "STRASSE", "STRAẞE"],
            &["ﬁne", "FINE", "\u{ff26}ine"],
            &[
                "Ana Lopez",
                "ana\u{a0}lopez",
                " Ana\u{2009}\n Lopez ",
                "A\u{ad}na \u{200b}Lopez",
            ],
            &["ΟΔΟΣ", "οδος", "οδός"],
            &["ᾳ", "ΑΙ"],
            &["\u{1ec7}", "e\u{323}\u{302}", "\u{ea}\u{323}"],
            &["İstanbul", "istanbul"],
            &["O'Brien", "O''Brien", "O’Brien", "Oʼbrien"],
            &["Anne-Marie", "Anne\u{2011}Marie", "Anne–Marie"],
            &["Łukasz Sørđ", "lukasz sord"],
            &["0170 55", "٠١٧٠ ٥٥", "۰۱۷۰ ۵۵", "०१७० ५५"],
            &["가", "\u{1100}\u{1161}"],
            // The normal form puts the mark of a higher class behind the other one.
            &["ご\u{20ea}", "こ\u{20ea}\u{3099}"],
        ] {
            for text in same {
                assert_eq!(fold_all(text), fold_all(same[0]), "{text}");
            }
        }
    }

    #[test]
    fn what_is_not_compared_belongs_to_the_letter_before_it() {
        let text = "xe\u{301}\u{ad}y";
        let view = View::folded(&spelt(text));
        assert_eq!(view.text, "xey");
        assert_eq!(
            view.span(1, 2).map(|(from, to)| &text[from..to]),
            Some("e\u{301}\u{ad}")
        );
    }
}
