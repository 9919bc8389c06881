//! A text as it is compared: without the differences between spellings of the same characters.

use icu_normalizer::{
    DecomposingNormalizerBorrowed, properties::CanonicalCombiningClassMapBorrowed,
};

use super::{
    escapes::Spelt,
    printable::{is_break, is_ignorable},
};

/// Decomposes characters, including compatible ones: `é` into `e` and its accent, a full-width `Ａ` into `A`.
const NORMALIZER: DecomposingNormalizerBorrowed<'static> =
    DecomposingNormalizerBorrowed::new_nfkd();

/// The place of a mark among several marks on one character; 0 for any other character.
const CLASSES: CanonicalCombiningClassMapBorrowed<'static> =
    CanonicalCombiningClassMapBorrowed::new();

/// A text that is made to be compared, with the source of each of its bytes.
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

    /// Adds a character that these bytes spell.
    pub(super) fn push(&mut self, c: char, start: usize, end: usize) {
        self.text.push(c);
        self.places.resize(self.text.len(), (start, end));
    }

    /// Extends the last character to this byte, because a character that is not compared belongs to the one before it.
    fn lengthen(&mut self, to: usize) {
        let last = self.text.chars().next_back().map_or(0, char::len_utf8);
        let bytes = self.places.iter_mut().rev().take(last);
        bytes.for_each(|(_, end)| *end = to);
    }

    /// Returns the bytes of the first text that spell the character that this byte of the view belongs to.
    pub(super) fn place(&self, byte: usize) -> Option<(usize, usize)> {
        self.places.get(byte).copied()
    }

    /// Returns the bytes of the first text that spell a part of the view.
    pub(super) fn span(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let (from, _) = self.place(start)?;
        let (_, to) = self.place(end.checked_sub(1)?)?;
        Some((from, to))
    }
}

/// Returns a text in the form in which a value is compared: folded, without space around it.
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

/// Whether the character repeats the last one without a meaning of its own: a space, or a quote, which SQL and CSV escape by
/// writing it twice.
fn is_repeated(text: &str, c: char) -> bool {
    matches!(c, ' ' | '\'' | '"') && text.ends_with(c)
}

/// Folds a character for comparison: lower-case letters without accents, one kind of space, nothing for a character that is
/// not drawn.
///
/// Each character is folded separately. A value that occurs in a text therefore also occurs in the folded text, whatever is
/// around it.
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
        // Through upper case, because some letters have two lower-case forms, or an upper-case form of two letters.
        let cases = c.to_lowercase().flat_map(char::to_uppercase);
        let letters = cases.flat_map(char::to_lowercase);
        letters
            .filter(|c| !is_accent(*c))
            .map(typed)
            .for_each(&mut push);
    }
}

/// Returns the plain form of a sign that programs set in place of the typed one, of a digit of Arabic, Persian or Hindi, and of a
/// letter whose stroke is left out where only ASCII is kept.
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

/// Whether this is a mark on the character before it.
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
