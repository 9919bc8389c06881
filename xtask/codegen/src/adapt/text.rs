//! Strings: formats, limits and enums.

use super::{
    Adapter,
    edit::{self, Map, as_map, as_text, get, has, set, text},
    notes::Did,
};
use crate::{pattern, tree::Value};

/// The formats that the generator supports.
const FORMATS: &[&str] = &[
    "date-time",
    "date",
    "email",
    "uri",
    "uuid",
    "password",
    "hostname",
    "ipv4",
    "ipv6",
    "time",
    "duration",
];

impl Adapter<'_, '_> {
    /// Rewrites the schema of a string. Returns whether one of the listed values is null.
    pub(super) fn string(&mut self, members: &Map, out: &mut Map, at: &str) -> bool {
        set(out, "type", edit::words("string"));
        if has(members, "enum") || has(members, "const") {
            return self.choice(members, out, at);
        }
        let mut checked = Vec::new();
        match text(members, "format") {
            Some(format) if FORMATS.contains(&format) => {
                set(out, "format", edit::words(format));
                checked.push("format");
            }
            Some("binary") => {
                // In a form, `binary` means a file, which the generator refuses.
                set(out, "format", edit::words("binary"));
                checked.push("format");
            }
            Some(_) => {
                self.note(
                    Did::ReadPast,
                    "formats of strings that are plain text here",
                    at,
                );
            }
            None => {}
        }
        if !matches!(text(members, "format"), Some("date-time" | "date")) {
            self.lengths(members, out, &mut checked, at);
        }
        self.limits(members, out, &checked, at);
        false
    }

    fn lengths(&mut self, members: &Map, out: &mut Map, checked: &mut Vec<&'static str>, at: &str) {
        let length = |key: &str| get(members, key).and_then(count);
        let (min, max) = (length("minLength"), length("maxLength"));
        if min.unwrap_or(0) <= max.unwrap_or(u32::MAX) {
            for (key, limit) in [("minLength", min), ("maxLength", max)] {
                if let Some(limit) = limit {
                    set(out, key, Value::Unsigned(limit.into()));
                    checked.push(key);
                }
            }
        }
        if let Some(rule) = text(members, "pattern") {
            if pattern::check(rule).is_ok() {
                set(out, "pattern", edit::words(rule));
                checked.push("pattern");
            } else {
                self.note(
                    Did::Narrowed,
                    "patterns that the engine supports only in part stay as documentation",
                    at,
                );
            }
        }
    }

    /// Rewrites an enum of strings. `const` becomes an enum of one value.
    fn choice(&mut self, members: &Map, out: &mut Map, at: &str) -> bool {
        let single = get(members, "const").cloned();
        let given: Vec<Value> = match single {
            Some(value) => vec![value],
            None => edit::list(members, "enum").to_vec(),
        };
        let null = given.contains(&Value::Null);
        let mut values: Vec<Value> = Vec::new();
        for value in given.into_iter().filter(|value| *value != Value::Null) {
            // YAML reads an unquoted `yes` or `1` as a boolean or a number, although the enum contains strings.
            let value = match value {
                Value::Bool(_) | Value::Signed(_) | Value::Unsigned(_) => {
                    self.note(
                        Did::ReadPast,
                        "values of an enum of strings without quotes",
                        at,
                    );
                    Value::Text(crate::tree::to_line(&value))
                }
                value => value,
            };
            if as_text(&value).is_none() {
                self.limits(members, out, &[], at);
                return null;
            }
            if !values.contains(&value) {
                values.push(value);
            }
        }
        if values.is_empty() {
            return null;
        }
        for key in ["x-enum-names", "x-enum-descriptions"] {
            let Some(map) = get(members, key).and_then(as_map) else {
                continue;
            };
            let is_listed = |name: &String| values.iter().any(|value| as_text(value) == Some(name));
            let kept: Map = map
                .iter()
                .filter(|(name, value)| is_listed(name) && as_text(value).is_some())
                .cloned()
                .collect();
            if !kept.is_empty() {
                set(out, key, Value::Map(kept));
            }
        }
        set(out, "enum", Value::List(values));
        // The values of an enum can't be hidden in a message, so the marks for hidden values are removed from an enum.
        out.retain(|(key, _)| key != "x-personal" && key != "x-secret");
        null
    }
}

fn count(value: &Value) -> Option<u32> {
    match value {
        Value::Unsigned(number) => u32::try_from(*number).ok(),
        Value::Signed(number) => u32::try_from(*number).ok(),
        _ => None,
    }
}
