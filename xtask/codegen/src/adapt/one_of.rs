//! `oneOf` and `anyOf`: values of several shapes. If one Rust type can represent all variants, they become that type.
//! Objects that one property distinguishes become a union. Everything else becomes any JSON value.

use super::{
    Adapter,
    edit::{self, Map, as_map, as_text, get, has, set, text},
    notes::Did,
    number::{EXACT, range},
    schema::{KEYWORDS, Role, is_blank, noted, with_null, without_null},
};
use crate::tree::{Value, join};

impl Adapter<'_, '_> {
    pub(super) fn one_of(&mut self, members: &Map, mut out: Map, at: &str, role: Role) -> Value {
        self.limits_beside(members, &mut out, at);
        let key = if has(members, "oneOf") {
            "oneOf"
        } else {
            "anyOf"
        };
        let given = edit::list(members, key);
        let others: Map = members
            .iter()
            .filter(|(name, _)| name != key && name != "nullable")
            .filter(|(name, _)| KEYWORDS.contains(&name.as_str()))
            .cloned()
            .collect();
        if given.iter().all(is_presence) && !others.is_empty() {
            self.note(
                Did::Narrowed,
                "alternatives of required properties are not checked",
                at,
            );
            return noted(self.schema(&Value::Map(others), at, role), out);
        }
        let mut null = false;
        let mut variants: Vec<Value> = Vec::new();
        let mut places: Vec<(Value, String)> = Vec::new();
        for (index, variant) in given.iter().enumerate() {
            if is_null(variant) {
                null = true;
                continue;
            }
            let place = join(&join(at, key), &index.to_string());
            let (variant, is_nullable) = without_null(self.schema(variant, &place, Role::Inner));
            null |= is_nullable;
            if !variants.contains(&variant) {
                places.push((variant.clone(), place));
                variants.push(variant);
            }
        }
        let has_more = others.iter().any(|(name, _)| name != "type");
        let value = match variants.as_slice() {
            [] => noted(Value::Map(Vec::new()), out),
            [only] if !has_more => noted(only.clone(), out),
            [only] => {
                let rest = self.schema(&Value::Map(others), at, role);
                match self.both(rest, only.clone(), 0) {
                    Some(value) => noted(value, out),
                    None => self.any(out, "several shapes become any JSON value", at),
                }
            }
            _ if has_more => self.any(out, "several shapes become any JSON value", at),
            several => match self.common(several) {
                Some(value) => noted(value, out),
                None => match self.union(members, &places) {
                    Some(value) => noted(value, out),
                    None => self.any(out, "several shapes become any JSON value", at),
                },
            },
        };
        if null { with_null(value) } else { value }
    }

    /// Returns the type that represents every variant's values without loss, if there is one.
    fn common(&mut self, variants: &[Value]) -> Option<Value> {
        if variants.iter().any(is_blank) {
            return None;
        }
        let mut resolved = Vec::new();
        for variant in variants {
            resolved.push(self.in_place(variant.clone())?);
        }
        let maps: Vec<&Map> = resolved.iter().filter_map(as_map).collect();
        let words: Option<Vec<&str>> = maps.iter().map(|map| text(map, "type")).collect();
        let words = words?;
        if words.iter().all(|word| *word == "string") {
            return Some(strings(&maps));
        }
        if words
            .iter()
            .all(|word| matches!(*word, "integer" | "number"))
        {
            return number(&maps);
        }
        None
    }
}

/// Returns the type of number that represents the numbers of all these types exactly, if there is one.
fn number(maps: &[&Map]) -> Option<Value> {
    let is_double = |map: &&Map| text(map, "type") == Some("number");
    let has_double = maps.iter().any(is_double);
    // Beside a `number`, an `integer` without a format needs no range, because `number` allows the same values.
    let is_part = |map: &&&Map| has_double && !has(map, "format");
    let ranges = maps.iter().filter(|map| !is_double(map) && !is_part(map));
    let (mut least, mut greatest) = (0, 0);
    for (from, to) in ranges.map(|map| range(map)) {
        least = least.min(from);
        greatest = greatest.max(to);
    }
    let holds = |from: i128, to: i128| from <= least && greatest <= to;
    let (word, format) = if has_double {
        holds(-EXACT, EXACT).then_some(("number", Some("double")))?
    } else if holds(i64::MIN.into(), i64::MAX.into()) {
        ("integer", None)
    } else {
        holds(0, u64::MAX.into()).then_some(("integer", Some("uint64")))?
    };
    let mut out = vec![("type".to_owned(), edit::words(word))];
    if let Some(format) = format {
        set(&mut out, "format", edit::words(format));
    }
    Some(Value::Map(out))
}

/// Returns one string type for several string types. An enum is open, so it accepts every other text too.
fn strings(maps: &[&Map]) -> Value {
    let mut values: Vec<Value> = Vec::new();
    for map in maps {
        for value in edit::list(map, "enum") {
            if as_text(value).is_some() && !values.contains(value) {
                values.push(value.clone());
            }
        }
    }
    let mut out = Map::new();
    set(&mut out, "type", edit::words("string"));
    if !values.is_empty() {
        set(&mut out, "enum", Value::List(values));
    }
    Value::Map(out)
}

pub(super) fn is_null(value: &Value) -> bool {
    let Some(map) = as_map(value) else {
        return false;
    };
    text(map, "type") == Some("null")
        || matches!(edit::list(map, "enum"), [Value::Null])
        || get(map, "const") == Some(&Value::Null)
}

/// Returns whether an alternative only restricts which properties are present.
fn is_presence(value: &Value) -> bool {
    as_map(value).is_some_and(|map| {
        !map.is_empty()
            && map.iter().all(|(key, _)| {
                matches!(key.as_str(), "required" | "title" | "description" | "not")
            })
    })
}
