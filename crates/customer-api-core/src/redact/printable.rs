//! Text from outside the program, in a form that can be shown anywhere.

use std::fmt::{self, Write as _};

/// A text from outside the program, on one line, with every character visible.
///
/// Line breaks and tabs become one space. Every other character that controls a terminal, changes the direction of writing,
/// or is invisible is written as its escape, such as `\u{202e}`.
///
/// ```
/// use customer_api_core::redact::OneLine;
///
/// assert_eq!(OneLine("no such\r\ncustomer").to_string(), "no such customer");
/// assert_eq!(OneLine("file \u{202e}gpj.exe\u{1b}[2J").to_string(), r"file \u{202e}gpj.exe\u{1b}[2J");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper around one value")]
pub struct OneLine<'a>(pub &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut is_empty = true;
        let mut is_broken = false;
        for c in self.0.chars() {
            if is_break(c) {
                is_broken = !is_empty;
                continue;
            }
            if std::mem::take(&mut is_broken) {
                f.write_char(' ')?;
            }
            is_empty = false;
            if is_hidden(c) {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// Whether a character is a tab or ends a line.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character has an effect without being visible. Tabs and the ends of lines do not count.
pub(super) fn is_hidden(c: char) -> bool {
    // Variation selectors, which select how an emoji is drawn, are harmless.
    (c.is_control() && !is_break(c)) || (is_ignorable(c) && !matches!(c, '\u{fe0e}' | '\u{fe0f}'))
}

/// Whether a character is never drawn: Unicode's `Default_Ignorable_Code_Point`, and the marks around annotations.
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}' | '\u{1160}'
        | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_unseen_is_escaped_and_what_is_read_stays() {
        for hidden in [
            '\0',
            '\u{1b}',
            '\u{7f}',
            '\u{9b}',
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200d}',
            '\u{200f}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{e0041}',
            '\u{e0100}',
        ] {
            let shown = OneLine(&format!("a{hidden}b")).to_string();
            assert_eq!(shown, format!("a\\u{{{:x}}}b", u32::from(hidden)));
        }
        for text in [
            "Ana López",
            "日本語",
            "שלום",
            "no 👍🏽 ⚠\u{fe0f}",
            "n\u{303} \u{a0}\u{2009}\u{ad7}",
            "",
        ] {
            assert_eq!(OneLine(text).to_string(), text);
        }
    }

    #[test]
    fn a_break_is_one_space_and_none_at_an_end() {
        for between in [
            "\n",
            "\r\n",
            "\t",
            "\u{b}",
            "\u{85}",
            "\u{2028}",
            "\u{2029}\n",
        ] {
            let text = format!("{between}a{between}b{between}");
            assert_eq!(OneLine(&text).to_string(), "a b");
        }
    }
}
