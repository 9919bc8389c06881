//! The last check of the emitted files before they are written. Rustdoc must find only text, and no file may contain
//! invisible characters.
//!
//! `emit::words` ensures this. The audit proves it for the emitted files, because a mistake there would let a
//! description run code.

use std::collections::BTreeMap;

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag};

use super::visible::is_visible;

/// Checks every Rust file.
pub(crate) fn files(files: &BTreeMap<String, String>) -> Result<(), String> {
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        file(text).map_err(|what| {
            format!("{path} would have {what}: this is a mistake of the generator, so nothing is written")
        })?;
    }
    Ok(())
}

fn file(text: &str) -> Result<(), String> {
    let hidden = text.chars().find(|c| *c != '\n' && !is_visible(*c));
    if let Some(c) = hidden {
        return Err(format!("the character U+{:04X}", u32::from(c)));
    }
    if text.contains("/*") {
        // In strings a comment mark is harmless. The generator emits no such comment.
        let is_comment = |line: &str| line.trim_start().starts_with("/*");
        if text.lines().any(is_comment) {
            return Err("a block comment".to_owned());
        }
    }
    comments(text).iter().try_for_each(|docs| markdown(docs))
}

/// Returns the doc comments, each as rustdoc reads it. No literal that the generator writes has more than one line.
fn comments(text: &str) -> Vec<String> {
    let mut comments: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        let line = line.trim_start();
        let docs = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"));
        if let Some(docs) = docs {
            let docs = docs.strip_prefix(' ').unwrap_or(docs);
            match comments.last_mut().filter(|_| is_open) {
                Some(comment) => {
                    comment.push('\n');
                    comment.push_str(docs);
                }
                None => comments.push(docs.to_owned()),
            }
        }
        is_open = docs.is_some();
    }
    comments
}

/// Checks that a text contains only paragraphs, lists, emphasis, inline code and addresses of pages.
pub(crate) fn markdown(text: &str) -> Result<(), String> {
    // Rustdoc renders with extensions, and looks for tests without them.
    let shown = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION;
    for options in [shown, Options::empty()] {
        // Any text in brackets may be a link to an item.
        let mut item = |link: BrokenLink<'_>| {
            let target = CowStr::from(link.reference.into_string());
            Some((target, CowStr::from("")))
        };
        for event in Parser::new_with_broken_link_callback(text, options, Some(&mut item)) {
            if !is_text(&event) {
                return Err(format!(
                    "more than text in its documentation, {event:?} in {text:?}"
                ));
            }
        }
    }
    Ok(())
}

fn is_text(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => match tag {
            Tag::Paragraph | Tag::List(_) | Tag::Item | Tag::Emphasis | Tag::Strong => true,
            Tag::Link {
                link_type: LinkType::Autolink,
                dest_url,
                ..
            } => dest_url.starts_with("https://"),
            // Our own link, in every enum.
            Tag::Link {
                link_type: LinkType::ShortcutUnknown,
                dest_url,
                ..
            } => dest_url
                .trim_matches('`')
                .strip_suffix("::as_str")
                .is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric())),
            _ => false,
        },
        Event::End(_) | Event::Text(_) | Event::Code(_) => true,
        Event::SoftBreak | Event::HardBreak => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rustdoc_makes_more_of_than_text_is_found() {
        for docs in [
            "a\n\n~~~\nfn main() {}\n~~~",
            "```text\na\n```",
            "    a",
            "a <b>",
            "<div>",
            "[a]",
            "[a](b.html)",
            "[a](https://b.example)",
            "<http://a.example>",
            "<a@b.example>",
            "a[^1]\n\n[^1]: b",
            "a | b\n--|--\nc | d",
            "# a",
            "a\n=",
            "a\n---",
            "> a",
            "~a~",
            "- [ ] a",
            "![a](https://b.example)",
        ] {
            let source = docs.lines().map(|line| format!("    /// {line}\n"));
            assert!(file(&source.collect::<String>()).is_err(), "{docs}");
        }
        for text in ["let a = \"\u{202E}\";", "// \u{1B}", "/* a */", "//! [`a`]"] {
            assert!(file(text).is_err(), "{text}");
        }
        assert_eq!(
            file("/// A `b`, *c*: <https://d.example>.\n///\n/// - [`E::as_str`]\nfn f() {}"),
            Ok(())
        );
    }
}
