use std::sync::OnceLock;

use regex_lite::Regex;

use crate::error::Problem;

/// The documented limits of a text, checked before anything is sent.
///
/// Store a rule in a `static`, because the rule keeps its compiled pattern. If a pattern only restricts which characters may occur, also
/// state these characters with [`characters`](Self::characters): that check needs no compiled pattern and is much faster.
///
/// ```
/// use customer_api_core::{error::Problem, generated::TextRule};
///
/// static PHONE: TextRule = TextRule::new().min_length(1).pattern(r"^\+[0-9]+$");
///
/// assert_eq!(PHONE.check("+64211234567", true), Ok(()));
/// assert_eq!(PHONE.check("", true), Err(Problem::Empty));
/// assert_eq!(PHONE.check("021", true), Err(Problem::Pattern { pattern: r"^\+[0-9]+$", position: None }));
/// assert_eq!(PHONE.check("021", false), Ok(()));
///
/// static LETTERS: TextRule = TextRule::new()
///     .pattern("^[A-Za-z]+$")
///     .characters(1, &[('A', 'Z'), ('a', 'z')]);
///
/// assert_eq!(LETTERS.check("Ada", true), Ok(()));
/// assert_eq!(LETTERS.check("R2", true), Err(Problem::Pattern { pattern: "^[A-Za-z]+$", position: Some(2) }));
/// assert_eq!(LETTERS.check("", true), Err(Problem::Pattern { pattern: "^[A-Za-z]+$", position: None }));
/// ```
#[derive(Debug, Default)]
pub struct TextRule {
    min_length: usize,
    max_length: Option<usize>,
    pattern: Option<&'static str>,
    /// How the pattern is checked.
    accepts: Accepts,
    compiled: OnceLock<Option<Regex>>,
}

#[derive(Debug, Default)]
enum Accepts {
    #[default]
    Anything,
    /// Texts that match the compiled pattern. The check is a function pointer, so that a program whose rules need no compiled pattern
    /// does not include the pattern compiler.
    Matching(fn(&TextRule, &str) -> bool),
    /// Texts of at least this many characters, all within these ranges.
    Characters(usize, &'static [(char, char)]),
}

impl TextRule {
    /// Creates a rule without limits.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            min_length: 0,
            max_length: None,
            pattern: None,
            accepts: Accepts::Anything,
            compiled: OnceLock::new(),
        }
    }

    /// Sets the minimum length, in characters.
    #[must_use]
    pub const fn min_length(mut self, characters: usize) -> Self {
        self.min_length = characters;
        self
    }

    /// Sets the maximum length, in characters.
    #[must_use]
    pub const fn max_length(mut self, characters: usize) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// Sets a regular expression that must match somewhere in the text. Anchor it to match the whole text.
    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        if matches!(self.accepts, Accepts::Anything) {
            self.accepts = Accepts::Matching(Self::is_match);
        }
        self
    }

    /// States which texts the pattern accepts: texts of at least `least` characters, all within these ranges.
    ///
    /// This check replaces the check of the pattern. The error still names the pattern, but the pattern is never compiled. `^[a-z]+$` is
    /// `characters(1, &[('a', 'z')])`, and `^[a-z]*$` is `characters(0, …)`. A range includes its first and its last character. Fewer
    /// ranges make the check faster. The check has no effect without a [`pattern`](Self::pattern), and is skipped if patterns are skipped.
    #[must_use]
    pub const fn characters(mut self, least: usize, ranges: &'static [(char, char)]) -> Self {
        self.accepts = Accepts::Characters(least, ranges);
        self
    }

    /// Checks a text. Checks its pattern only if `check_pattern` is true.
    ///
    /// # Errors
    ///
    /// The first rule that the text breaks.
    pub fn check(&self, text: &str, check_pattern: bool) -> Result<(), Problem> {
        let length = text.chars().count();
        if length < self.min_length {
            return Err(if length == 0 {
                Problem::Empty
            } else {
                Problem::TooShort(self.min_length)
            });
        }
        if let Some(max) = self.max_length.filter(|max| length > *max) {
            return Err(Problem::TooLong(max));
        }
        let Some(pattern) = self.pattern.filter(|_| check_pattern) else {
            return Ok(());
        };
        let (is_accepted, position) = match self.accepts {
            Accepts::Anything => (true, None),
            Accepts::Matching(is_match) => (is_match(self, text), None),
            Accepts::Characters(least, ranges) => {
                let position = text.chars().position(|c| !is_within(c, ranges));
                (length >= least && position.is_none(), position)
            }
        };
        if is_accepted {
            return Ok(());
        }
        let position = position.map(|index| index + 1);
        Err(Problem::Pattern { pattern, position })
    }

    fn is_match(&self, text: &str) -> bool {
        let compile = || self.pattern.and_then(|pattern| Regex::new(pattern).ok());
        // A pattern that does not compile accepts nothing, because refusing is safer than sending unchecked.
        let compiled = self.compiled.get_or_init(compile);
        compiled.as_ref().is_some_and(|regex| regex.is_match(text))
    }
}

