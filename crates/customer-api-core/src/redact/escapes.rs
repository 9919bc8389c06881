//! Removes one layer of escapes from a text: the escapes of one format, or of several formats, wherever they are in the text.

use super::entities;

/// The escapes that are removed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// The escapes of all other formats except [`Misread`](Self::Misread), for a text whose parts are in several formats.
    Any,
    /// Backslashes, as in JSON, JavaScript, Python, C and Rust.
    Backslash,
    /// Percent signs.
    Url,
    /// Percent signs, and `+` for a space.
    Form,
    Html,
    /// UTF-8 that a program read as Latin-1 or Windows-1252: `Ã©` for `é`.
    Misread,
}

impl Format {
    pub(super) const ALL: [Self; 6] = [
        Self::Any,
        Self::Backslash,
        Self::Url,
        Self::Form,
        Self::Html,
        Self::Misread,
    ];

    /// Whether an escape of this format can begin with the character.
    fn marks(self, c: char) -> bool {
        match c {
            '\\' => matches!(self, Self::Any | Self::Backslash),
            '%' => matches!(self, Self::Any | Self::Url | Self::Form),
            '+' => matches!(self, Self::Any | Self::Form),
            '&' => matches!(self, Self::Any | Self::Html),
            '\u{c2}'..='\u{f4}' => self == Self::Misread,
            _ => false,
        }
    }
}

/// A character, and the bytes that spell it in the original text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Spelt {
    pub(super) c: char,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Returns the characters of a text, without removing escapes.
pub(super) fn spelt(text: &str) -> Vec<Spelt> {
    let char_indices = text.char_indices();
    let spelt = char_indices.map(|(start, c)| Spelt {
        c,
        start,
        end: start + c.len_utf8(),
    });
    spelt.collect()
}

/// Returns the text with one layer of the format's escapes removed; `None` if it contains none. Text that only looks like an escape stays
/// unchanged.
///
/// Each character is read a bounded number of times.
pub(super) fn without_escapes(text: &[Spelt], format: Format) -> Option<Vec<Spelt>> {
    if !text.iter().any(|spelt| format.marks(spelt.c)) {
        return None;
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut is_changed = false;
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        let escape = match first.c {
            c if !format.marks(c) => None,
            '\\' => backslash(after),
            '%' => percent(after),
            '&' => entity(after),
            '\u{c2}'..='\u{f4}' => misread(first.c, after),
            // A space in a form.
            '+' => Some((' ', 0)),
            _ => None,
        };
        is_changed |= escape.is_some();
        let (c, length) = escape.unwrap_or((first.c, 0));
        let (read, left) = after.split_at_checked(length).unwrap_or((after, &[]));
        let end = read.last().unwrap_or(first).end;
        plain.push(Spelt {
            c,
            start: first.start,
            end,
        });
        rest = left;
    }
    is_changed.then_some(plain)
}

/// Reads the characters after a backslash, as in JSON, JavaScript, Python, C and Rust. Returns the character that the escape stands for,
/// and the number of characters that the escape has after the backslash.
fn backslash(after: &[Spelt]) -> Option<(char, usize)> {
    let simple = |c| Some((c, 1));
    match after.first()?.c {
        // Markdown, SQL and patterns escape signs that JSON does not escape.
        c if c.is_ascii_punctuation() => simple(c),
        'f' | 'n' | 'r' | 't' | 'v' => simple(' '),
        'a' => simple('\u{7}'),
        'b' => simple('\u{8}'),
        'e' => simple('\u{1b}'),
        '0'..='3' => bytes(after, &['\\'], 3, 8).or_else(|| {
            let is_zero = after.first()?.c == '0';
            is_zero.then_some(('\0', 1))
        }),
        'U' => {
            let c = char::from_u32(number(after.get(1..9)?, 16)?)?;
            Some((c, 9))
        }
        'u' | 'x' if after.get(1)?.c == '{' => {
            let digits = after.get(2..)?;
            let length = digits.iter().take(7).position(|spelt| spelt.c == '}')?;
            let c = char::from_u32(number(digits.get(..length)?, 16)?)?;
            Some((c, length + 3))
        }
        'u' => utf16(after),
        'x' => bytes(after, &['\\', 'x'], 2, 16),
        _ => None,
    }
}

/// Reads `u` and four digits. A character outside the basic plane has two such groups, with a backslash between them.
fn utf16(after: &[Spelt]) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = after.get(at + 1..at + 5)?;
        (after.get(at)?.c == 'u').then(|| number(digits, 16))?
    };
    let first = unit(0)?;
    if let Some(c) = char::from_u32(first) {
        return Some((c, 5));
    }
    if after.get(5)?.c != '\\' {
        return None;
    }
    let second = unit(6)?;
    let pair = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let c = char::decode_utf16(pair).next()?.ok()?;
    Some((c, 11))
}

