//! `allOf`: merges the schemas into one. If two of them contradict each other, leaves an `allOf`, which the generator
//! refuses.

use super::{
    Adapter,
    edit::{self, Map, as_map, get, has, set, take, text},
    schema::{ANY, KEYWORDS, Role, is_blank, noted, with_null, without_null},
    union::is_union,
};
use crate::tree::{Value, join};

/// The depth beyond which two schemas are not merged. They then count as contradictory.
const DEEPEST: usize = 30;

impl Adapter<'_, '_> {
    pub(super) fn all_of(&mut self, members: &Map, mut out: Map, at: &str, role: Role) -> Value {
        self.limits_beside(members, &mut out, at);
        let mut parts = Vec::new();
        for (index, part) in edit::list(members, "allOf").iter().enumerate() {
            let place = join(&join(at, "allOf"), &index.to_string());
            parts.push(self.schema(part, &place, role));
        }
        let rest: Map = members
            .iter()
            .filter(|(key, _)| key != "allOf" && key != "nullable")
            .filter(|(key, _)| KEYWORDS.contains(&key.as_str()))
            .cloned()
            .collect();
        // A `type` alone beside `allOf` adds nothing to the parts.
        if rest.iter().any(|(key, _)| key != "type") {
            parts.push(self.schema(&Value::Map(rest), at, role));
        }
        let mut notes = Map::new();
        for part in parts.iter().filter(|part| is_blank(part)) {
            notes.extend(as_map(part).into_iter().flatten().cloned());
        }
        notes.extend(out);
        parts.retain(|part| !is_blank(part));
        let mut parts = parts.into_iter();
        let Some(mut whole) = parts.next() else {
            return noted(Value::Map(Vec::new()), notes);
        };
        for part in parts {
            match self.both(whole, part, 0) {
                Some(merged) => whole = merged,
                None => {
                    let mut kept = notes;
                    set(&mut kept, "allOf", Value::List(Vec::new()));
                    return Value::Map(kept);
                }
            }
        }
        noted(whole, notes)
    }

    /// Merges two schemas. `None` if they contradict each other.
    pub(super) fn both(&mut self, one: Value, other: Value, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        if is_blank(&other) {
            return Some(noted(one, as_map(&other)?.clone()));
        }
        if is_blank(&one) {
            let notes = as_map(&one)?.clone();
            let own = as_map(&other)?.clone();
            return Some(noted(noted(other, notes), own));
        }
        let ((one, first), (other, second)) = (without_null(one), without_null(other));
        let merged = self.both_values(one, other, depth)?;
        Some(if first && second {
            with_null(merged)
        } else {
            merged
        })
    }

    fn both_values(&mut self, one: Value, other: Value, depth: usize) -> Option<Value> {
        let (first, second) = (as_map(&one)?, as_map(&other)?);
        let is_open = |map: &Map| has(map, ANY) || is_union(map);
        if is_open(first) || is_open(second) {
            // If one of the two is any JSON value or a union, the result is any JSON value. A type made from the other
            // one would hide the rest of the value.
            let mut map = first.clone();
            map.retain(|(key, _)| matches!(key.as_str(), "title" | "description"));
            set(&mut map, ANY, Value::Bool(true));
            return Some(Value::Map(map));
        }
        if text(first, "$ref").is_some() && text(first, "$ref") == text(second, "$ref") {
            return Some(noted(one.clone(), second.clone()));
        }
        if has(first, "$ref") || has(second, "$ref") {
            let (one, other) = (self.in_place(one)?, self.in_place(other)?);
            return self.both(one, other, depth + 1);
        }
        match (text(first, "type")?, text(second, "type")?) {
            ("object", "object") => self.objects(first.clone(), second, depth),
            ("array", "array") => {
                let items = self.both(
                    get(first, "items")?.clone(),
                    get(second, "items")?.clone(),
                    depth + 1,
                )?;
                let mut map = first.clone();
                set(&mut map, "items", items);
                Some(noted_over(map, second))
            }
            ("string", "string") => texts(first, second),
            ("integer", "number") => Some(one),
            ("number", "integer") => Some(other),
            (same, word) if same == word => Some(noted(one.clone(), second.clone())),
            _ => None,
        }
    }

