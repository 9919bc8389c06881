//! Patterns that only restrict which characters a text has, such as `^[a-z]+$`.
//!
//! Such a text is checked faster by comparing its characters than by running the pattern.

/// The texts that such a pattern accepts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Characters {
    /// The minimum number of characters: 1 for `+`, 0 for `*`.
    pub(crate) least: u8,
    /// The first and the last character of each range. The ranges are in ascending order, with other characters between
    /// them.
    pub(crate) ranges: Vec<(char, char)>,
}

/// A character of a class, or a `-` that may mark a range.
#[derive(Clone, Copy)]
enum Token {
    One(char),
    Dash,
}

/// Reads a pattern that is one anchored class with `+` or `*`, and nothing else.
///
/// With `None`, the regex engine runs the pattern. Therefore returning `None` for a readable pattern does no harm.
pub(crate) fn of(pattern: &str) -> Option<Characters> {
    let repeated = pattern.strip_prefix("^[")?;
    let (class, least) = match repeated.strip_suffix("]+$") {
        Some(class) => (class, 1),
        None => (repeated.strip_suffix("]*$")?, 0),
    };
    let (class, is_negated) = match class.strip_prefix('^') {
        Some(class) => (class, true),
        None => (class, false),
    };
    // Some engines read `&&` and `~~` as operators between sets, others as errors.
    if ["&&", "~~"].iter().any(|two| class.contains(two)) {
        return None;
    }
    let named = merged(ranges(&tokens(class)?)?);
    let ranges = if is_negated { others(&named) } else { named };
    Some(Characters { least, ranges })
}

fn tokens(class: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = class.chars();
    while let Some(c) = rest.next() {
        tokens.push(match c {
            '-' => Token::Dash,
            // A class inside the class, or text after the end of the class.
            '[' | ']' => return None,
            '\\' => Token::One(match rest.next()? {
                escaped @ ('-' | '.' | '\\' | ']') => escaped,
                'u' => {
                    let digits = rest.as_str().get(..4)?;
                    rest = rest.as_str().get(4..)?.chars();
                    latin_1(digits)?
                }
                _ => return None,
            }),
            c => Token::One(c),
        });
    }
    Some(tokens)
}

/// Returns the character with the hexadecimal code `00XX`.
fn latin_1(digits: &str) -> Option<char> {
    let digits = digits.strip_prefix("00")?;
    // `from_str_radix` also accepts a sign.
    let is_number = digits.chars().all(|c| c.is_ascii_hexdigit());
    let code = u8::from_str_radix(digits, 16).ok().filter(|_| is_number)?;
    Some(char::from(code))
}

/// Returns the ranges in the order of the class. A `-` stands for itself only at the beginning or the end of the class.
fn ranges(mut tokens: &[Token]) -> Option<Vec<(char, char)>> {
    let mut ranges = Vec::new();
    while !tokens.is_empty() {
        let (range, rest) = match tokens {
            [Token::One(first), Token::Dash, Token::One(last), rest @ ..] => {
                ((*first, *last), rest)
            }
            [Token::One(c), rest @ ..] => ((*c, *c), rest),
            [Token::Dash, rest @ ..] if ranges.is_empty() || rest.is_empty() => (('-', '-'), rest),
            _ => return None,
        };
        if range.0 > range.1 {
            return None;
        }
        ranges.push(range);
        tokens = rest;
    }
    // An empty class matches no character in one engine and every character in another.
    Some(ranges).filter(|ranges| !ranges.is_empty())
}

/// Returns the same characters in as few ranges as possible, in ascending order.
fn merged(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    ranges.sort_unstable();
    let mut merged: Vec<(char, char)> = Vec::new();
    for (first, last) in ranges {
        match merged.last_mut() {
            Some((_, end)) if after(*end).is_none_or(|next| first <= next) => {
                *end = last.max(*end);
            }
            _ => merged.push((first, last)),
        }
    }
    merged
}

/// Returns all other characters. Takes and returns merged ranges.
fn others(ranges: &[(char, char)]) -> Vec<(char, char)> {
    let mut others = Vec::new();
    let mut next = Some(char::MIN);
    for (first, last) in ranges {
        others.extend(next.zip(before(*first)).filter(|(from, to)| from <= to));
        next = after(*last);
    }
    others.extend(next.map(|from| (from, char::MAX)));
    others
}

/// Returns the next character, and skips the surrogates, which are not characters.
fn after(c: char) -> Option<char> {
    (c..=char::MAX).nth(1)
}

fn before(c: char) -> Option<char> {
    (char::MIN..=c).nth_back(1)
}
