//! Reads schemas: the part of JSON Schema that has a counterpart in a typed client.

use super::{
    Choice, Kind, Notes, Rule, Schema,
    notes::{Role, schema_notes},
    number,
    object::{Node, Object},
    record::record,
    union,
};
use crate::{
    identifiers, pattern,
    problem::Problems,
    tree::{Value, join},
};

pub(super) const SCHEMAS: &str = "#/components/schemas/";

pub(crate) fn schema(node: Node<'_>, role: Role, p: &mut Problems) -> Schema {
    let at = node.at.clone();
    let broken = |at: String| Schema {
        at,
        kind: Kind::Broken,
        nullable: false,
        notes: Notes::default(),
    };
    if let Value::Bool(_) = node.value {
        p.report(
            &at,
            "a boolean schema is not supported",
            "write `{}` for any JSON value",
        );
        return broken(at);
    }
    let Some(mut object) = node.object(p) else {
        return broken(at);
    };
    let notes = schema_notes(&mut object, role, p);
    let (kind, nullable, thing) = if object.has("$ref") {
        (
            reference(&mut object, SCHEMAS, p).map_or(Kind::Broken, Kind::Reference),
            false,
            "a reference".to_owned(),
        )
    } else if let Some(word) = union::word(&object) {
        let (kind, nullable) = union::one_of(&mut object, word, p);
        (kind, nullable, format!("a schema with `{word}`"))
    } else if union::is_any_or_null(&object) {
        let (kind, nullable) = union::any_or_null(&mut object, p);
        (kind, nullable, "a schema with `anyOf`".to_owned())
    } else {
        typed(&mut object, p)
    };
    object.finish(&thing, p);
    Schema {
        at,
        kind,
        nullable,
        notes,
    }
}

/// Returns the name in a `$ref` to one kind of components.
pub(crate) fn reference(object: &mut Object<'_>, below: &str, p: &mut Problems) -> Option<String> {
    let node = object.take("$ref")?;
    let at = node.at.clone();
    let target = node.text(p)?;
    match target.strip_prefix(below) {
        Some(name) if !name.is_empty() && !name.contains('/') => {
            Some(name.replace("~1", "/").replace("~0", "~"))
        }
        _ => {
            p.report(
                &at,
                format!("`{target}` is not a reference that is allowed here"),
                format!("refer to {below}<name>"),
            );
            None
        }
    }
}

/// Returns the type without `null`, and whether `null` is allowed.
fn type_word(object: &mut Object<'_>, p: &mut Problems) -> Result<(Option<String>, bool), ()> {
    let Some(node) = object.take("type") else {
        return Ok((None, false));
    };
    let at = node.at.clone();
    match node.value {
        Value::Text(word) => Ok((Some(word.clone()), false)),
        Value::List(_) => {
            let words: Vec<String> = node
                .list(p)
                .ok_or(())?
                .into_iter()
                .filter_map(|node| node.text(p))
                .collect();
            let others: Vec<&String> = words.iter().filter(|word| *word != "null").collect();
            match others.as_slice() {
                [word] => Ok((Some((*word).clone()), words.len() > 1)),
                _ => {
                    p.report(
                        &at,
                        "a value of several types is not supported",
                        "name one type and perhaps \"null\"; `{}` stands for any JSON value",
                    );
                    Err(())
                }
            }
        }
        other => {
            p.report(
                &at,
                format!("`type` is {}", other.kind()),
                "write a type, or `[<type>, \"null\"]`",
            );
            Err(())
        }
    }
}

/// Returns the kind, whether the value can be `null`, and the words for the schema in messages about its keys.
fn typed(object: &mut Object<'_>, p: &mut Problems) -> (Kind, bool, String) {
    let Ok((word, nullable)) = type_word(object, p) else {
        drain(object);
        return (Kind::Broken, false, String::new());
    };
    let Some(word) = word else {
        return untyped(object, p);
    };
    let kind = match word.as_str() {
        "string" => text(object, nullable, p),
        "integer" => number::integer(object, p),
        "number" => match object.text("format", p).as_deref() {
            Some("double") => Kind::Double,
            Some(other) => unknown_format(object, other, "`double`", p),
            None => {
                p.report(
                    &object.at,
                    "a number without a format is not supported: its precision would be a guess",
                    "write `type: integer`, add `format: double`, or use `{}` for any JSON value",
                );
                Kind::Broken
            }
        },
        "boolean" => boolean(object, nullable, p),
        "array" => list(object, p),
        "object" => record(object, p),
        other => {
            p.report(
                &join(&object.at, "type"),
                format!("`{other}` is not a type of a value"),
                "write string, integer, number, boolean, array or object",
            );
            drain(object);
            Kind::Broken
        }
    };
    (kind, nullable, format!("a schema of type `{word}`"))
}

/// Reads a boolean, or a boolean that can only be true: a flag, which is sent or omitted.
fn boolean(object: &mut Object<'_>, nullable: bool, p: &mut Problems) -> Kind {
    let Some(node) = object.take("const") else {
        return Kind::Boolean;
    };
    let at = node.at.clone();
    match node.flag(p) {
        Some(true) if !nullable => Kind::Flag,
        None => Kind::Broken,
        Some(_) => {
            p.report(
                &at,
                "a boolean that is constantly false, or null",
                "write `const: true` for a flag that is sent only when it is set",
            );
            Kind::Broken
        }
    }
}

/// Ignores the other keywords, so that a broken schema is reported only once.
fn drain(object: &mut Object<'_>) {
    for key in object.left() {
        object.take(key);
    }
}

