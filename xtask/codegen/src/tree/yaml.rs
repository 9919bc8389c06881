//! Reads YAML event by event. Nesting and the expansion of aliases are bounded during reading.

use std::{borrow::Cow, collections::BTreeMap};

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::{Broken, DEEPEST, Value};

/// A list or map that is being read, with the number of its anchor. 0 stands for no anchor.
enum Open {
    List(usize, Vec<Value>),
    Map(usize, Vec<(String, Value)>, Option<String>),
}

/// The state of reading.
struct Reader {
    open: Vec<Open>,
    whole: Option<Value>,
    anchors: BTreeMap<usize, Value>,
    /// The number of bytes that may still be copied for anchors and aliases.
    left: usize,
}

pub(super) fn parse(text: &str) -> Result<Value, Broken> {
    let mut reader = Reader {
        open: Vec::new(),
        whole: None,
        anchors: BTreeMap::new(),
        left: text.len().saturating_mul(4).saturating_add(1_000_000),
    };
    let mut documents = 0_u32;
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| match error.info() {
            // The parser reads ahead, and has its own limit.
            "recursion limit exceeded" => Broken::TooDeep(error.marker().line()),
            _ => syntax(error.to_string()),
        })?;
        let line = span.start.line();
        match event {
            Event::DocumentStart(_) if documents > 0 => {
                return Err(syntax(format!(
                    "more than one document, the second at line {line}"
                )));
            }
            Event::DocumentStart(_) => documents += 1,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            event => reader.read(event, line)?,
        }
    }
    Ok(reader.whole.unwrap_or(Value::Null))
}

impl Reader {
    fn read(&mut self, event: Event<'_>, line: usize) -> Result<(), Broken> {
        let (value, anchor) = match event {
            Event::SequenceStart(anchor, tag) => {
                untagged(tag.as_deref(), line)?;
                return self.open(Open::List(anchor, Vec::new()), line);
            }
            Event::MappingStart(anchor, tag) => {
                untagged(tag.as_deref(), line)?;
                return self.open(Open::Map(anchor, Vec::new(), None), line);
            }
            Event::Scalar(text, style, anchor, tag) => {
                (scalar(text, style, tag.as_deref(), line)?, anchor)
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(value) => {
                    let value = value.clone();
                    self.copy(&value, line)?;
                    (value, 0)
                }
                None => {
                    return Err(syntax(format!(
                        "an alias inside its own anchor at line {line}"
                    )));
                }
            },
            _ => match self.open.pop() {
                Some(Open::List(anchor, items)) => (Value::List(items), anchor),
                Some(Open::Map(anchor, entries, _)) => (Value::Map(entries), anchor),
                None => return Ok(()),
            },
        };
        if anchor != 0 {
            self.copy(&value, line)?;
            self.anchors.insert(anchor, value.clone());
        }
        self.add(value, line)
    }

    fn open(&mut self, open: Open, line: usize) -> Result<(), Broken> {
        if self.open.len() == DEEPEST {
            return Err(Broken::TooDeep(line));
        }
        self.open.push(open);
        Ok(())
    }

    /// Counts a copy against the limit.
    fn copy(&mut self, value: &Value, line: usize) -> Result<(), Broken> {
        self.left = self
            .left
            .checked_sub(weight(value))
            .ok_or(Broken::TooManyAliases(line))?;
        Ok(())
    }

    fn add(&mut self, value: Value, line: usize) -> Result<(), Broken> {
        match self.open.last_mut() {
            None => self.whole = Some(value),
            Some(Open::List(_, items)) => items.push(value),
            Some(Open::Map(_, entries, key)) => match key.take() {
                Some(key) => entries.push((key, value)),
                None => {
                    let found = super::key(value);
                    *key = Some(found.map_err(|what| syntax(format!("{what}, at line {line}")))?);
                }
            },
        }
        Ok(())
    }
}

fn syntax(what: String) -> Broken {
    Broken::Syntax("YAML", what)
}

/// Returns the approximate size of a value in bytes.
fn weight(value: &Value) -> usize {
    64 + match value {
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(weight).sum(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, value)| key.len() + weight(value))
            .sum(),
        _ => 0,
    }
}

fn untagged(tag: Option<&Tag>, line: usize) -> Result<(), Broken> {
    match tag {
        None => Ok(()),
        Some(tag) => Err(syntax(format!("the tag `{tag}` at line {line}"))),
    }
}

fn scalar(
    text: Cow<'_, str>,
    style: ScalarStyle,
    tag: Option<&Tag>,
    line: usize,
) -> Result<Value, Broken> {
    let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
    if !is_text {
        untagged(tag, line)?;
    }
    if is_text || style != ScalarStyle::Plain {
        return Ok(Value::Text(text.into_owned()));
    }
    match plain(&text) {
        Some(Value::Float(number)) if !number.is_finite() => Err(syntax(format!(
            "JSON has no such number as `{text}`, at line {line}"
        ))),
        Some(value) => Ok(value),
        None => Ok(Value::Text(text.into_owned())),
    }
}

/// Returns the meaning of an unquoted scalar, if it is not a string: the core schema of YAML 1.2, section 10.3.
fn plain(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => return Some(Value::Float(f64::NAN)),
        _ => {}
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(Value::Float(f64::INFINITY));
    }
    let (digits, radix) = match unsigned.split_at_checked(2) {
        Some(("0x", digits)) => (digits, 16),
        Some(("0o", digits)) => (digits, 8),
        _ => (unsigned, 10),
    };
    if !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix)) {
        // Digits with a leading zero may be an identifier, such as a postal code. Therefore the value stays a string.
        if radix == 10 && digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        let number = u64::from_str_radix(digits, radix).ok();
        let integer = match (number, negative) {
            (Some(number), false) => Some(Value::Unsigned(number)),
            (Some(number), true) => 0_i64.checked_sub_unsigned(number).map(Value::Signed),
            (None, _) => None,
        };
        if integer.is_some() || radix != 10 {
            return integer;
        }
    }
    // Rust would also accept `inf`, `nan` and similar words, which are strings in YAML.
    let begins = unsigned
        .trim_start_matches('.')
        .starts_with(|c: char| c.is_ascii_digit());
    let number = begins.then(|| unsigned.parse::<f64>().ok()).flatten()?;
    Some(Value::Float(if negative { -number } else { number }))
}
