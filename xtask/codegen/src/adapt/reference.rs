//! References. A reference to a component schema stays. A reference to any other place in the file
//! is replaced by the schema at that place.

use super::{
    Adapter,
    edit::{self, Map, text},
    notes::Did,
    schema::{KEYWORDS, LIMITS, Role, noted, with_null},
};
use crate::tree::Value;

impl Adapter<'_, '_> {
    pub(super) fn reference(&mut self, members: &Map, out: Map, at: &str, role: Role) -> Value {
        let target = text(members, "$ref").unwrap_or_default();
        if members.iter().any(|(key, _)| {
            (KEYWORDS.contains(&key.as_str()) || LIMITS.contains(&key.as_str()))
                && key != "nullable"
        }) {
            self.note(Did::ReadPast, "words beside a reference", at);
        }
        let is_known =
            edit::component(target).is_some_and(|name| self.source.schema(&name).is_some());
        let value = if is_known {
            let mut map = out;
            if role == Role::Named {
                self.sided(target, &mut map);
            }
            edit::set(&mut map, "$ref", edit::words(target));
            Value::Map(map)
        } else if let Some(found) = self.source.target(target) {
            // The target is not a component schema, so a copy of it is inserted here. `schema`
            // limits the depth of such copies.
            let inner = self.schema(found, at, role);
            noted(inner, out)
        } else {
            let mut map = out;
            edit::set(&mut map, "$ref", edit::words(target));
            Value::Map(map)
        };
        if edit::is_true(members, "nullable") {
            with_null(value)
        } else {
            value
        }
    }

    /// Copies `readOnly` or `writeOnly` from the schema that a property refers to, unless the
    /// property has one of them.
    fn sided(&mut self, target: &str, out: &mut Map) {
        let found = self.source.target(target).and_then(edit::as_map);
        for key in ["readOnly", "writeOnly"] {
            let other = ["readOnly", "writeOnly"]
                .into_iter()
                .any(|key| edit::has(out, key));
            if found.is_some_and(|map| edit::is_true(map, key)) && !other {
                edit::set(out, key, Value::Bool(true));
            }
        }
    }
}