/// Reads the characters after a `%`: a byte, and the following bytes of the same character. `%u00e9` is JavaScript's form.
fn percent(after: &[Spelt]) -> Option<(char, usize)> {
    if matches!(after.first()?.c, 'u' | 'U') {
        let c = char::from_u32(number(after.get(1..5)?, 16)?)?;
        return Some((c, 5));
    }
    bytes(after, &['%'], 2, 16)
}

/// Reads the bytes of one character. Each byte is written as `prefix` and then `digits` digits. The first character of the first prefix has
/// been read already. A byte that is not UTF-8 is read as Latin-1, as old programs write it.
fn bytes(after: &[Spelt], prefix: &[char], digits: usize, radix: u32) -> Option<(char, usize)> {
    let length = prefix.len() + digits;
    let byte = |place: usize| {
        let read = usize::from(place == 0);
        let begin = place * length + read - 1;
        let prefix = prefix.get(read..)?;
        let (marks, digits) = after
            .get(begin..(place + 1) * length - 1)?
            .split_at_checked(prefix.len())?;
        let is_marked = marks.iter().map(|spelt| spelt.c).eq(prefix.iter().copied());
        u8::try_from(number(digits, radix)?)
            .ok()
            .filter(|_| is_marked)
    };
    let first = byte(0)?;
    let (c, count) = utf8(first, byte).unwrap_or((char::from(first), 1));
    Some((c, count * length - 1))
}

/// Reads a character whose UTF-8 bytes a program decoded as Latin-1 or Windows-1252.
fn misread(first: char, after: &[Spelt]) -> Option<(char, usize)> {
    let first = u8::try_from(u32::from(first)).ok()?;
    let (c, count) = utf8(first, |place| windows_1252(after.get(place - 1)?.c))?;
    (count > 1).then_some((c, count - 1))
}

/// The characters of Windows-1252 from 0x80 to 0x9f, where it differs from Latin-1.
pub(super) const WINDOWS_FROM_80: &str =
    "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// Returns the byte of this character in Windows-1252 or Latin-1.
fn windows_1252(c: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(u32::from(c)) {
        return Some(byte);
    }
    let place = WINDOWS_FROM_80.chars().position(|known| known == c)?;
    u8::try_from(0x80 + place).ok()
}

/// Returns the character whose UTF-8 begins with this byte, and the number of its bytes. `byte` returns the byte at a place;
/// the place of the first byte is 0.
fn utf8(first: u8, byte: impl Fn(usize) -> Option<u8>) -> Option<(char, usize)> {
    let mut bytes = [first, 0, 0, 0];
    let count = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => 1,
    };
    for (place, into) in bytes.iter_mut().enumerate().take(count).skip(1) {
        *into = byte(place)?;
    }
    let text = std::str::from_utf8(bytes.get(..count)?).ok()?;
    Some((text.chars().next()?, count))
}

/// Reads the characters after an `&`: a number or a name, and a semicolon. As in browsers, the semicolon may be missing after a number and
/// after the name of a Latin-1 character. As in browsers, the numbers from 0x80 to 0x9f mean characters of Windows-1252.
fn entity(after: &[Spelt]) -> Option<(char, usize)> {
    if after.first()?.c == '#' {
        let (from, radix) = match after.get(1)?.c {
            'x' | 'X' => (2, 16),
            _ => (1, 10),
        };
        let digits = after.get(from..)?;
        let end = digits.iter().position(|spelt| !spelt.c.is_digit(radix));
        let length = end.unwrap_or(digits.len());
        let number = number(digits.get(..length)?, radix)?;
        let c = WINDOWS_FROM_80
            .chars()
            .zip(0x80..)
            .find_map(|(c, byte)| (byte == number).then_some(c))
            .or_else(|| char::from_u32(number))?;
        let is_closed = digits.get(length).is_some_and(|spelt| spelt.c == ';');
        return Some((c, from + length + usize::from(is_closed)));
    }
    let longest = after.iter().take(entities::LONGEST + 1);
    let name: String = longest
        .map(|spelt| spelt.c)
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    let name = name.to_ascii_lowercase();
    let is_closed = after.get(name.len()).is_some_and(|spelt| spelt.c == ';');
    if let Some(c) = entities::named(&name).filter(|_| is_closed) {
        return Some((c, name.len() + 1));
    }
    (entities::SHORTEST..=name.len()).rev().find_map(|length| {
        let c = entities::named(name.get(..length)?)?;
        u8::try_from(u32::from(c)).is_ok().then_some((c, length))
    })
}

