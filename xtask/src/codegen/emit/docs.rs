//! Doc comments: a description's words, made safe for rustdoc.

use crate::codegen::model::{Field, Integer, Notes, Rule, Slot, Type};

/// Room for text beside `/// ` and one level of indentation, within rustfmt's width.
const WIDTH: usize = 92;

/// A piece of documentation: paragraphs and lists, joined by empty lines.
#[derive(Debug, Default)]
pub(crate) struct Docs {
    blocks: Vec<String>,
}

impl Docs {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A paragraph of our own words, which are markdown already.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.blocks.push(wrap("", &text));
        }
    }

    /// Items of a list, markdown already.
    pub(crate) fn list(&mut self, items: &[String]) {
        let items: Vec<String> = items.iter().map(|item| wrap("- ", item)).collect();
        if !items.is_empty() {
            self.blocks.push(items.join("\n"));
        }
    }

    /// The description's words.
    pub(crate) fn describe(&mut self, text: &str) {
        self.blocks.extend(markdown(text));
    }

    pub(crate) fn lines(&self, prefix: &str) -> String {
        let mut out = String::new();
        for line in self.blocks.join("\n\n").lines() {
            out.push_str(prefix);
            if !line.is_empty() {
                out.push(' ');
                out.push_str(line);
            }
            out.push('\n');
        }
        out
    }
}

/// The documentation of a field, a setter or a parameter.
pub(crate) fn field(field: &Field, sent: bool, replacement: Option<&str>) -> Docs {
    let mut docs = Docs::new();
    match field
        .notes
        .description
        .as_ref()
        .or(field.notes.title.as_ref())
    {
        Some(text) if !text.trim().is_empty() => docs.describe(text),
        _ => docs.say(format!("The vendor's `{}`.", field.wire)),
    }
    docs.say(facts(&field.slot, &field.notes, sent).join(" "));
    if let Some(sentence) = deprecated(&field.notes, replacement) {
        docs.say(sentence);
    }
    docs.say(provenance(&field.notes).unwrap_or_default());
    docs
}

/// The same on one line, for a list of arguments.
pub(crate) fn argument(field: &Field) -> String {
    let mut docs = Docs::new();
    match field
        .notes
        .description
        .as_ref()
        .or(field.notes.title.as_ref())
    {
        Some(text) if !text.trim().is_empty() => docs.describe(text),
        _ => docs.say(format!("the vendor's `{}`.", field.wire)),
    }
    docs.blocks.truncate(1);
    let mut sentences = vec![format!(
        "`{}`: {}",
        field.rust,
        docs.blocks.join(" ").replace('\n', " ")
    )];
    sentences.extend(facts(&field.slot, &field.notes, true));
    sentences.extend(deprecated(&field.notes, None));
    sentences.extend(provenance(&field.notes));
    sentences.join(" ")
}

/// Format, limits and default.
fn facts(slot: &Slot, notes: &Notes, sent: bool) -> Vec<String> {
    let mut facts = Vec::new();
    match &slot.value {
        Type::Text(rule) => facts.extend(text_facts(rule)),
        Type::Integer(integer) => facts.extend(integer_facts(*integer)),
        Type::Flag if sent => facts.push("A flag: sent as `true`, or not at all.".to_owned()),
        Type::Free => facts.push("Any JSON value.".to_owned()),
        Type::List(items) => {
            if let Type::Text(rule) = &items.value {
                let inner = text_facts(rule);
                if !inner.is_empty() {
                    facts.push(format!("Each: {}", inner.join(" ")));
                }
            }
        }
        _ => {}
    }
    if sent && slot.nullable {
        facts.push("May be sent as `null`.".to_owned());
    }
    if let Some(default) = &notes.default {
        facts.push(format!("Default: {}.", code(default)));
    }
    facts
}

fn integer_facts(integer: Integer) -> Option<String> {
    Some(match (integer.minimum, integer.maximum) {
        (None, None) => return None,
        (Some(min), None) => format!("At least {min}."),
        (None, Some(max)) => format!("At most {max}."),
        (Some(min), Some(max)) => format!("From {min} to {max}."),
    })
}

fn text_facts(rule: &Rule) -> Vec<String> {
    let mut facts = Vec::new();
    let plural = |count: u32| {
        if count == 1 {
            "character"
        } else {
            "characters"
        }
    };
    match (rule.min_length.filter(|min| *min > 0), rule.max_length) {
        (None, None) => {}
        (Some(min), None) => facts.push(format!("At least {min} {}.", plural(min))),
        (None, Some(max)) => facts.push(format!("At most {max} {}.", plural(max))),
        (Some(min), Some(max)) if min == max => {
            facts.push(format!("Exactly {min} {}.", plural(min)))
        }
        (Some(min), Some(max)) => facts.push(format!("{min} to {max} characters.")),
    }
    if let Some(pattern) = &rule.pattern {
        facts.push(format!("Pattern: {}.", code(pattern)));
    }
    if let Some(format) = &rule.format {
        facts.push(format!("Format: {format}."));
    }
    facts
}

pub(crate) fn deprecated(notes: &Notes, replacement: Option<&str>) -> Option<String> {
    notes.deprecated.then(|| match replacement {
        Some(replacement) => format!("Deprecated: {replacement}."),
        None => "Deprecated.".to_owned(),
    })
}

pub(crate) fn provenance(notes: &Notes) -> Option<String> {
    let provenance = notes.provenance.as_ref()?;
    Some(match &provenance.source {
        Some(source) => format!("Provenance: {}, <{source}>.", provenance.word()),
        None => format!("Provenance: {}.", provenance.word()),
    })
}

