//! Request bodies: one media type, and only flat values in forms.

use super::{
    Adapter,
    edit::{self, Map, as_map, get, set, text},
    notes::Did,
    schema::{Role, without_null},
};
use crate::{
    parse::media::{self, base},
    tree::{Value, join},
};

pub(super) const JSON: &str = "application/json";
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
        let (name, media) = match (json(content), of(FORM), of(MULTIPART), any) {
            (Some((name, media)), ..) => (name.trim(), media),
            (None, Some((_, media)), ..) => (FORM, media),
            (None, None, Some((_, media)), _) => (MULTIPART, media),
            (None, None, None, Some((_, media))) => (JSON, media),
            (None, None, None, None) => {
                // The generator can send none of the media types. All of them stay, without schemas, and the generator
                // reports each one.
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
        let schema = if media::is_json(name) {
            self.never_null(schema)
        } else {
            self.form(schema, media, &place)
        };
        let media = edit::one("schema", schema);
        set(&mut out, "content", edit::one(name, media));
        Value::Map(out)
    }

    /// Returns the media types. In some descriptions, `content` is a reference to them.
    pub(super) fn media_types(&self, holder: &'t Map) -> &'t [(String, Value)] {
        let content = get(holder, "content").and_then(as_map);
        content
            .and_then(|content| self.source.followed(content))
            .map_or(&[], Vec::as_slice)
    }

    /// If the body refers to a schema that allows null, replaces the reference by a copy of the schema without null.
    fn never_null(&mut self, schema: Value) -> Value {
        match self.in_place(schema.clone()).map(without_null) {
            Some((whole, true)) => whole,
            _ => schema,
        }
    }
}

/// Returns the JSON media type: `application/json`, otherwise `application/json` with parameters, otherwise the first
/// other JSON media type, such as one that ends with `+json`.
pub(super) fn json(content: &[(String, Value)]) -> Option<(&str, &Value)> {
    let rank = |name: &str| {
        if name.trim() == JSON {
            0
        } else if base(name) == JSON {
            1
        } else {
            2
        }
    };
    content
        .iter()
        .filter(|(name, _)| media::is_json(name))
        .min_by_key(|(name, _)| rank(name))
        .map(|(name, media)| (name.as_str(), media))
}