/// Returns the number that these digits spell; `None` if they are not digits, or the number is too large.
fn number(digits: &[Spelt], radix: u32) -> Option<u32> {
    let mut digits = digits.iter();
    let first = digits.next()?.c.to_digit(radix)?;
    digits.try_fold(first, |number, spelt| {
        let digit = spelt.c.to_digit(radix)?;
        number.checked_mul(radix)?.checked_add(digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        match without_escapes(&spelt(text), Format::Any) {
            Some(plain) => plain.iter().map(|spelt| spelt.c).collect(),
            None => text.to_owned(),
        }
    }

    #[test]
    fn every_kind_is_read() {
        for (text, expected) in [
            (r#"\"\\\/\'\u00e9\u00E9\ud83d\ude42\n"#, "\"\\/'éé🙂 "),
            (r"\u{e9}\u{1F642}\xe9", "é🙂é"),
            (r"\U0001F642\U000000e9\x{e9}\x{1F642}", "🙂éé🙂"),
            (r"\303\251\101\360\237\231\202\351\377", "éA🙂éÿ"),
            (r"\0\a\b\e\v\f", "\0\u{7}\u{8}\u{1b}  "),
            (r"a\.b\@c\_d\#{e}\$", "a.b@c_d#{e}$"),
            ("%U00E9&#xE9 &#233", "éé é"),
            (
                "Jos&eacute L&oacutepez &amp Co &ampamp; O&#146;Brien",
                "Jose Lopez & Co &amp; O’Brien",
            ),
            (r"\xc3\xa9\xC3\x41\xf0\x9f\x99\x82\xc3", "éÃA🙂Ã"),
            ("%C3%a9%41%F0%9F%99%82%25", "éA🙂%"),
            ("%E9%u00e9%e9%41", "éééA"),
            ("a+b", "a b"),
            ("&#233;&#xE9;&#x0000e9;&#128578;", "ééé🙂"),
            ("&amp;&lt;&gt;&quot;&apos;&nbsp;&commat;", "&<>\"'\u{a0}@"),
            ("&szlig;&AElig;&Oslash;", "ßæø"),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn a_format_leaves_the_escapes_of_the_others() {
        let text = r"\u0041%42+&#67;";
        for (format, expected) in [
            (Format::Backslash, "A%42+&#67;"),
            (Format::Url, r"\u0041B+&#67;"),
            (Format::Form, r"\u0041B &#67;"),
            (Format::Html, r"\u0041%42+C"),
            (Format::Any, "AB C"),
        ] {
            let plain = without_escapes(&spelt(text), format).unwrap();
            assert_eq!(
                plain.iter().map(|spelt| spelt.c).collect::<String>(),
                expected
            );
        }
    }

    #[test]
    fn what_only_looks_like_an_escape_stays() {
        for text in [
            "\\",
            "\\q",
            "\\u",
            "\\u12",
            "\\u12g4",
            "\\ud83d",
            "\\u{}",
            "\\u{110000}",
            "\\u{1234567}",
            "\\x",
            "\\xg0",
            "%",
            "%4",
            "%g1",
            "%u12",
            "&",
            "&;",
            "&#;",
            "&#x;",
            "\\U0001",
            "\\U00110000",
            "\\x{}",
            "\\12",
            "\\400",
            "\\189",
            "&#xD800;",
            "&#99999999999;",
            "&nosuch;",
            "&euro",
            "&am",
            "AT&T",
            "&averylongnamethatisnone;",
        ] {
            assert_eq!(without_escapes(&spelt(text), Format::Any), None, "{text}");
        }
    }

    #[test]
    fn what_was_read_in_the_wrong_alphabet_is_read_again() {
        for (text, expected) in [
            ("JosÃ© LÃ³pez", Some("José López")),
            ("Ana Oâ€™Brien", Some("Ana O’Brien")),
            ("\u{f0}\u{9f}\u{99}\u{82} ðŸ™‚", Some("🙂 🙂")),
            ("Â£", Some("£")),
            ("José ÃÉ Ân Ã", None),
        ] {
            let plain = without_escapes(&spelt(text), Format::Misread);
            let plain = plain.map(|plain| plain.iter().map(|spelt| spelt.c).collect::<String>());
            assert_eq!(plain.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn every_character_knows_where_it_is_spelt() {
        let text = "é%C3%A9\\u00e9&eacute;x";
        let plain = without_escapes(&spelt(text), Format::Any).unwrap();
        let places: Vec<_> = plain
            .iter()
            .map(|spelt| &text[spelt.start..spelt.end])
            .collect();
        assert_eq!(places, ["é", "%C3%A9", "\\u00e9", "&eacute;", "x"]);
    }
}