fn untyped(object: &mut Object<'_>, p: &mut Problems) -> (Kind, bool, String) {
    let thing = "a schema without `type`".to_owned();
    if let Some(node) = object.take("const") {
        return (
            node.text(p).map_or(Kind::Broken, Kind::Constant),
            false,
            thing,
        );
    }
    for (keyword, word) in [
        ("properties", "object"),
        ("additionalProperties", "object"),
        ("items", "array"),
        ("enum", "string"),
    ] {
        if object.has(keyword) {
            p.report(
                &object.at,
                format!("`{keyword}` without `type` does not restrict values of other types"),
                format!("add `type: {word}`"),
            );
            drain(object);
            return (Kind::Broken, false, thing);
        }
    }
    (Kind::Free, false, thing)
}

fn text(object: &mut Object<'_>, nullable: bool, p: &mut Problems) -> Kind {
    if object.has("enum") {
        return choice(object, nullable, p);
    }
    if let Some(node) = object.take("const") {
        return node.text(p).map_or(Kind::Broken, Kind::Constant);
    }
    let format = object.text("format", p);
    match format.as_deref() {
        Some("date-time") => return Kind::Timestamp,
        Some("date") => return Kind::Date,
        None
        | Some(
            "email" | "uri" | "uuid" | "password" | "hostname" | "ipv4" | "ipv6" | "time"
            | "duration",
        ) => {}
        Some("binary") => {
            p.report(
                &join(&object.at, "format"),
                "the format `binary` is not supported",
                "a file can't be sent: omit the property, or write the call by hand",
            );
            return Kind::Broken;
        }
        Some(other) => {
            return unknown_format(
                object,
                other,
                "date-time, date, email, uri, uuid, password, hostname, ipv4, ipv6, time or duration",
                p,
            );
        }
    }
    let rule = Rule {
        min_length: object.take("minLength").and_then(|node| node.count(p)),
        max_length: object.take("maxLength").and_then(|node| node.count(p)),
        pattern: object.text("pattern", p),
        format,
    };
    if let (Some(min), Some(max)) = (rule.min_length, rule.max_length) {
        if min > max {
            p.report(
                &object.at,
                "`minLength` is greater than `maxLength`",
                "swap them",
            );
        }
    }
    if let Some(Err(what)) = rule.pattern.as_deref().map(pattern::check) {
        p.report(
            &join(&object.at, "pattern"),
            what,
            "write it in the part of the syntax that JavaScript and `regex-lite` share",
        );
    }
    Kind::Text(rule)
}

pub(super) fn unknown_format(
    object: &Object<'_>,
    format: &str,
    known: &str,
    p: &mut Problems,
) -> Kind {
    p.report(
        &join(&object.at, "format"),
        format!("the format `{format}` is not supported"),
        format!("use {known}, or state it in `description`"),
    );
    Kind::Broken
}

fn choice(object: &mut Object<'_>, nullable: bool, p: &mut Problems) -> Kind {
    let Some(values) = object.take("enum").and_then(|node| node.list(p)) else {
        return Kind::Broken;
    };
    if values.is_empty() {
        p.report(
            &join(&object.at, "enum"),
            "no value is listed",
            "list the values",
        );
    }
    let mut rust_names = map_of_text(object, "x-enum-names", p);
    let mut descriptions = map_of_text(object, "x-enum-descriptions", p);
    let mut choices: Vec<Choice> = Vec::new();
    for node in values {
        let at = node.at.clone();
        if *node.value == Value::Null && nullable {
            continue;
        }
        let Some(value) = node.text(p) else { continue };
        if choices.iter().any(|choice| choice.value == value) {
            p.report(
                &at,
                format!("the value `{value}` is listed twice"),
                "keep one of them",
            );
            continue;
        }
        choices.push(Choice {
            rust_name: pick(&mut rust_names, &value),
            description: pick(&mut descriptions, &value),
            value,
            at,
        });
    }
    for (key, left) in [
        ("x-enum-names", rust_names),
        ("x-enum-descriptions", descriptions),
    ] {
        for (value, _) in left {
            p.report(
                &join(&join(&object.at, key), &value),
                format!("`enum` does not list `{value}`"),
                "remove it, or list the value",
            );
        }
    }
    for choice in &mut choices {
        let at = &choice.at;
        choice.rust_name = choice
            .rust_name
            .take()
            .filter(|name| is_variant_name(name, at, p));
    }
    Kind::Choice(choices)
}

/// Returns whether a variant can have this name. Otherwise reports a problem.
pub(super) fn is_variant_name(name: &str, at: &str, p: &mut Problems) -> bool {
    let is_name = identifiers::is_type_name(name);
    if !is_name {
        p.report(
            at,
            format!("`{name}` can't be the name of a variant"),
            "write one like `ThirdParty` in `x-enum-names`",
        );
    }
    is_name
}

pub(super) fn map_of_text(
    object: &mut Object<'_>,
    key: &str,
    p: &mut Problems,
) -> Vec<(String, String)> {
    let Some(map) = object.take(key).and_then(|node| node.object(p)) else {
        return Vec::new();
    };
    let mut texts = Vec::new();
    for (key, node) in map.entries() {
        if let Some(text) = node.text(p) {
            texts.push((key.to_owned(), text));
        }
    }
    texts
}

fn pick(pairs: &mut Vec<(String, String)>, key: &str) -> Option<String> {
    let index = pairs.iter().position(|(name, _)| name == key)?;
    Some(pairs.remove(index).1)
}

fn list(object: &mut Object<'_>, p: &mut Problems) -> Kind {
    match object.take("items") {
        Some(items) => Kind::List(Box::new(schema(items, Role::Element, p))),
        None => {
            p.report(
                &object.at,
                "an array without `items`",
                "add `items`; `items: {}` stands for any JSON values",
            );
            Kind::Broken
        }
    }
}
