//! Rewrites responses. A success keeps its description and the schema of its JSON. Any other response keeps at most its
//! description.

use super::{
    Adapter,
    body::{self, JSON},
    edit::{self, Map, as_map, get, set, text},
    notes::Did,
    schema::{Role, with_null, without_null},
    source::Found,
};
use crate::{
    parse::{Method, media::base},
    tree::{Value, join},
};

impl<'t> Adapter<'_, 't> {
    pub(super) fn responses(&mut self, found: Found<'t>, at: &str) -> Value {
        let operation = found.operation;
        let at = join(at, "responses");
        let given = edit::map(operation, "responses");
        let is_success = |status: &str| status.starts_with('2');
        let has_success = given.iter().any(|(status, _)| is_success(status));
        let mut successes = Vec::new();
        let mut out = Map::new();
        for (status, response) in given.iter().filter(|(key, _)| !key.starts_with("x-")) {
            let place = join(&at, status);
            let response = as_map(response).and_then(|map| self.source.followed(map));
            let Some(response) = response else {
                self.refuse(
                    &place,
                    "a response that leads nowhere",
                    "correct the reference",
                );
                continue;
            };
            let is_only = !has_success && status == "default";
            if is_success(status) || is_only {
                let status = if is_only {
                    "2XX".to_owned()
                } else {
                    status.to_uppercase()
                };
                if is_only {
                    self.note(
                        Did::Narrowed,
                        "the response `default` is read as a success, because there is no 2xx",
                        &place,
                    );
                }
                let content =
                    if matches!(status.as_str(), "204" | "205") || found.method == Method::Head {
                        None
                    } else {
                        self.content(response, &place)
                    };
                successes.push((status, about(response), content, place));
                continue;
            }
            if get(response, "content").is_some() {
                self.note(
                    Did::ReadPast,
                    "bodies of responses that are no success",
                    &place,
                );
            }
            let about = edit::one("description", edit::words(about(response)));
            if is_status(status) {
                out.push((status.to_uppercase().replace("DEFAULT", "default"), about));
            }
        }
        self.one_shape(&mut successes);
        let mut all = Map::new();
        for (status, about, content, _) in successes {
            let mut response = Map::new();
            set(&mut response, "description", edit::words(about));
            if let Some(content) = content {
                set(&mut response, "content", content);
            }
            set(&mut all, &status, Value::Map(response));
        }
        for (status, response) in out {
            set(&mut all, &status, response);
        }
        Value::Map(all)
    }

    /// Gives all successes the same shape. If their shapes differ, each success becomes any JSON
    /// value.
    fn one_shape(&mut self, successes: &mut [(String, &str, Option<Value>, String)]) {
        let shape = |content: &Value| Some(without_null(only(content)?.1.clone()).0);
        let shapes: Vec<Value> = successes
            .iter()
            .filter_map(|(_, _, content, _)| content.as_ref().and_then(shape))
            .collect();
        let Some(first) = shapes.first() else {
            return;
        };
        let is_same = |other: &Value| {
            let target = |value: &Value| as_map(value).and_then(|map| get(map, "$ref").cloned());
            *other == *first || target(other).is_some() && target(other) == target(first)
        };
        if shapes.iter().all(is_same) {
            return;
        }
        for (_, _, content, place) in successes {
            if let Some((name, _)) = content.as_ref().and_then(only) {
                let name = name.to_owned();
                let any = self.any(
                    Map::new(),
                    "successes of several shapes are any JSON value",
                    place,
                );
                *content = Some(described(&name, any));
            }
        }
    }

    fn content(&mut self, response: &'t Map, at: &str) -> Option<Value> {
        let content = self.media_types(response);
        if content.is_empty() {
            return None;
        }
        let any = content
            .iter()
            .find(|(name, _)| matches!(base(name), "*/*" | "application/*"));
        let chosen = body::json(content).or(any.map(|(_, media)| (JSON, media)));
        let Some((name, media)) = chosen else {
            // Keep one media type, so that the generator can name it when it refuses the response.
            let (name, _) = content.first()?;
            return Some(edit::one(name, Value::Map(Vec::new())));
        };
        if content.len() > 1 {
            self.note(Did::ReadPast, "other media types of a response", at);
        }
        let schema = as_map(media).and_then(|media| get(media, "schema"));
        let place = join(&join(&join(at, "content"), name), "schema");
        let empty = Value::Map(Vec::new());
        let schema = self.schema(schema.unwrap_or(&empty), &place, Role::Inner);
        let (schema, is_nullable) = without_null(schema);
        let schema = if is_nullable {
            with_null(schema)
        } else {
            schema
        };
        Some(described(name.trim(), schema))
    }
}

fn described(name: &str, schema: Value) -> Value {
    edit::one(name, edit::one("schema", schema))
}

/// Returns the only media type of a response, and its schema.
fn only(content: &Value) -> Option<(&str, &Value)> {
    let (name, media) = as_map(content)?.first()?;
    Some((name, get(as_map(media)?, "schema")?))
}

fn about(response: &Map) -> &str {
    text(response, "description").unwrap_or_default()
}

/// Returns whether the strict dialect allows this status.
fn is_status(status: &str) -> bool {
    let mut characters = status.chars();
    let class = characters.next().is_some_and(|c| ('1'..='5').contains(&c));
    let rest = characters.as_str().to_uppercase();
    status == "default"
        || class && rest.len() == 2 && (rest == "XX" || rest.chars().all(|c| c.is_ascii_digit()))
}
