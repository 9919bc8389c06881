//! Request bodies: one media type, and only flat values in forms.

use super::{
    Adapter,
    edit::{self, Map, as_map, get, has, set, text},
    notes::Did,
    parameter::is_scalar,
    schema::{Role, without_null},
};
use crate::tree::{Value, join};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

impl<'t> Adapter<'_, 't> {
    pub(super) fn body(&mut self, given: &'t Map, at: &str) -> Value {
        let mut out = Map::new();
        if let Some(about) = text(given, "description") {
            set(&mut out, "description", edit::words(about));
        }
        set(&mut out, "required", Value::Bool(true));
        if !edit::is_true(given, "required") {
            self.note(
                Did::Narrowed,
                "a body that may be absent is always sent",
                at,
            );
        }
        let content = self.media_types(given);
        let of = |wanted: &str| content.iter().find(|(name, _)| base(name) == wanted);
        let any = content
            .iter()
            .find(|(name, _)| matches!(base(name), "*/*" | "application/*"));
        let (name, media) = match (of("application/json"), of(FORM), of(MULTIPART), any) {
            (Some((_, media)), ..) | (None, None, None, Some((_, media))) => {
                ("application/json", media)
            }
            (None, Some((_, media)), ..) => (FORM, media),
            (None, None, Some((_, media)), _) => (MULTIPART, media),
            (None, None, None, None) => {
                // The generator names the kind that it does not send.
                let content = content
                    .iter()
                    .map(|(name, _)| (name.clone(), Value::Map(Vec::new())))
                    .collect();
                set(&mut out, "content", Value::Map(content));
                return Value::Map(out);
            }
        };
        if content.len() > 1 {
            self.note(Did::ReadPast, "other media types of a body", at);
        }
        let place = join(&join(at, "content"), name);
        let empty = Value::Map(Vec::new());
        let schema = as_map(media).and_then(|media| get(media, "schema"));
        let (schema, is_nullable) = without_null(self.schema(
            schema.unwrap_or(&empty),
            &join(&place, "schema"),
            Role::Inner,
        ));
        if is_nullable {
            self.note(Did::ReadPast, "null as a body", at);
        }
        let schema = if name == "application/json" {
            self.never_null(schema)
        } else {
            self.form(schema, &place)
        };
        let media = edit::one("schema", schema);
        set(&mut out, "content", edit::one(name, media));
        Value::Map(out)
    }

    /// Returns the media types, which some descriptions keep elsewhere.
    pub(super) fn media_types(&self, holder: &'t Map) -> &'t [(String, Value)] {
        let content = get(holder, "content").and_then(as_map);
        content
            .and_then(|content| self.source.followed(content))
            .map_or(&[], Vec::as_slice)
    }

    /// A body that refers to a schema that may be null is that schema in place.
    fn never_null(&mut self, schema: Value) -> Value {
        match self.in_place(schema.clone()).map(without_null) {
            Some((whole, true)) => whole,
            _ => schema,
        }
    }

    /// A form is a list of names and values. What is neither required nor flat is left out.
    fn form(&mut self, schema: Value, at: &str) -> Value {
        let Some(Value::Map(mut map)) = self.in_place(schema.clone()) else {
            return schema;
        };
        let required = edit::texts(edit::list(&map, "required"));
        let Some(Value::Map(properties)) = edit::take(&mut map, "properties") else {
            return Value::Map(map);
        };
        let mut kept = Map::new();
        for (name, schema) in properties {
            let (schema, is_nullable) = without_null(schema);
            if is_nullable {
                self.note(Did::ReadPast, "null in a form, which has no such value", at);
            }
            let whole = self
                .in_place(schema.clone())
                .unwrap_or_else(|| schema.clone());
            let is_file = as_map(&whole).is_some_and(|map| text(map, "format") == Some("binary"));
            if is_scalar(&whole) && !is_file || required.contains(&name) {
                kept.push((name, schema));
            } else {
                self.note(
                    Did::LeftOut,
                    "optional parts of a form that are not flat values",
                    at,
                );
            }
        }
        let is_empty = kept.is_empty() && !has(&map, "additionalProperties");
        if !is_empty {
            set(&mut map, "properties", Value::Map(kept));
        }
        Value::Map(map)
    }
}

/// Returns a media type without its parameters.
pub(super) fn base(name: &str) -> &str {
    name.split(';').next().unwrap_or_default().trim()
}
