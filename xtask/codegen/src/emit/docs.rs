//! Doc comments: the words of a description, as [`words`] writes them, and the generator's own words.

use super::words::{self, code};
use crate::model::{Field, Integer, Notes, Rule, Slot, Type};

/// A piece of documentation: paragraphs and lists, joined by empty lines.
#[derive(Debug, Default)]
pub(crate) struct Docs {
    blocks: Vec<String>,
}

impl Docs {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a paragraph of the generator's own words, which must be markdown. Words of a description must have gone
    /// through [`words`].
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.blocks.push(words::wrap("", "", &text));
        }
    }

    /// Adds items of a list, which must be markdown.
    pub(crate) fn list(&mut self, items: &[String]) {
        let items: Vec<String> = items
            .iter()
            .map(|item| words::wrap("- ", "  ", item))
            .collect();
        if !items.is_empty() {
            self.blocks.push(items.join("\n"));
        }
    }

    /// Adds the description's words.
    pub(crate) fn describe(&mut self, text: &str) {
        self.blocks.extend(words::blocks(text));
    }

    /// Adds the description's words, in one paragraph with the generator's own words before them.
    pub(crate) fn describe_after(&mut self, own: &str, text: &str) {
        self.blocks.extend(words::blocks_after(own, text));
    }

    /// Adds a section without changing its text. The text must not contain words of a description.
    pub(crate) fn add_section(&mut self, section: String) {
        self.blocks.push(section);
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

/// Returns the documentation of a field, a setter or a parameter.
pub(crate) fn field(field: &Field, sent: bool, replacement: Option<&str>) -> Docs {
    let mut docs = Docs::new();
    match field
        .notes
        .description
        .as_ref()
        .or(field.notes.title.as_ref())
    {
        Some(text) if !text.trim().is_empty() => docs.describe(text),
        _ => docs.say(format!("The provider's {}.", code(&field.wire))),
    }
    docs.say(facts(&field.slot, &field.notes, sent).join(" "));
    if let Some(sentence) = deprecated(&field.notes, replacement) {
        docs.say(sentence);
    }
    docs.say(provenance(&field.notes).unwrap_or_default());
    docs
}

/// Returns the documentation of a field on one line, for a list of arguments.
pub(crate) fn argument(field: &Field) -> String {
    let text = field
        .notes
        .description
        .as_ref()
        .or(field.notes.title.as_ref());
    let said = text.map(|text| words::opening(text)).unwrap_or_default();
    let said = if said.is_empty() {
        format!("the provider's {}.", code(&field.wire))
    } else {
        said
    };
    let mut sentences = vec![format!("`{}`: {said}", field.rust)];
    sentences.extend(facts(&field.slot, &field.notes, true));
    sentences.extend(deprecated(&field.notes, None));
    sentences.extend(provenance(&field.notes));
    sentences.join(" ")
}

/// Returns the format, the limits and the default of a value.
fn facts(slot: &Slot, notes: &Notes, sent: bool) -> Vec<String> {
    let mut facts = Vec::new();
    match &slot.value {
        Type::Text(rule) => facts.extend(text_facts(rule)),
        Type::Integer(integer) => facts.extend(integer_facts(*integer)),
        Type::Flag if sent => facts.push("A flag. It is sent as `true`, or not at all.".to_owned()),
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
        facts.push("Can be sent as `null`.".to_owned());
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
        facts.push(format!("Format: {}.", words::paragraph(format)));
    }
    facts
}

/// Returns the deprecation sentence. `replacement` went through [`words`].
pub(crate) fn deprecated(notes: &Notes, replacement: Option<&str>) -> Option<String> {
    notes.deprecated.then(|| match replacement {
        Some(replacement) => format!("Deprecated: {replacement}."),
        None => "Deprecated.".to_owned(),
    })
}

pub(crate) fn provenance(notes: &Notes) -> Option<String> {
    let provenance = notes.provenance.as_ref()?;
    Some(match &provenance.source {
        Some(source) => format!(
            "Provenance: {}, {}.",
            provenance.word(),
            words::link(source)
        ),
        None => format!("Provenance: {}.", provenance.word()),
    })
}
