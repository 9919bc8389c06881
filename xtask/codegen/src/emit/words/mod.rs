//! Writes a description's words as markdown that rustdoc displays without compiling any part of it.
//!
//! All words of a description go through this module. The module reads the words as CommonMark, which OpenAPI
//! prescribes, with the extension for tables. It writes paragraphs, lists, emphasis, inline code and addresses.
//! Everything else becomes escaped text. Therefore the output has no code block and no doctest, no tag, no link except
//! to a page by https, no reference, no heading and no table.
//!
//! The output is one or more lines of *pieces*: words between spaces, where a line may be broken. [`GLUE`] is a space
//! inside a piece. [`BREAK`] is a separate piece that ends a line. A description's text contains neither character,
//! because [`shown`] has replaced its invisible characters.

mod reader;

use crate::visible::shown;

/// A space at which no line is broken.
const GLUE: char = '\u{E000}';
/// The end of a line.
const BREAK: &str = "\u{E001}";

/// Writes any text as inline code.
pub(crate) fn code(text: &str) -> String {
    let text = shown(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 || text.is_empty() || text.starts_with(' ') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}").replace(' ', &String::from(GLUE))
}

/// Writes a link to a page, if the page is reached by https. Otherwise writes the address as inline code.
pub(crate) fn link(url: &str) -> String {
    let is_page = url.strip_prefix("https://").is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && rest.chars().all(is_of_address)
    });
    if is_page {
        format!("<{url}>")
    } else {
        code(url)
    }
}

fn is_of_address(c: char) -> bool {
    c.is_ascii_graphic() && !"<>\"`\\^{}|".contains(c)
}

/// Returns the blocks of a text, each with its lines broken. A list is one block if each of its items is one paragraph.
pub(crate) fn blocks(text: &str) -> Vec<String> {
    blocks_after("", text)
}

/// Returns the blocks of a text like [`blocks`], with the generator's own words before the text. `own` must consist of
/// pieces.
pub(crate) fn blocks_after(own: &str, text: &str) -> Vec<String> {
    let mut read = reader::read(text);
    match read.first_mut() {
        Some(first) if first.marker.is_empty() && !own.is_empty() => {
            first.words = format!("{own} {}", first.words);
        }
        _ if own.is_empty() => {}
        _ => read.insert(0, reader::Block::own(own)),
    }
    let mut blocks: Vec<String> = Vec::new();
    for block in read {
        let written = wrap(&block.marker, &block.indent, &block.words);
        match blocks.last_mut() {
            Some(last) if block.is_joined => {
                last.push('\n');
                last.push_str(&written);
            }
            _ => blocks.push(written),
        }
    }
    blocks
}

/// Returns the whole text in one paragraph, for use among other words.
pub(crate) fn paragraph(text: &str) -> String {
    let blocks: Vec<String> = reader::read(text)
        .into_iter()
        .map(|block| block.words)
        .collect();
    blocks.join(" ").replace(BREAK, " ")
}

/// Returns the first paragraph of a text, for use among other words.
pub(crate) fn opening(text: &str) -> String {
    let first = reader::read(text).into_iter().next();
    first.map_or(String::new(), |block| block.words.replace(BREAK, " "))
}

/// Returns markdown on one line, for a place that allows only one line.
pub(crate) fn line(words: &str) -> String {
    wrapped("", "", &words.replace(BREAK, " "), usize::MAX).replace(GLUE, " ")
}

/// Returns the first sentence of a text. A sentence ends with a period before a space.
pub(crate) fn first_sentence(text: &str) -> String {
    let line = text
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    match line.split_once(". ") {
        Some((head, _)) => format!("{head}."),
        None => line,
    }
}

/// The width that rustfmt's width leaves for text after one level of indentation and `/// `.
const WIDTH: usize = 92;

/// Breaks lines, and escapes the first word of each line that would begin a list, a heading, a table or a quotation.
pub(super) fn wrap(marker: &str, indent: &str, words: &str) -> String {
    wrapped(marker, indent, words, WIDTH).replace(GLUE, " ")
}

