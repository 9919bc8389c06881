//! A description as a tree. The tree keeps order and duplicate keys, so that duplicates can be reported with their
//! place.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};

use super::problem::Problems;

mod yaml;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Value {
    /// Returns the kind of value, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Signed(_) | Self::Unsigned(_) => "an integer",
            Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Map(_) => "an object",
        }
    }
}

/// The maximum nesting of lists and maps. JSON readers stop at 128 levels, and the readers of the tree are recursive.
pub(crate) const DEEPEST: usize = 120;

/// The reason why a text is not a tree. Lines are counted from 1.
enum Broken {
    Syntax(&'static str, String),
    TooDeep(usize),
    TooManyAliases(usize),
}

/// Reads a description: JSON if the file is named `*.json`, else YAML.
pub(crate) fn parse(text: &str, file: &str, problems: &mut Problems) -> Option<Value> {
    // A byte order mark only shows that this is UTF-8.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let parsed = if file.ends_with(".json") {
        json(text)
    } else {
        yaml::parse(text)
    };
    let (what, hint) = match parsed {
        Ok(value) => {
            report_duplicates(&value, "", problems);
            return Some(value);
        }
        Err(Broken::Syntax(language, error)) => (
            format!("this {language} can't be read as a description: {error}"),
            "write one document, without tags, whose keys are strings",
        ),
        Err(Broken::TooDeep(line)) => (
            format!("line {line} has values that are nested more than {DEEPEST} levels deep"),
            "put the inner schema into components/schemas, and refer to it",
        ),
        Err(Broken::TooManyAliases(line)) => (
            format!("the aliases up to line {line} expand to much more than the text contains"),
            "write `$ref` in their place",
        ),
    };
    problems.report("", what, hint);
    None
}

fn json(text: &str) -> Result<Value, Broken> {
    let (mut depth, mut line) = (0_usize, 1);
    let (mut in_text, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'\n' => line += 1,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(Broken::TooDeep(line));
        }
    }
    serde_json::from_str(text).map_err(|error| Broken::Syntax("JSON", error.to_string()))
}

/// Returns the tree as JSON, indented, in its own order.
pub(crate) fn to_json(value: &Value) -> Result<String, String> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|error| error.to_string())
}

/// Returns the tree as JSON on one line.
pub(crate) fn to_line(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Returns the pointer to `key` below `at`.
pub(crate) fn join(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Returns the value at a JSON pointer.
pub(crate) fn at<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    let mut place = value;
    for step in pointer.split('/').skip(1) {
        let key = step.replace("~1", "/").replace("~0", "~");
        place = match place {
            Value::Map(members) => members
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| value)?,
            Value::List(items) => items.get(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(place)
}

fn report_duplicates(value: &Value, at: &str, problems: &mut Problems) {
    match value {
        Value::Map(entries) => {
            let mut seen = std::collections::BTreeSet::new();
            for (key, value) in entries {
                let below = join(at, key);
                if !seen.insert(key) {
                    problems.report(
                        &below,
                        format!("the key `{key}` occurs twice here"),
                        "keep one of them",
                    );
                }
                report_duplicates(value, &below, problems);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                report_duplicates(item, &join(at, &index.to_string()), problems);
            }
        }
        _ => {}
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON can hold")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Signed(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        if value.is_finite() {
            Ok(Value::Float(value))
        } else {
            Err(E::custom("JSON has no such number"))
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key()? {
            map.push((key, entries.next_value()?));
        }
        Ok(Value::Map(map))
    }
}

/// Reads a key: a string, or an integer as YAML reads an unquoted `200:`.
fn key(value: Value) -> Result<String, String> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Signed(number) => Ok(number.to_string()),
        Value::Unsigned(number) => Ok(number.to_string()),
        other => Err(format!("{} as a key: write it in quotes", other.kind())),
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Signed(value) => serializer.serialize_i64(*value),
            Self::Unsigned(value) => serializer.serialize_u64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}
