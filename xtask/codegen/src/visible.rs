//! Characters that are what they look like. All others are kept out of what is written, or spelt out.

/// Whether a reader sees the character, and a terminal, an editor or a compiler does nothing else with it.
///
/// A space is visible; other white space, controls, marks of direction, what joins or separates, and what is not assigned are not.
pub(crate) fn is_visible(c: char) -> bool {
    if c.is_ascii() {
        return !c.is_ascii_control();
    }
    // Rust's own table of what can be printed; behind a letter, it leaves accents as they are.
    let is_printable = format!("a{c}").escape_debug().count() == 2;
    is_printable && !is_blank(c) && !is_selector(c)
}

/// Letters and symbols that are drawn as nothing.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
    ) || matches!(c, '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{1D159}')
}

/// What chooses between two looks of the character before it.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// The text as people see it: white space becomes a space, what can't be seen is marked by U+FFFD.
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

/// More marks around a raw string than this help nobody; the compiler allows 255.
const FEW: usize = 8;

/// A string literal of Rust, in visible characters alone.
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

/// A character literal of Rust, in visible characters alone.
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

/// The text with whatever can't be seen spelt out, for a terminal.
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
