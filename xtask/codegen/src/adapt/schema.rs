//! Rewrites one schema: first its notes, then its shape, by the rule for its keywords.

use super::{
    Adapter,
    edit::{self, Map, as_map, as_text, get, has, set, text},
    notes::Did,
    one_of::is_null,
    union::is_union,
};
use crate::tree::{self, Value, join};

/// The place of a schema, which determines the notes that the schema may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// In components, or a property.
    Named,
    /// A parameter's schema, an array's items, a map's values, a body.
    Inner,
}

/// The mark of a schema that was replaced by any JSON value. A merge must not treat it as a schema without a shape.
pub(super) const ANY: &str = "x-any";

/// Notes: the keywords that do not describe a value's shape.
const NOTES: &[&str] = &[
    "title",
    "description",
    "default",
    "externalDocs",
    "deprecated",
    "readOnly",
    "writeOnly",
];

/// Extensions of this project that a schema may carry. Other tools' extensions are ignored.
const OWN: &[&str] = &[
    "x-personal",
    "x-secret",
    "x-strict",
    "x-rust-name",
    "x-provenance",
];

/// Keywords that have a rule of their own.
pub(super) const KEYWORDS: &[&str] = &[
    "type",
    "format",
    "enum",
    "const",
    "properties",
    "required",
    "items",
    "additionalProperties",
    "allOf",
    "oneOf",
    "anyOf",
    "nullable",
];

/// Keywords that restrict a value. A restriction that the generated code does not check becomes documentation.
pub(super) const LIMITS: &[&str] = &[
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "enum",
    "const",
    "format",
];

/// The depth of nested schemas at which a rewrite stops. Every level is a nested call.
const DEEPEST: usize = 60;

impl Adapter<'_, '_> {
    /// Returns the schema in the strict dialect. A part that no rule rewrites stays unchanged, and the generator refuses it.
    pub(super) fn schema(&mut self, value: &Value, at: &str, role: Role) -> Value {
        let members = match value {
            Value::Map(members) => members,
            Value::Bool(true) => return Value::Map(Vec::new()),
            other => return other.clone(),
        };
        if self.depth >= DEEPEST {
            return self.any(Map::new(), "a schema that is nested too deeply", at);
        }
        self.depth += 1;
        let out = self.rewritten(members, at, role);
        self.depth -= 1;
        out
    }

    fn rewritten(&mut self, members: &Map, at: &str, role: Role) -> Value {
        let mut out = self.notes_of(members, at, role);
        if has(members, "$ref") {
            return self.reference(members, out, at, role);
        }
        let mut null = edit::is_true(members, "nullable");
        let mut words = types(members);
        let before = words.len();
        words.retain(|word| word != "null");
        null |= before != words.len();
        let value = if has(members, "allOf") {
            self.all_of(members, out, at, role)
        } else if has(members, "oneOf") || has(members, "anyOf") {
            self.one_of(members, out, at, role)
        } else {
            let word = match words.as_slice() {
                [word] => Some(word.clone()),
                [] => inferred(members),
                [one, other] if is_number(one) && is_number(other) => Some("number".to_owned()),
                _ => {
                    self.limits(members, &mut out, &[], at);
                    return self.any(out, "a value of several types becomes any JSON value", at);
                }
            };
            match word.as_deref() {
                Some("string") => null |= self.string(members, &mut out, at),
                Some("integer") => self.integer(members, &mut out, at),
                Some("number") => self.number(members, &mut out, at),
                Some("boolean") => {
                    set(&mut out, "type", edit::words("boolean"));
                    self.limits(members, &mut out, &[], at);
                }
                Some("array") => self.array(members, &mut out, at),
                Some("object") => self.object(members, &mut out, at),
                Some(other) => set(&mut out, "type", edit::words(other)),
                None => self.limits(members, &mut out, &[], at),
            }
            Value::Map(out)
        };
        if null { with_null(value) } else { value }
    }

