//! Reads objects: a struct, a map, or any JSON object.

use super::{
    Kind, Property, Record, dynamic::dynamic_fields, notes::Role, object::Object,
    presence::presence, schema::schema,
};
use crate::{problem::Problems, tree::Value};

pub(super) fn record(object: &mut Object<'_>, p: &mut Problems) -> Kind {
    let required: Vec<(String, String)> = object
        .take("required")
        .and_then(|node| node.list(p))
        .unwrap_or_default()
        .into_iter()
        .filter_map(|node| Some((node.at.clone(), node.text(p)?)))
        .collect();
    let mut properties = Vec::new();
    if let Some(map) = object.take("properties").and_then(|node| node.object(p)) {
        for (name, node) in map.entries() {
            properties.push(Property {
                name: name.to_owned(),
                required: required.iter().any(|(_, wanted)| wanted == name),
                schema: schema(node, Role::Property, p),
            });
        }
    }
    for (at, name) in &required {
        if !properties.iter().any(|property| property.name == *name) {
            p.report(
                at,
                format!("`{name}` is required but not among the properties"),
                "describe it under `properties`",
            );
        }
    }
    let record = Record {
        presence: presence(object, &properties, p),
        dynamic: dynamic_fields(object, p),
        properties,
    };
    let is_empty = record.properties.is_empty() && record.dynamic.is_empty();
    let additional = object.take("additionalProperties");
    match additional.as_ref().map(|node| node.value) {
        Some(Value::Bool(true)) if !is_empty => {
            let at = additional.map_or_else(|| object.at.clone(), |node| node.at);
            p.report(
                &at,
                "`additionalProperties: true` beside `properties` is not supported",
                "omit it if the further properties may be lost, or use `{}` for the whole object",
            );
            Kind::Record(record)
        }
        None | Some(Value::Bool(false)) if !is_empty => Kind::Record(record),
        None | Some(Value::Bool(true)) => Kind::Free,
        Some(Value::Bool(false)) => {
            p.report(
                &object.at,
                "an object that may have no properties at all",
                "describe its properties",
            );
            Kind::Broken
        }
        Some(_) => {
            let Some(node) = additional else {
                return Kind::Broken;
            };
            if !is_empty {
                p.report(
                    &node.at,
                    "`additionalProperties` with a schema beside `properties` is not supported",
                    "put the further values into a separate property, or use `{}` for the whole object",
                );
            }
            Kind::Map(Box::new(schema(node, Role::Element, p)))
        }
    }
}
