//! Parameters: one flat value each, or a list in the query. A parameter is rewritten if a flat schema puts the same
//! text on the wire. Otherwise, an optional parameter is left out, and the generator refuses a required one.

use super::{
    Adapter,
    edit::{self, Map, as_map, get, has, is_true, set, text},
    notes::Did,
    schema::{Role, is_blank, without_null},
    source::Found,
};
use crate::{
    parse::{OWN_HEADERS, media::is_token},
    tree::{Value, join},
};

/// A parameter and its place.
struct Given<'t> {
    map: &'t Map,
    at: String,
}

/// How the values of a list or an object are written in the request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// One pair for each value.
    Pairs,
    /// One pair for each property, as in `name[property]`.
    Deep,
    /// One text, with this separator between the values.
    Joined(&'static str),
}

impl<'t> Adapter<'_, 't> {
    /// Returns the parameters of an operation, and their places. A parameter of the operation replaces the same
    /// parameter of the path.
    pub(super) fn parameters(&mut self, found: Found<'t>, at: &str) -> (Vec<Value>, Vec<String>) {
        let mut given: Vec<Given<'t>> = Vec::new();
        let path_at = join("/paths", found.path);
        for (holder, place) in [(found.item, path_at.as_str()), (found.operation, at)] {
            for (index, value) in edit::list(holder, "parameters").iter().enumerate() {
                let at = join(&join(place, "parameters"), &index.to_string());
                let Some(map) = as_map(value).and_then(|map| self.source.followed(map)) else {
                    self.refuse(
                        &at,
                        "a parameter that leads nowhere",
                        "correct the reference",
                    );
                    continue;
                };
                let key = |map: &Map| (get(map, "name").cloned(), get(map, "in").cloned());
                match given.iter_mut().find(|other| key(other.map) == key(map)) {
                    Some(other) if other.at.starts_with(&join(place, "parameters")) => {
                        if *other.map != *map {
                            self.refuse(
                                &at,
                                "two parameters have one name and one place",
                                "keep the one that the provider reads",
                            );
                        }
                    }
                    Some(other) => *other = Given { map, at },
                    None => given.push(Given { map, at }),
                }
            }
        }
        let mut out = Vec::new();
        let mut places = Vec::new();
        for one in given {
            self.parameter(&one, found.path, &mut out);
            places.resize(out.len(), one.at);
        }
        self.missing(found.path, at, &mut out);
        (out, places)
    }

    /// Adds a text parameter for every name in the path that the description does not declare.
    fn missing(&mut self, path: &str, at: &str, out: &mut Vec<Value>) {
        for name in crate::model::template(path) {
            let is_there = out
                .iter()
                .filter_map(as_map)
                .any(|map| text(map, "in") == Some("path") && text(map, "name") == Some(name));
            if !is_there {
                self.note(
                    Did::Assumed,
                    "parameters of paths that nothing describes are texts",
                    at,
                );
                out.push(Value::Map(vec![
                    ("name".to_owned(), edit::words(name)),
                    ("in".to_owned(), edit::words("path")),
                    ("required".to_owned(), Value::Bool(true)),
                    (
                        "schema".to_owned(),
                        edit::one("type", edit::words("string")),
                    ),
                ]));
            }
        }
    }

    fn parameter(&mut self, given: &Given<'t>, path: &str, out: &mut Vec<Value>) {
        let (map, at) = (given.map, given.at.as_str());
        let name = text(map, "name").unwrap_or_default();
        let place = text(map, "in").unwrap_or_default();
        if place == "path" && !crate::model::template(path).any(|other| other == name) {
            return self.note(Did::ReadPast, "parameters that the path does not have", at);
        }
        if place == "header" && OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
            return self.note(Did::ReadPast, "headers that the client sets", at);
        }
        let required = place == "path" || is_true(map, "required");
        if place == "header" && !required && !is_token(name) {
            return self.note(
                Did::LeftOut,
                "optional headers whose name no header can have",
                at,
            );
        }
        let style = style(map, place);
        let schema = get(map, "schema").filter(|_| matches!(place, "path" | "query" | "header"));
        let flat = match (schema, style) {
            (Some(schema), Some(style)) => self.flat(schema, style, place, at),
            _ => None,
        };
        match flat {
            Some(Flat::One(schema)) => out.push(parameter(map, name, place, required, schema)),
            Some(Flat::Properties(properties)) => {
                for (property, is_required, schema) in properties {
                    let name = match style {
                        Some(Style::Deep) => format!("{name}[{property}]"),
                        _ => property,
                    };
                    let required = required && is_required;
                    out.push(parameter(map, &name, place, required, schema));
                }
            }
            None if required => {
                let mut kept = map.clone();
                kept.retain(|(key, _)| {
                    matches!(
                        key.as_str(),
                        "name" | "in" | "schema" | "style" | "content" | "required"
                    )
                });
                if style.is_some() {
                    edit::take(&mut kept, "style");
                }
                // The schema is refused as a whole, not keyword by keyword.
                if let Some(schema) = get(&kept, "schema").cloned() {
                    let schema = self.schema(&schema, &join(at, "schema"), Role::Inner);
                    set(&mut kept, "schema", schema);
                }
                out.push(Value::Map(kept));
            }
            None => self.note(
                Did::LeftOut,
                "optional parameters that are not flat values",
                at,
            ),
        }
    }

    /// Returns a flat schema that puts the same text on the wire, if there is one.
    fn flat(&mut self, given: &Value, style: Style, place: &str, at: &str) -> Option<Flat> {
        let at = &join(at, "schema");
        let (schema, is_nullable) = without_null(self.schema(given, at, Role::Inner));
        if is_nullable {
            self.note(
                Did::ReadPast,
                "null as a parameter, which is then not sent",
                at,
            );
        }
        if let Some(schema) = self.alternatives(given, at) {
            return Some(Flat::One(schema));
        }
        let whole = self.in_place(schema.clone())?;
        let map = as_map(&whole)?;
        match text(map, "type") {
            Some("string" | "integer" | "number" | "boolean") => Some(Flat::One(schema)),
            Some("array") => {
                let (items, _) = without_null(get(map, "items")?.clone());
                let inner = self.in_place(items.clone())?;
                let is_flat = is_scalar(&inner) || is_blank(&inner);
                match style {
                    _ if !is_flat => None,
                    Style::Pairs if place == "query" => {
                        let items = if is_blank(&inner) { string() } else { items };
                        let mut list = map.clone();
                        set(&mut list, "items", items);
                        Some(Flat::One(Value::Map(list)))
                    }
                    Style::Joined(separator) => {
                        self.note(
                            Did::Narrowed,
                            "lists in one text are written by the caller",
                            at,
                        );
                        let about = format!("Several values, with `{separator}` between them.");
                        Some(Flat::One(described(map, &about)))
                    }
                    _ => None,
                }
            }
            Some("object") if place == "query" && !matches!(style, Style::Joined(_)) => {
                self.properties(map, at)
            }
            None if is_blank(&whole) => Some(Flat::One(string())),
            _ => None,
        }
    }

    /// Returns the schema for a parameter with several shapes, if every shape is one text on the wire or a list of
    /// texts.
    fn alternatives(&mut self, given: &Value, at: &str) -> Option<Value> {
        let target = text(as_map(given)?, "$ref").and_then(|target| self.source.target(target));
        let map = as_map(target.unwrap_or(given))?;
        let several = match (edit::list(map, "oneOf"), edit::list(map, "anyOf")) {
            ([], several) => several,
            (several, _) => several,
        };
        if several.len() < 2 {
            return None;
        }
        let mut is_list = false;
        let mut kinds = Vec::new();
        for one in several {
            let (schema, _) = without_null(self.schema(one, at, Role::Inner));
            let mut whole = self.in_place(schema)?;
            if text(as_map(&whole)?, "type") == Some("null") {
                continue;
            }
            if text(as_map(&whole)?, "type") == Some("array") {
                is_list = true;
                whole = self.in_place(get(as_map(&whole)?, "items")?.clone())?;
            }
            if !is_scalar(&whole) {
                return None;
            }
            kinds.push(whole);
        }
        let first = kinds.first()?.clone();
        let scalar = if kinds.iter().all(|kind| *kind == first) {
            first
        } else {
            string()
        };
        self.note(
            Did::Narrowed,
            "parameters of several shapes are sent as one of them",
            at,
        );
        Some(if is_list {
            Value::Map(vec![
                ("type".to_owned(), edit::words("array")),
                ("items".to_owned(), scalar),
            ])
        } else {
            scalar
        })
    }

    /// Returns the properties of an object, each as its own parameter.
    fn properties(&mut self, map: &Map, at: &str) -> Option<Flat> {
        let required = edit::texts(edit::list(map, "required"));
        let mut out = Vec::new();
        for (name, schema) in edit::map(map, "properties") {
            let (schema, _) = without_null(schema.clone());
            let is_required = required.contains(name);
            let whole = self.in_place(schema.clone())?;
            if is_scalar(&whole) {
                out.push((name.clone(), is_required, schema));
            } else if is_required {
                return None;
            } else {
                self.note(
                    Did::LeftOut,
                    "optional parameters that are not flat values",
                    at,
                );
            }
        }
        (!out.is_empty()).then_some(Flat::Properties(out))
    }
}