    /// Returns the notes that a schema may have in this place.
    fn notes_of(&mut self, members: &Map, at: &str, role: Role) -> Map {
        let mut out = Map::new();
        for (key, value) in members {
            let is_kept = match key.as_str() {
                "title" | "description" => as_text(value).is_some(),
                "default" => true,
                "externalDocs" => as_map(value).is_some_and(is_docs),
                "deprecated" | "readOnly" | "writeOnly" => {
                    role == Role::Named && *value == Value::Bool(true)
                }
                "x-personal" | "x-secret" => role == Role::Named && matches!(value, Value::Bool(_)),
                key if OWN.contains(&key) => role == Role::Named,
                _ => false,
            };
            if is_kept {
                out.push((key.clone(), value.clone()));
            } else if key.starts_with("x-") {
                self.note(Did::ReadPast, "extensions of other tools", at);
            } else if matches!(key.as_str(), "example" | "examples") {
                self.note(Did::ReadPast, "examples", at);
            }
        }
        if has(&out, "readOnly") && has(&out, "writeOnly") {
            self.note(Did::ReadPast, "`readOnly` and `writeOnly` together", at);
            out.retain(|(key, _)| key != "readOnly" && key != "writeOnly");
        }
        out
    }

    /// Appends to the schema's `description` the limits that the generated code does not check.
    pub(super) fn limits(&mut self, members: &Map, out: &mut Map, checked: &[&str], at: &str) {
        let mut lines = Vec::new();
        for (key, value) in members {
            let key = key.as_str();
            if LIMITS.contains(&key) && !checked.contains(&key) {
                lines.push(format!("`{key}: {}`", tree::to_line(value)));
                self.note(
                    Did::Narrowed,
                    "limits that are not checked stay as documentation",
                    at,
                );
            } else if matches!(
                key,
                "not"
                    | "if"
                    | "then"
                    | "else"
                    | "dependentSchemas"
                    | "dependentRequired"
                    | "propertyNames"
                    | "contains"
                    | "prefixItems"
                    | "patternProperties"
                    | "unevaluatedProperties"
                    | "discriminator"
            ) {
                self.note(Did::Narrowed, "rules that no client checks", at);
            }
        }
        if lines.is_empty() {
            return;
        }
        let mut description = text(out, "description").unwrap_or_default().to_owned();
        if !description.is_empty() {
            description += "\n\n";
        }
        description += &format!("Not checked before sending: {}.", lines.join(", "));
        set(out, "description", Value::Text(description));
    }

    /// Appends to the schema's `description` the limits beside `allOf`, `oneOf` or `anyOf`. Keywords with a rule of their own do not count
    /// as limits.
    pub(super) fn limits_beside(&mut self, members: &Map, out: &mut Map, at: &str) {
        let beside: Map = members
            .iter()
            .filter(|(key, _)| !KEYWORDS.contains(&key.as_str()) && key != "discriminator")
            .cloned()
            .collect();
        self.limits(&beside, out, &[], at);
    }

    /// Returns a schema for any JSON value, with the notes that the strict dialect allows.
    pub(super) fn any(&mut self, notes: Map, what: &'static str, at: &str) -> Value {
        self.note(Did::Narrowed, what, at);
        let mut out = notes;
        out.retain(|(key, _)| NOTES.contains(&key.as_str()) || OWN.contains(&key.as_str()));
        set(&mut out, ANY, Value::Bool(true));
        Value::Map(out)
    }

    fn array(&mut self, members: &Map, out: &mut Map, at: &str) {
        set(out, "type", edit::words("array"));
        let items = match get(members, "items") {
            Some(items @ Value::Map(_)) => self.schema(items, &join(at, "items"), Role::Inner),
            _ => {
                self.note(
                    Did::Narrowed,
                    "items without one schema become any JSON value",
                    at,
                );
                Value::Map(Vec::new())
            }
        };
        set(out, "items", items);
        self.limits(members, out, &[], at);
    }
}

