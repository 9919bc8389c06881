use std::sync::OnceLock;

use regex_lite::Regex;

use crate::error::Problem;

/// The documented limits of a text, checked before anything is sent.
///
/// Meant for a `static`, as it keeps its pattern once compiled.
///
/// ```
/// use customer_api_core::{error::Problem, request::TextRule};
///
/// static PHONE: TextRule = TextRule::new().min_length(1).pattern(r"^\+[0-9]+$");
///
/// assert_eq!(PHONE.check("+64211234567", true), Ok(()));
/// assert_eq!(PHONE.check("", true), Err(Problem::Empty));
/// assert_eq!(PHONE.check("021", true), Err(Problem::Pattern(r"^\+[0-9]+$")));
/// assert_eq!(PHONE.check("021", false), Ok(()));
/// ```
#[derive(Debug, Default)]
pub struct TextRule {
    min_length: usize,
    max_length: Option<usize>,
    pattern: Option<&'static str>,
    compiled: OnceLock<Option<Regex>>,
}

impl TextRule {
    /// No limits.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            min_length: 0,
            max_length: None,
            pattern: None,
            compiled: OnceLock::new(),
        }
    }

    /// At least so many characters.
    #[must_use]
    pub const fn min_length(mut self, characters: usize) -> Self {
        self.min_length = characters;
        self
    }

    /// At most so many characters.
    #[must_use]
    pub const fn max_length(mut self, characters: usize) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// Matches this regular expression somewhere; anchor it to bind the whole text.
    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// Checks a text; its pattern only if `check_pattern` says so.
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
        // A pattern that does not compile accepts nothing: refusing is safer than sending unchecked.
        let compiled = self.compiled.get_or_init(|| Regex::new(pattern).ok());
        if compiled.as_ref().is_some_and(|regex| regex.is_match(text)) {
            Ok(())
        } else {
            Err(Problem::Pattern(pattern))
        }
    }
}

#[cfg(test)]
mod tests {
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
        assert_eq!(rule.check("x", true), Err(Problem::Pattern("(")));
    }
}
