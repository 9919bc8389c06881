//! Objects: objects with properties, maps, and objects whose members are not described.

use super::{
    Adapter,
    edit::{self, Map, as_map, get, set},
    notes::Did,
    schema::Role,
};
use crate::tree::{Value, join};

impl Adapter<'_, '_> {
    pub(super) fn object(&mut self, members: &Map, out: &mut Map, at: &str) {
        set(out, "type", edit::words("object"));
        let mut properties = Map::new();
        let below = join(at, "properties");
        for (name, schema) in edit::map(members, "properties") {
            let schema = match schema {
                Value::Map(_) | Value::Bool(true) => {
                    self.schema(schema, &join(&below, name), Role::Named)
                }
                // No value is allowed, so the property can't be present.
                Value::Bool(false) => continue,
                other => other.clone(),
            };
            properties.push((name.clone(), schema));
        }
        let mut required = Vec::new();
        for name in edit::texts(edit::list(members, "required")) {
            if !properties.iter().any(|(key, _)| *key == name) {
                self.note(
                    Did::Narrowed,
                    "required properties without a schema are any JSON value",
                    at,
                );
                properties.push((name.clone(), Value::Map(Vec::new())));
            }
            let name = Value::Text(name);
            if !required.contains(&name) {
                required.push(name);
            }
        }
        let additional = get(members, "additionalProperties");
        if properties.is_empty() {
            if let Some(values) = additional.and_then(as_map) {
                let place = join(at, "additionalProperties");
                let schema = self.schema(&Value::Map(values.clone()), &place, Role::Inner);
                set(out, "additionalProperties", schema);
            }
        } else {
            if !matches!(additional, None | Some(Value::Bool(false))) {
                self.note(
                    Did::Narrowed,
                    "properties that are not listed are neither sent nor shown",
                    at,
                );
            }
            set(out, "properties", Value::Map(properties));
            if !required.is_empty() {
                set(out, "required", Value::List(required));
            }
        }
        self.limits(members, out, &[], at);
    }
}