/// Returns whether the address of an `externalDocs` can be printed.
pub(super) fn is_docs(docs: &Map) -> bool {
    let is_printable = |url: &str| {
        (url.starts_with("https://") || url.starts_with("http://"))
            && url
                .chars()
                .all(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '`' | '|' | '\\'))
    };
    text(docs, "url").is_some_and(is_printable)
        && docs.iter().all(|(key, value)| {
            matches!(key.as_str(), "url" | "description") && as_text(value).is_some()
        })
}

/// Returns the words of `type`.
pub(super) fn types(members: &Map) -> Vec<String> {
    match get(members, "type") {
        Some(Value::Text(word)) => vec![word.clone()],
        Some(Value::List(words)) => edit::texts(words),
        _ => Vec::new(),
    }
}

fn is_number(word: &str) -> bool {
    matches!(word, "integer" | "number")
}

/// Returns the only type that a schema without `type` can have.
fn inferred(members: &Map) -> Option<String> {
    let values = edit::list(members, "enum");
    let is_text = |value: &Value| matches!(value, Value::Text(_) | Value::Null);
    let word = if has(members, "properties")
        || has(members, "additionalProperties")
        || has(members, "required")
    {
        "object"
    } else if has(members, "items") {
        "array"
    } else if !values.is_empty() && values.iter().all(is_text)
        || get(members, "const").is_some_and(|value| as_text(value).is_some())
    {
        "string"
    } else {
        return None;
    };
    Some(word.to_owned())
}

/// Returns whether a schema does not describe a value's shape.
pub(super) fn is_blank(value: &Value) -> bool {
    as_map(value).is_some_and(|map| {
        map.iter()
            .all(|(key, _)| NOTES.contains(&key.as_str()) || OWN.contains(&key.as_str()))
    })
}

/// Returns the schema, with null as a further value.
pub(super) fn with_null(value: Value) -> Value {
    let Value::Map(mut map) = value else {
        return value;
    };
    if let Some(Value::Text(word)) = get(&map, "type") {
        let words = vec![Value::Text(word.clone()), edit::words("null")];
        set(&mut map, "type", Value::List(words));
    } else if let Some(target) = edit::take(&mut map, "$ref") {
        let null = edit::one("type", edit::words("null"));
        set(
            &mut map,
            "oneOf",
            Value::List(vec![edit::one("$ref", target), null]),
        );
    } else if is_union(&map) {
        if let Some(Value::List(variants)) = edit::get_mut(&mut map, "anyOf") {
            let null = edit::one("type", edit::words("null"));
            if !variants.contains(&null) {
                variants.push(null);
            }
        }
    }
    Value::Map(map)
}

/// Returns the schema without the value null, and whether it allowed null.
pub(super) fn without_null(value: Value) -> (Value, bool) {
    let Value::Map(mut map) = value else {
        return (value, false);
    };
    if let [Value::Text(word), Value::Text(_)] = edit::list(&map, "type") {
        let word = Value::Text(word.clone());
        set(&mut map, "type", word);
        return (Value::Map(map), true);
    }
    if let [Value::Map(first), _] = edit::list(&map, "oneOf") {
        if let Some(target) = get(first, "$ref").cloned() {
            edit::take(&mut map, "oneOf");
            set(&mut map, "$ref", target);
            return (Value::Map(map), true);
        }
    }
    if is_union(&map) {
        if let Some(Value::List(variants)) = edit::get_mut(&mut map, "anyOf") {
            let before = variants.len();
            variants.retain(|variant| !is_null(variant));
            let was_nullable = variants.len() < before;
            return (Value::Map(map), was_nullable);
        }
    }
    (Value::Map(map), false)
}

/// Adds the surrounding notes to a schema. They replace the schema's own notes of the same name.
pub(super) fn noted(value: Value, notes: Map) -> Value {
    let Value::Map(mut map) = value else {
        return value;
    };
    for (key, note) in notes {
        set(&mut map, &key, note);
    }
    Value::Map(map)
}