    fn objects(&mut self, first: Map, second: &Map, depth: usize) -> Option<Value> {
        let mut whole = first;
        let mut properties = match take(&mut whole, "properties") {
            Some(Value::Map(properties)) => properties,
            _ => Map::new(),
        };
        for (name, schema) in edit::map(second, "properties") {
            let merged = match take_in_place(&mut properties, name) {
                Some((index, present)) => {
                    let merged = self.both(present, schema.clone(), depth + 1)?;
                    properties.insert(index, (name.clone(), merged));
                    continue;
                }
                None => schema.clone(),
            };
            properties.push((name.clone(), merged));
        }
        let mut required = edit::list(&whole, "required").to_vec();
        for name in edit::list(second, "required") {
            if !required.contains(name) {
                required.push(name.clone());
            }
        }
        let values = [
            take(&mut whole, "additionalProperties"),
            get(second, "additionalProperties").cloned(),
        ];
        let mut values = values.into_iter().flatten();
        let mut whole = match noted_over(whole, second) {
            Value::Map(map) => map,
            _ => return None,
        };
        whole.retain(|(key, _)| key != "additionalProperties");
        if properties.is_empty() {
            if let Some(value) = values.next() {
                if values.next().is_some_and(|other| other != value) {
                    return None;
                }
                set(&mut whole, "additionalProperties", value);
            }
        } else {
            set(&mut whole, "properties", Value::Map(properties));
            if !required.is_empty() {
                set(&mut whole, "required", Value::List(required));
            }
        }
        Some(Value::Map(whole))
    }

    /// Replaces a reference by a copy of its target. Notes beside the reference replace those of the target.
    pub(super) fn in_place(&mut self, value: Value) -> Option<Value> {
        let mut value = value;
        for _ in 0..20 {
            let map = as_map(&value)?;
            let Some(target) = text(map, "$ref") else {
                return Some(value);
            };
            let found = self.component(&edit::component(target)?)?;
            let mut notes = map.clone();
            notes.retain(|(key, _)| key != "$ref");
            value = noted(found, notes);
        }
        None
    }
}

/// Adds the keys of the second schema to the first. If both have a key, the first's value stays, except for `title` and
/// `description`.
fn noted_over(first: Map, second: &Map) -> Value {
    let mut map = first;
    for (key, value) in second {
        if !has(&map, key) || matches!(key.as_str(), "title" | "description") {
            set(&mut map, key, value.clone());
        }
    }
    Value::Map(map)
}

fn take_in_place(map: &mut Map, name: &str) -> Option<(usize, Value)> {
    let index = map.iter().position(|(key, _)| key == name)?;
    Some((index, map.remove(index).1))
}

/// Merges the limits of two strings. `None` if they contradict each other.
fn texts(first: &Map, second: &Map) -> Option<Value> {
    let mut whole = first.clone();
    for (key, value) in second {
        match (key.as_str(), get(first, key)) {
            ("enum", Some(present)) => {
                let Value::List(present) = present else {
                    return None;
                };
                let Value::List(values) = value else {
                    return None;
                };
                let kept: Vec<Value> = present
                    .iter()
                    .filter(|value| values.contains(value))
                    .cloned()
                    .collect();
                if kept.is_empty() {
                    return None;
                }
                set(&mut whole, key, Value::List(kept));
            }
            ("format" | "pattern" | "minLength" | "maxLength", Some(present))
                if present != value =>
            {
                return None;
            }
            _ => set(&mut whole, key, value.clone()),
        }
    }
    if has(&whole, "enum") {
        whole.retain(|(key, _)| {
            !matches!(
                key.as_str(),
                "format"
                    | "pattern"
                    | "minLength"
                    | "maxLength"
                    | "x-enum-names"
                    | "x-enum-descriptions"
            )
        });
    }
    Some(Value::Map(whole))
}
