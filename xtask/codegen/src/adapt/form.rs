//! Forms: flat values, and lists of flat values under one name.

use super::{
    Adapter,
    edit::{self, Map, as_map, get, has, set, text},
    notes::Did,
    parameter::{Style, described, is_scalar},
    schema::without_null,
};
use crate::{parse::media, tree::Value};

/// How a property of a form is sent.
enum Part {
    Sent(Value),
    /// The generator can't send the property.
    Unknown,
}

impl Adapter<'_, '_> {
    /// A form is a list of names and values. Properties that are neither required nor flat are left out.
    pub(super) fn form(&mut self, schema: Value, media: &Value, at: &str) -> Value {
        let Some(Value::Map(mut map)) = self.in_place(schema.clone()) else {
            return schema;
        };
        let required = edit::texts(edit::list(&map, "required"));
        let Some(Value::Map(properties)) = edit::take(&mut map, "properties") else {
            return Value::Map(map);
        };
        let encoding = as_map(media).map_or(&[][..], |media| edit::map(media, "encoding"));
        let mut kept = Map::new();
        for (name, schema) in properties {
            let (schema, is_nullable) = without_null(schema);
            if is_nullable {
                self.note(Did::ReadPast, "null in a form, which has no such value", at);
            }
            let own = encoding.iter().find(|(key, _)| *key == name);
            let own = own.and_then(|(_, own)| as_map(own));
            match self.part(&schema, own, at) {
                Part::Sent(schema) => kept.push((name, schema)),
                // The generator refuses this property.
                Part::Unknown if required.contains(&name) => {
                    kept.push((name, refused(schema, own)))
                }
                Part::Unknown => self.note(
                    Did::LeftOut,
                    "optional parts of a form that are not flat values",
                    at,
                ),
            }
        }
        let is_empty = kept.is_empty() && !has(&map, "additionalProperties");
        if !is_empty {
            set(&mut map, "properties", Value::Map(kept));
        }
        Value::Map(map)
    }

    fn part(&mut self, schema: &Value, encoding: Option<&Map>, at: &str) -> Part {
        let Some(whole) = self.in_place(schema.clone()) else {
            return Part::Unknown;
        };
        let Some(style) = style(encoding) else {
            return Part::Unknown;
        };
        if is_text(&whole) {
            return Part::Sent(schema.clone());
        }
        let Some(map) = as_map(&whole).filter(|map| text(map, "type") == Some("array")) else {
            return Part::Unknown;
        };
        let items = get(map, "items").cloned().map(without_null);
        let inner = items.clone().and_then(|(items, _)| self.in_place(items));
        let (Some((items, _)), true) = (items, inner.as_ref().is_some_and(is_text)) else {
            return Part::Unknown;
        };
        let mut list = map.clone();
        match style {
            Style::Pairs => {
                set(&mut list, "items", items);
                Part::Sent(Value::Map(list))
            }
            Style::Joined(separator) => {
                self.note(
                    Did::Narrowed,
                    "lists in one text are written by the caller",
                    at,
                );
                let about = format!("Several values, with `{separator}` between them.");
                Part::Sent(described(&list, &about))
            }
            Style::Deep => Part::Unknown,
        }
    }
}

/// Whether a value is one text in a form.
fn is_text(value: &Value) -> bool {
    let is_file = as_map(value).is_some_and(|map| text(map, "format") == Some("binary"));
    is_scalar(value) && !is_file
}

/// Returns how a list is written. `None` for an encoding that the generator can't write.
fn style(encoding: Option<&Map>) -> Option<Style> {
    let Some(encoding) = encoding else {
        return Some(Style::Pairs);
    };
    let is_plain = |name: &str| media::base(name).eq_ignore_ascii_case("text/plain");
    if has(encoding, "headers") || text(encoding, "contentType").is_some_and(|name| !is_plain(name))
    {
        return None;
    }
    let explode = get(encoding, "explode").map(|value| *value == Value::Bool(true));
    match text(encoding, "style") {
        None | Some("form") if explode.unwrap_or(true) => Some(Style::Pairs),
        None | Some("form") => Some(Style::Joined(",")),
        Some("spaceDelimited") => Some(Style::Joined(" ")),
        Some("pipeDelimited") => Some(Style::Joined("|")),
        Some("deepObject") => Some(Style::Deep),
        _ => None,
    }
}

/// Returns the schema of a part that can't be sent. A part with an encoding gets the key `encoding`, because the generator might
/// accept the schema alone.
fn refused(schema: Value, encoding: Option<&Map>) -> Value {
    match schema {
        Value::Map(mut map) if encoding.is_some() => {
            set(&mut map, "encoding", Value::Map(Map::new()));
            Value::Map(map)
        }
        other => other,
    }
}