fn wrapped(marker: &str, indent: &str, words: &str, width: usize) -> String {
    let mut out = marker.to_owned();
    let mut used = marker.chars().count();
    let (mut begins, mut breaks) = (true, false);
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        if word == BREAK {
            breaks = !begins;
            continue;
        }
        let length = word.chars().count();
        if !begins {
            if breaks || used + 1 + length > width {
                out.push_str(if breaks { "\\\n" } else { "\n" });
                out.push_str(indent);
                used = indent.len();
                begins = true;
            } else {
                out.push(' ');
                used += 1;
            }
        }
        if begins {
            let safe = as_beginning(word);
            used += safe.chars().count();
            out.push_str(&safe);
        } else {
            used += length;
            out.push_str(word);
        }
        (begins, breaks) = (false, false);
    }
    out
}

/// Escapes the first word of a line, if it would begin a list, a heading, a table or a quotation.
fn as_beginning(word: &str) -> String {
    if word.starts_with(['#', '>', '+', '-', '=', '|', ':']) {
        return format!("\\{word}");
    }
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() < word.len() && rest.starts_with(['.', ')']) {
        let (number, rest) = word.split_at(word.len() - rest.len());
        return format!("{number}\\{rest}");
    }
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_something_to_rustdoc_is_escaped() {
        for (text, written) in [
            ("a ~~~ fence", "a \\~\\~\\~ fence"),
            ("a <b>bold</b> word", "a \\<b>bold\\</b> word"),
            ("[a](b.html) and [`Vec`]", "a and \\[`Vec`\\]"),
            (
                "[a][b]\n\n[b]: https://c.example",
                "a (<https://c.example>)",
            ),
            (
                "see [a](https://b.example/c)",
                "see a (<https://b.example/c>)",
            ),
            ("https://[b.example](c)", "https:\\//b.example"),
            ("http[s](c)://b.example", "https:\\//b.example"),
            ("at http://b.example.", "at `http://b.example`."),
            ("at https://b.example/c.", "at <https://b.example/c>."),
            (
                "![a](https://b.example/c.png)",
                "a (<https://b.example/c.png>)",
            ),
            ("a &lt;b&gt; &amp;lt; c", "a \\<b> \\&lt; c"),
            (
                "snake_case and *stress* and `co`",
                "snake_case and *stress* and `co`",
            ),
            ("a_ _b", "a\\_ \\_b"),
            ("2 * 3", "2 \\* 3"),
            ("\u{202E}a\u{0}\u{200B}", "\u{FFFD}a\u{FFFD}\u{FFFD}"),
            ("\\# no\n\n&#35; no", "\\# no|\\# no"),
            ("# Head", "**Head**"),
            ("1\\. one\n-- two", "1\\. one -- two"),
            ("- a\n- b\n  1. c\n\n> d", "- a\n- b|  1. c|d"),
            ("```rust\nx\n\ny\n```", "`x`\\\n`y`"),
            ("    let x", "`let x`"),
            ("a<br>b", "a\\\nb"),
            ("`a`http://b.example", "`a` `http://b.example`"),
            ("| a | b |\n|---|---|\n| c | d |", "- a | b\n- c | d"),
            ("", ""),
        ] {
            assert_eq!(blocks(text).join("|"), written, "{text}");
        }
    }

    #[test]
    fn no_line_begins_what_a_word_does_not() {
        let long = "word ".repeat(17);
        for word in [
            "-", "+", "#", "1.", "2)", ">", "=", "---", "|--|", ":", "~~~", "***", "____",
        ] {
            let written = blocks(&format!("{long}{word} {word} {word} end")).join("\n\n");
            for line in written.lines() {
                assert!(!line.starts_with(word), "{written}");
            }
        }
    }

    #[test]
    fn inline_code_is_kept_whole() {
        assert_eq!(line(&code("a `b` c")), "`` a `b` c ``");
        let words = format!("{} {}", "word ".repeat(17), code("a |--| b"));
        assert!(wrap("", "", &words).ends_with("\n`a |--| b`"), "{words}");
    }
}