/// A parameter that is flat on the wire.
enum Flat {
    One(Value),
    /// Name, whether it is required, and schema.
    Properties(Vec<(String, bool, Value)>),
}

/// Returns how a list or an object is sent; `None` for a style that the generated code can't write.
fn style(map: &Map, place: &str) -> Option<Style> {
    let explode = get(map, "explode").map(|value| *value == Value::Bool(true));
    match (place, text(map, "style")) {
        ("query", None | Some("form")) if explode.unwrap_or(true) => Some(Style::Pairs),
        ("query", None | Some("form")) => Some(Style::Joined(",")),
        ("query", Some("spaceDelimited")) => Some(Style::Joined(" ")),
        ("query", Some("pipeDelimited")) => Some(Style::Joined("|")),
        ("query", Some("deepObject")) => Some(Style::Deep),
        ("path" | "header", None | Some("simple")) => Some(Style::Joined(",")),
        _ => None,
    }
}

fn parameter(given: &Map, name: &str, place: &str, required: bool, schema: Value) -> Value {
    let mut out = Map::new();
    set(&mut out, "name", edit::words(name));
    set(&mut out, "in", edit::words(place));
    if required {
        set(&mut out, "required", Value::Bool(true));
    }
    let Value::Map(mut schema) = schema else {
        return Value::Map(out);
    };
    let about = text(given, "description")
        .or(text(&schema, "description"))
        .map(edit::words);
    let about = match (text(given, "description"), text(&schema, "description")) {
        // The text that the rules add to the schema comes after the provider's text.
        (Some(one), Some(other))
            if other.starts_with("Several values")
                || other.contains("Not checked before sending") =>
        {
            Some(Value::Text(format!("{one}\n\n{other}")))
        }
        _ => about,
    };
    if let Some(about) = about {
        set(&mut out, "description", about);
    }
    if is_true(given, "deprecated") {
        set(&mut out, "deprecated", Value::Bool(true));
    }
    for key in ["x-personal", "x-secret", "x-rust-name", "x-provenance"] {
        if let Some(value) = get(given, key) {
            set(&mut out, key, value.clone());
        }
    }
    schema.retain(|(key, _)| {
        !matches!(
            key.as_str(),
            "description"
                | "deprecated"
                | "readOnly"
                | "writeOnly"
                | "x-personal"
                | "x-secret"
                | "title"
        )
    });
    if has(given, "x-personal") {
        edit::take(&mut schema, "x-personal");
    }
    set(&mut out, "schema", Value::Map(schema));
    Value::Map(out)
}

pub(super) fn described(map: &Map, about: &str) -> Value {
    let mut out = Map::new();
    set(&mut out, "type", edit::words("string"));
    let before = text(map, "description").filter(|text| text.contains("Not checked"));
    let text = before.map_or(about.to_owned(), |before| format!("{about} {before}"));
    set(&mut out, "description", Value::Text(text));
    Value::Map(out)
}

fn string() -> Value {
    edit::one("type", edit::words("string"))
}

/// Returns whether a value is one piece of text on the wire.
pub(super) fn is_scalar(value: &Value) -> bool {
    as_map(value).is_some_and(|map| {
        matches!(
            text(map, "type"),
            Some("string" | "integer" | "number" | "boolean")
        )
    })
}
