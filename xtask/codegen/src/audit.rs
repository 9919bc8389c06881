//! The last check of the emitted files before they are written. Rustdoc must find only text in the documentation, and no file may contain
//! invisible characters.
//!
//! `emit::words` ensures the first, and `visible` the second. The audit checks both again in the emitted files, because a
//! mistake there would let a description run code.

use std::collections::BTreeMap;

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag};

use super::visible::is_visible;

/// Checks every Rust file, and every page that a Rust file includes.
pub(crate) fn files(files: &BTreeMap<String, String>) -> Result<(), String> {
    for (path, text) in files {
        let checked = if path.ends_with(".rs") {
            file(text)
        } else if path.ends_with(".md") {
            page(text)
        } else {
            Ok(())
        };
        checked.map_err(|what| {
            format!("{path} would have {what}: this is a mistake of the generator, so nothing is written")
        })?;
    }
    Ok(())
}

fn visible(text: &str) -> Result<(), String> {
    match text.chars().find(|c| *c != '\n' && !is_visible(*c)) {
        Some(c) => Err(format!("the character U+{:04X}", u32::from(c))),
        None => Ok(()),
    }
}

/// Checks a page, which may also have tables, and links to items of its own crate.
fn page(text: &str) -> Result<(), String> {
    visible(text)?;
    only(text, |event| is_text(event) || is_table(event))
}

fn file(text: &str) -> Result<(), String> {
    visible(text)?;
    if text.contains("/*") {
        // A `/*` inside a string is harmless. Only a line that begins with `/*` counts as a block comment, which the generator never emits.
        let is_comment = |line: &str| line.trim_start().starts_with("/*");
        if text.lines().any(is_comment) {
            return Err("a block comment".to_owned());
        }
    }
    comments(text)
        .iter()
        .try_for_each(|docs| markdown(without_call(docs)?))
}

/// The beginning of the section that shows the call of an operation. It is the last section of the operation's documentation.
const CALL: &str = "\n\n# Call\n\n```no_run\n";

/// Returns the documentation without its section `# Call`, after checking the section. The section contains names and
/// types only: no string, no macro and no comment.
fn without_call(docs: &str) -> Result<&str, String> {
    let Some((docs, section)) = docs.split_once(CALL) else {
        return Ok(docs);
    };
    let code = section
        .strip_suffix("\n```")
        .ok_or("words after its call")?;
    for block in code.split("\n```\n\n```no_run\n") {
        let lines: Vec<&str> = block.lines().collect();
        let [import, "", open, call, "# Ok(())", "# }"] = lines.as_slice() else {
            return Err(format!("more than a call in {block:?}"));
        };
        let is_call = import.starts_with("use ")
            && open.starts_with("# async fn run(")
            && call.ends_with(".await?;")
            && [import, open, call].iter().all(|line| {
                let line = line.strip_prefix("# ").unwrap_or(line);
                line.chars().all(is_of_call) && !line.contains("//")
            });
        if !is_call {
            return Err(format!("more than a call in {block:?}"));
        }
    }
    Ok(docs)
}

fn is_of_call(c: char) -> bool {
    c.is_ascii_alphanumeric() || " _:;,.<>(){}&=?-".contains(c)
}

/// Returns the doc comments, each as rustdoc reads it. A line that begins with `///` or `//!` is always a comment, because the generator
/// never writes a literal of more than one line.
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
    only(text, is_text)
}

fn only(text: &str, is_allowed: impl Fn(&Event<'_>) -> bool) -> Result<(), String> {
    // Rustdoc renders Markdown with extensions, but looks for tests without them. Therefore both readings are checked.
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
            if !is_allowed(&event) {
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
            // The link that the generator itself writes for the variant `Unlisted` of an enum.
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

/// Whether this is a part of a table, or a link to an item of the crate.
fn is_table(event: &Event<'_>) -> bool {
    match event {
        Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell) => true,
        Event::Start(Tag::Link {
            link_type: LinkType::Inline,
            dest_url,
            title,
            ..
        }) => {
            let path = dest_url.strip_prefix("crate::");
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
            title.is_empty() && path.is_some_and(|path| path.chars().all(is_name))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECTION: &str = "A call.\n\n# Call\n\n```no_run\nuse acme::Act;\n\n# async fn run(a: String) -> Result<(), E> {\nclient.send(Act::new(a)).await?;\n# Ok(())\n# }\n```";

    fn commented(docs: &str) -> String {
        docs.lines().map(|line| format!("/// {line}\n")).collect()
    }

    #[test]
    fn a_call_contains_names_only() {
        assert_eq!(file(&commented(SECTION)), Ok(()));
        for (own, other) in [
            ("(a)", "(\"a\")"),
            ("Act::new(a)", "act!(a)"),
            ("(a))", "(a) /* b */)"),
            ("(a: String)", "(a: String) // b"),
            ("# Ok(())", "run();"),
            ("no_run", "should_panic"),
            ("# }", "# }\n# fn main() {}"),
            ("```no_run\n", "```no_run\n\nfn main() {}\n"),
        ] {
            let section = SECTION.replace(own, other);
            assert_ne!(section, SECTION);
            assert!(file(&commented(&section)).is_err(), "{section}");
        }
        for after in ["\n\nwords", "\n\n```\nfn main() {}\n```", "\n\n# Call"] {
            let section = format!("{SECTION}{after}");
            assert!(file(&commented(&section)).is_err(), "{section}");
        }
    }

    #[test]
    fn a_page_has_tables_and_links_to_its_own_items() {
        let table = |cell: &str| format!("| a |\n|---|\n| {cell} |\n");
        assert_eq!(page(&table("`b(`[`C::d`](crate::C::d)`)`")), Ok(()));
        for cell in [
            "[a](b.html)",
            "[a](https://b.example)",
            "<b>",
            "[a](crate::A \"b\")",
            "[a](crate::b.html)",
        ] {
            assert!(page(&table(cell)).is_err(), "{cell}");
        }
        assert!(page("```\na\n```").is_err());
        assert!(page("    a").is_err());
    }

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