fn is_within(c: char, ranges: &[(char, char)]) -> bool {
    ranges
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&c))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_characters_at_the_limit_and_one_past_it() {
        let rule = TextRule::new().min_length(2).max_length(3);
        assert_eq!(rule.check("é", true), Err(Problem::TooShort(2)));
        assert_eq!(rule.check("éé", true), Ok(()));
        assert_eq!(rule.check("ééé", true), Ok(()));
        assert_eq!(rule.check("éééé", true), Err(Problem::TooLong(3)));
    }

    #[test]
    fn a_broken_pattern_accepts_nothing() {
        let rule = TextRule::new().pattern("(");
        assert_eq!(
            rule.check("x", true),
            Err(Problem::Pattern {
                pattern: "(",
                position: None
            })
        );
    }

    #[test]
    fn characters_decide_in_the_place_of_the_pattern() {
        let rule = TextRule::new()
            .pattern("(")
            .characters(2, &[('a', 'c'), ('É', 'É')]);
        for accepted in ["ac", "bÉ", "ÉÉÉ"] {
            assert_eq!(rule.check(accepted, true), Ok(()), "{accepted}");
        }
        for refused in ["", "a", "É", "ad", "a`", "dac", "aÉ\n", "aé"] {
            let wrong = refused.chars().position(|c| !"abcÉ".contains(c));
            let problem = Problem::Pattern {
                pattern: "(",
                position: wrong.map(|index| index + 1),
            };
            assert_eq!(rule.check(refused, true), Err(problem), "{refused}");
            assert_eq!(rule.check(refused, false), Ok(()), "{refused}");
        }
        assert!(rule.compiled.get().is_none());
    }

    #[test]
    fn lengths_are_checked_before_characters() {
        let rule = TextRule::new()
            .min_length(1)
            .max_length(2)
            .pattern("^[a]*$")
            .characters(0, &[('a', 'a')]);
        assert_eq!(rule.check("", true), Err(Problem::Empty));
        assert_eq!(rule.check("bbb", true), Err(Problem::TooLong(2)));
        assert_eq!(
            rule.check("bb", true),
            Err(Problem::Pattern {
                pattern: "^[a]*$",
                position: Some(1)
            })
        );
        assert_eq!(rule.check("aa", true), Ok(()));
    }

    #[test]
    fn characters_alone_limit_nothing() {
        let rule = TextRule::new().characters(1, &[('a', 'a')]);
        assert_eq!(rule.check("b", true), Ok(()));
    }

    /// Only a few characters, so that ranges and texts overlap.
    fn character() -> impl Strategy<Value = char> {
        prop_oneof![4 => prop::char::range(' ', '0'), 2 => prop::char::range('Z', 'b'), 1 => any::<char>()]
    }

    proptest! {
        #[test]
        fn characters_and_their_pattern_agree(
            ends in prop::collection::vec((character(), character()), 1..5),
            least in 0_usize..=1,
            texts in prop::collection::vec(prop::collection::vec(character(), 0..4), 1..30),
        ) {
            let ranges: Vec<_> = ends.iter().map(|(a, b)| (*a.min(b), *a.max(b))).collect();
            let mut pattern = "^[".to_owned();
            for (first, last) in &ranges {
                let (first, last) = (u32::from(*first), u32::from(*last));
                write!(pattern, "\\u{{{first:x}}}-\\u{{{last:x}}}").unwrap();
            }
            pattern.push_str(if least == 0 { "]*$" } else { "]+$" });
            // A rule contains only `'static` values.
            let pattern: &'static str = pattern.leak();
            let compared = TextRule::new().pattern(pattern);
            let rule = TextRule::new().pattern(pattern).characters(least, ranges.leak());
            for text in texts.into_iter().map(String::from_iter) {
                prop_assert_eq!(rule.check(&text, true).is_ok(), compared.check(&text, true).is_ok(), "{:?}", text);
            }
        }
    }
}
