//! Visible characters. Invisible characters are kept out of the written files, or are spelt out.

/// Returns whether a reader sees the character, and the character has no effect on a terminal, an editor or a compiler
/// beyond being shown.
///
/// A space is visible. Other white space, control characters, direction marks, joiners, separators and unassigned
/// characters are not visible.
pub(crate) fn is_visible(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // `escape_debug` uses Rust's table of printable characters. After a letter, `escape_debug` does not escape accents.
    let is_printable = format!("a{c}").escape_debug().count() == 2;
    is_printable && !is_blank(c) && !is_selector(c)
}

/// Returns whether the character is a letter or symbol without a visible shape.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
    ) || matches!(c, '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{1D159}')
}

/// Returns whether the character selects a variant of the character before it.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Returns the text as a reader sees it. White space becomes spaces, characters that select a variant are removed, and
/// each other invisible character becomes U+FFFD.
pub(crate) fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| !is_selector(*c))
        .map(|c| match c {
            _ if is_visible(c) => c,
            _ if c.is_whitespace() => ' ',
            _ => char::REPLACEMENT_CHARACTER,
        })
        .collect()
}

/// A raw string gets fewer `#` marks than this number, because more would be unreadable. The compiler allows 255.
const FEW: usize = 8;

/// Returns a Rust string literal in visible characters only.
pub(crate) fn literal(text: &str) -> String {
    let plain = text.chars().all(is_visible);
    if plain && text.contains(['\\', '"']) {
        let mut hashes = String::new();
        while hashes.len() < FEW && text.contains(&format!("\"{hashes}")) {
            hashes.push('#');
        }
        if hashes.len() < FEW {
            return format!("r{hashes}\"{text}\"{hashes}");
        }
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        if c == '"' {
            out.push('\\');
        }
        spell(c, &mut out);
    }
    out.push('"');
    out
}

/// Returns a Rust character literal in visible characters only.
pub(crate) fn character(c: char) -> String {
    let mut out = String::from("'");
    if c == '\'' {
        out.push('\\');
    }
    spell(c, &mut out);
    out.push('\'');
    out
}

fn spell(c: char, out: &mut String) {
    match c {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\0' => out.push_str("\\0"),
        c if is_visible(c) => out.push(c),
        c => out.extend(c.escape_unicode()),
    }
}

/// Returns the text with all invisible characters spelt out, for a terminal.
pub(crate) fn spelt_out(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if is_visible(c) {
            out.push(c);
        } else {
            out.extend(c.escape_unicode());
        }
    }
    out
}
