//! Checks whether a `pattern` means the same to JavaScript, whose syntax OpenAPI uses, and to `regex-lite`, which core
//! uses.

/// Refuses syntax that one of the two does not support, or that the two interpret differently.
pub(crate) fn check(pattern: &str) -> Result<(), String> {
    let mut characters = pattern.chars().peekable();
    let mut groups = 0_u32;
    let mut in_class = false;
    // Whether a quantifier may follow.
    let mut repeatable = false;
    while let Some(c) = characters.next() {
        if !in_class && matches!(c, '*' | '+' | '?' | '{') {
            if !repeatable {
                return Err(format!("a `{c}` with nothing to repeat"));
            }
            if c == '{' {
                check_counts(&mut characters)?;
            }
            // `+?` is a lazy quantifier. A further quantifier would be an error.
            if characters.peek() == Some(&'?') {
                characters.next();
            }
            repeatable = false;
            continue;
        }
        repeatable = in_class || !matches!(c, '(' | '|' | '^');
        match c {
            '\\' => check_escape(characters.next(), &mut characters, in_class)?,
            '[' if in_class => return Err("an unescaped `[` inside a character class".to_owned()),
            '[' => {
                in_class = true;
                if characters.peek() == Some(&'^') {
                    characters.next();
                }
                if characters.peek() == Some(&']') {
                    return Err("an empty character class".to_owned());
                }
            }
            ']' if in_class => in_class = false,
            ']' => return Err("an unescaped `]` outside a character class".to_owned()),
            '&' | '~' | '-' if in_class && characters.peek() == Some(&c) => {
                return Err(format!("`{c}{c}` inside a character class"));
            }
            _ if in_class => {}
            '(' => {
                groups += 1;
                if characters.peek() == Some(&'?') {
                    characters.next();
                    if characters.next() != Some(':') {
                        return Err("a group other than `(…)` and `(?:…)`".to_owned());
                    }
                }
            }
            ')' => {
                groups = groups.checked_sub(1).ok_or("a `)` without its `(`")?;
            }
            _ => {}
        }
    }
    if in_class {
        return Err("a `[` without its `]`".to_owned());
    }
    if groups > 0 {
        return Err("a `(` without its `)`".to_owned());
    }
    Ok(())
}

/// Reads the rest of `{2}`, `{2,}` or `{2,5}`.
fn check_counts(characters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Result<(), String> {
    let counts: String = characters.by_ref().take_while(|c| *c != '}').collect();
    let (from, to) = counts.split_once(',').unwrap_or((&counts, ""));
    let is_number = |text: &str| text.parse::<u16>().is_ok();
    if is_number(from) && (to.is_empty() || is_number(to)) {
        Ok(())
    } else {
        Err("a `{` that does not begin a repetition".to_owned())
    }
}

fn check_escape(
    escaped: Option<char>,
    characters: &mut std::iter::Peekable<std::str::Chars<'_>>,
    in_class: bool,
) -> Result<(), String> {
    let digits = match escaped {
        None => return Err("a `\\` at the end".to_owned()),
        Some('d' | 'D' | 'w' | 'W' | 's' | 'S' | 'n' | 'r' | 't' | 'f' | 'v') => 0,
        Some('b' | 'B') if !in_class => 0,
        Some('x') => 2,
        Some('u') => 4,
        Some(c) if c.is_ascii_punctuation() && c != '<' && c != '>' => 0,
        Some(c) => return Err(format!("the escape `\\{c}`")),
    };
    for _ in 0..digits {
        if !characters.next().is_some_and(|c| c.is_ascii_hexdigit()) {
            return Err("`\\x` and `\\u` take two and four hexadecimal digits".to_owned());
        }
    }
    Ok(())
}