/// Inline code, whatever it holds.
pub(crate) fn code(text: &str) -> String {
    let text = printable(text).replace('\n', " ");
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 || text.is_empty() || text.starts_with(' ') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The first sentence of a text, on one line; the end of a sentence is a period before a space.
pub(crate) fn first_sentence(text: &str) -> String {
    let line = text
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    match line.find(". ") {
        Some(end) => line
            .chars()
            .take(line.get(..=end).map_or(0, |head| head.chars().count()))
            .collect(),
        None => line,
    }
}

/// A description's text as blocks of safe markdown.
pub(crate) fn markdown(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    // The block that is being read: a paragraph, or a list of items.
    let mut items: Vec<(String, String)> = Vec::new();
    let mut fence: Option<Vec<String>> = None;
    let finish = |items: &mut Vec<(String, String)>, blocks: &mut Vec<String>| {
        let lines: Vec<String> = items
            .iter()
            .map(|(marker, text)| wrap(marker, &escape(text)))
            .collect();
        if !lines.is_empty() {
            blocks.push(lines.join("\n"));
        }
        items.clear();
    };
    for line in printable(text).lines() {
        let trimmed = line.trim();
        if let Some(code) = &mut fence {
            if trimmed.starts_with("```") {
                code.push("```".to_owned());
                blocks.push(code.join("\n"));
                fence = None;
            } else {
                code.push(line.trim_end().to_owned());
            }
            continue;
        }
        if trimmed.starts_with("```") {
            finish(&mut items, &mut blocks);
            // Never a doctest, whatever language the description names.
            fence = Some(vec!["```text".to_owned()]);
        } else if trimmed.is_empty() {
            finish(&mut items, &mut blocks);
        } else if let Some((marker, rest)) = list_item(trimmed) {
            if items.last().is_some_and(|(marker, _)| marker.is_empty()) {
                finish(&mut items, &mut blocks);
            }
            items.push((marker, rest.to_owned()));
        } else if let Some((_, text)) = items.last_mut() {
            text.push(' ');
            text.push_str(trimmed);
        } else {
            items.push((String::new(), trimmed.to_owned()));
        }
    }
    if let Some(mut code) = fence {
        code.push("```".to_owned());
        blocks.push(code.join("\n"));
    }
    finish(&mut items, &mut blocks);
    blocks
}

fn list_item(line: &str) -> Option<(String, &str)> {
    let (marker, rest) = line.split_once(' ')?;
    let number = marker
        .strip_suffix('.')
        .or_else(|| marker.strip_suffix(')'));
    if matches!(marker, "-" | "*" | "+") {
        Some(("- ".to_owned(), rest.trim_start()))
    } else if number.is_some_and(|number| {
        !number.is_empty() && number.len() < 4 && number.bytes().all(|b| b.is_ascii_digit())
    }) {
        Some((format!("{marker} "), rest.trim_start()))
    } else {
        None
    }
}

/// Leaves out what a terminal or an editor would obey instead of showing it.
fn printable(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control() && c != '\n'
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    text.replace("\r\n", "\n")
        .replace('\t', " ")
        .replace(hidden, "\u{FFFD}")
}

/// Escapes what rustdoc would take for a link or a tag, and makes web addresses links. Inline code stays as it is.
fn escape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    if rest.starts_with(['#', '>']) {
        out.push('\\');
    }
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            let ticks = rest.len() - rest.trim_start_matches('`').len();
            let (fence, after) = rest.split_at(ticks);
            match after.find(fence) {
                Some(end) => {
                    let (inner, after) = after.split_at(end);
                    out.push_str(fence);
                    out.push_str(inner);
                    out.push_str(fence);
                    rest = after.get(ticks..).unwrap_or_default();
                }
                None => {
                    out.push_str(&"\\`".repeat(ticks));
                    rest = after;
                }
            }
            continue;
        }
        if rest.starts_with("https://") || rest.starts_with("http://") {
            let end = rest
                .find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`'))
                .unwrap_or(rest.len());
            let (word, _) = rest.split_at(end);
            let url = word.trim_end_matches(['.', ',', ';', ':', ')', ']', '!', '?', '\'', '*']);
            out.push_str(&format!("<{url}>"));
            rest = rest.get(url.len()..).unwrap_or_default();
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        // An address that is in angle brackets already gets its own.
        let closes_address = c == '>' && out.ends_with('>');
        if (c == '<' && rest.starts_with("http")) || closes_address {
            continue;
        }
        if matches!(c, '[' | ']' | '<') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// Breaks lines, but never so that a line begins like a list, a heading or a quotation.
fn wrap(marker: &str, text: &str) -> String {
    let indent = " ".repeat(marker.len());
    let mut out = marker.to_owned();
    let mut width = marker.len();
    for (index, word) in text.split_whitespace().enumerate() {
        let length = word.chars().count();
        let begins_block = word.starts_with(['#', '>', '+', '|', '=', '~'])
            || matches!(word, "-" | "*")
            || word
                .trim_end_matches(['.', ')'])
                .bytes()
                .all(|b| b.is_ascii_digit())
            || word.starts_with("--")
            || word.starts_with("```");
        if index > 0 {
            if width + 1 + length > WIDTH && !begins_block {
                out.push('\n');
                out.push_str(&indent);
                width = indent.len();
            } else {
                out.push(' ');
                width += 1;
            }
        }
        out.push_str(word);
        width += length;
    }
    out
}
