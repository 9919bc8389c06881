//! Small edits of a tree: members of an object by name.

use crate::tree::Value;
pub(super) use crate::tree::at;

const PROPERTIES: &str = "properties";

/// Members of an object, in order.
pub(super) type Map = Vec<(String, Value)>;

pub(super) fn get<'v>(map: &'v Map, key: &str) -> Option<&'v Value> {
    map.iter()
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
}

pub(super) fn get_mut<'v>(map: &'v mut Map, key: &str) -> Option<&'v mut Value> {
    map.iter_mut()
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
}

pub(super) fn has(map: &Map, key: &str) -> bool {
    get(map, key).is_some()
}

pub(super) fn take(map: &mut Map, key: &str) -> Option<Value> {
    let index = map.iter().position(|(name, _)| name == key)?;
    Some(map.remove(index).1)
}

/// Replaces a member, or adds it at the end.
pub(super) fn set(map: &mut Map, key: &str, value: Value) {
    match get_mut(map, key) {
        Some(place) => *place = value,
        None => map.push((key.to_owned(), value)),
    }
}

pub(super) fn text<'v>(map: &'v Map, key: &str) -> Option<&'v str> {
    get(map, key).and_then(as_text)
}

pub(super) fn is_true(map: &Map, key: &str) -> bool {
    matches!(get(map, key), Some(Value::Bool(true)))
}

pub(super) fn list<'v>(map: &'v Map, key: &str) -> &'v [Value] {
    match get(map, key) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

pub(super) fn map<'v>(map: &'v Map, key: &str) -> &'v [(String, Value)] {
    match get(map, key) {
        Some(Value::Map(members)) => members,
        _ => &[],
    }
}

/// Returns a member, if it is an object.
pub(super) fn map_of<'v>(map: &'v Map, key: &str) -> Option<&'v Map> {
    get(map, key).and_then(as_map)
}

pub(super) fn as_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

pub(super) fn as_map(value: &Value) -> Option<&Map> {
    match value {
        Value::Map(members) => Some(members),
        _ => None,
    }
}

pub(super) fn words(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// Returns an object with one member.
pub(super) fn one(key: &str, value: Value) -> Value {
    Value::Map(vec![(key.to_owned(), value)])
}

/// Returns the texts in a list of values.
pub(super) fn texts(values: &[Value]) -> Vec<String> {
    values
        .iter()
        .filter_map(as_text)
        .map(str::to_owned)
        .collect()
}

/// Returns the value at a JSON pointer, to change it.
pub(super) fn at_mut<'v>(value: &'v mut Value, pointer: &str) -> Option<&'v mut Value> {
    let mut place = value;
    for step in pointer.split('/').skip(1) {
        let key = step.replace("~1", "/").replace("~0", "~");
        place = match place {
            Value::Map(members) => get_mut(members, &key)?,
            Value::List(items) => items.get_mut(key.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(place)
}

/// Calls `visit` for each value in an object, with the steps that lead to it. For `properties`, calls `visit` for each
/// property's schema instead, with two steps: `properties` and the property's name. Otherwise such a name could be
/// mistaken for a keyword of OpenAPI.
pub(super) fn each<'v>(members: &'v Map, visit: &mut dyn FnMut(&[&str], &'v Value)) {
    for (key, value) in members {
        match value {
            Value::Map(properties) if key == PROPERTIES => {
                for (name, schema) in properties {
                    visit(&[key, name], schema);
                }
            }
            value => visit(&[key], value),
        }
    }
}

/// Does what `each` does, and lets `visit` change the values.
pub(super) fn each_mut(members: &mut Map, visit: &mut dyn FnMut(&[&str], &mut Value)) {
    for (key, value) in members {
        match value {
            Value::Map(properties) if key == PROPERTIES => {
                for (name, schema) in properties {
                    visit(&[key, name], schema);
                }
            }
            value => visit(&[key], value),
        }
    }
}

/// Calls `visit` for every `$ref` to a schema of components.
pub(super) fn references(value: &Value, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::Map(members) => {
            for (key, value) in members {
                match (key.as_str(), value) {
                    ("$ref", Value::Text(target)) => {
                        if let Some(name) = component(target) {
                            visit(&name);
                        }
                    }
                    _ => references(value, visit),
                }
            }
        }
        Value::List(items) => {
            for item in items {
                references(item, visit);
            }
        }
        _ => {}
    }
}

/// Returns the name of the schema of components that a reference leads to, if it leads to one.
pub(super) fn component(target: &str) -> Option<String> {
    let name = target.strip_prefix("#/components/schemas/")?;
    (!name.is_empty() && !name.contains('/')).then(|| unescaped(name))
}

/// Converts a step of a pointer into the key that the step stands for.
pub(super) fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// Returns a reference to a schema of components.
pub(super) fn reference(name: &str) -> Value {
    let name = name.replace('~', "~0").replace('/', "~1");
    one("$ref", Value::Text(format!("#/components/schemas/{name}")))
}
