//! Requests and responses. A schema that differs between the two sides becomes two schemas. A schema that contains
//! itself is cut: the reference that leads back becomes any JSON value.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    edit::{self, Map, as_map, get, has, text},
    notes::{Did, Notes},
    one_of::is_null,
    schema::ANY,
    union::{give_up, is_union},
};
use crate::tree::{Value, join};

type Schemas = BTreeMap<String, Value>;

/// Whether a value is sent or received.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Sent,
    Received,
}

impl Side {
    /// Returns the keyword that marks a property as absent on this side.
    fn absent(self) -> &'static str {
        match self {
            Self::Sent => "readOnly",
            Self::Received => "writeOnly",
        }
    }
}

/// Gives each side its own schemas, where that is necessary.
pub(super) fn split(paths: &mut Value, schemas: &mut Schemas, notes: &mut Notes) {
    sides_of(paths, &mut |side, value| strip(value, side));
    let sent = reached(paths, schemas, Side::Sent);
    let received = reached(paths, schemas, Side::Received);
    let circular = in_circle(schemas, &sent);
    let mut apart: BTreeSet<String> = sent
        .intersection(&received)
        .filter(|name| {
            circular.contains(*name)
                || schemas
                    .get(*name)
                    .is_some_and(|schema| differs(schema, schemas))
        })
        .cloned()
        .collect();
    loop {
        let more: Vec<String> = sent
            .intersection(&received)
            .filter(|name| !apart.contains(*name))
            .filter(|name| {
                schemas
                    .get(*name)
                    .is_some_and(|schema| names_one(schema, &apart))
            })
            .cloned()
            .collect();
        if more.is_empty() {
            break;
        }
        apart.extend(more);
    }
    let renamed: BTreeMap<String, String> = apart
        .iter()
        .map(|name| {
            let mut input = format!("{name}Input");
            while schemas.contains_key(&input) {
                input.push_str("Body");
            }
            (name.clone(), input)
        })
        .collect();
    for (name, input) in &renamed {
        notes.add(
            Did::Narrowed,
            "schemas that differ between request and response are split in two",
            &join("/components/schemas", name),
        );
        if let Some(mut copy) = schemas.get(name).cloned() {
            rename(&mut copy, &renamed);
            strip(&mut copy, Side::Sent);
            schemas.insert(input.clone(), copy);
        }
    }
    for name in sent.iter().filter(|name| !received.contains(*name)) {
        if let Some(schema) = schemas.get_mut(name) {
            rename(schema, &renamed);
            strip(schema, Side::Sent);
        }
    }
    for name in &received {
        if !sent.contains(name) || apart.contains(name) {
            if let Some(schema) = schemas.get_mut(name) {
                strip(schema, Side::Received);
            }
        }
    }
    sides_of(paths, &mut |side, value| {
        if side == Side::Sent {
            rename(value, &renamed);
        }
    });
    let sent = reached(paths, schemas, Side::Sent);
    cut(schemas, &sent, false, notes);
    let received = reached(paths, schemas, Side::Received);
    cut(schemas, &received, true, notes);
    // Remove the schemas that were used only through a reference that has been cut.
    let sent = reached(paths, schemas, Side::Sent);
    let received = reached(paths, schemas, Side::Received);
    schemas.retain(|name, _| sent.contains(name) || received.contains(name));
}

/// Calls `visit` for the sent parts and the received parts of every operation.
fn sides_of(paths: &mut Value, visit: &mut dyn FnMut(Side, &mut Value)) {
    let Value::Map(items) = paths else { return };
    for (_, item) in items {
        let Value::Map(operations) = item else {
            continue;
        };
        for (_, operation) in operations {
            let Value::Map(members) = operation else {
                continue;
            };
            for (key, value) in members {
                match key.as_str() {
                    "parameters" | "requestBody" => visit(Side::Sent, value),
                    "responses" => visit(Side::Received, value),
                    _ => {}
                }
            }
        }
    }
}

fn reached(paths: &mut Value, schemas: &Schemas, side: Side) -> BTreeSet<String> {
    let mut open = Vec::new();
    sides_of(paths, &mut |other, value| {
        if other == side {
            edit::references(value, &mut |name| open.push(name.to_owned()));
        }
    });
    let mut found = BTreeSet::new();
    while let Some(name) = open.pop() {
        let schema = schemas.get(&name);
        if found.insert(name) {
            if let Some(schema) = schema {
                of_side(schema, side, &mut |name| open.push(name.to_owned()));
            }
        }
    }
    found
}

/// Calls `visit` for the references of a schema, except those of properties that this side does not have.
fn of_side(value: &Value, side: Side, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::Map(members) => {
            if edit::is_true(members, side.absent()) {
                return;
            }
            if let Some(name) = text(members, "$ref").and_then(edit::component) {
                visit(&name);
            }
            edit::each(members, &mut |_, value| of_side(value, side, visit));
        }
        Value::List(items) => {
            for item in items {
                of_side(item, side, visit);
            }
        }
        _ => {}
    }
}

/// Returns whether a schema has a property that may be null, or that only one side has.
fn differs(schema: &Value, schemas: &Schemas) -> bool {
    let Some(map) = as_map(schema) else {
        return false;
    };
    let one_sided = |schema: &Value| {
        as_map(schema).is_some_and(|map| {
            has(map, "readOnly") || has(map, "writeOnly") || may_be_null(map, schemas)
        })
    };
    let properties = edit::map(map, "properties");
    properties
        .iter()
        .any(|(_, schema)| one_sided(schema) || differs(schema, schemas))
        || ["items", "additionalProperties"]
            .into_iter()
            .filter_map(|key| get(map, key))
            .any(|inner| differs(inner, schemas))
}

fn may_be_null(map: &Map, schemas: &Schemas) -> bool {
    let mut map = map;
    for _ in 0..20 {
        let variants = edit::list(map, "anyOf");
        if matches!(get(map, "type"), Some(Value::List(_)))
            || has(map, "oneOf")
            || variants.iter().any(is_null)
        {
            return true;
        }
        let target = text(map, "$ref").and_then(edit::component);
        match target.and_then(|name| schemas.get(&name)).and_then(as_map) {
            Some(inner) => map = inner,
            None => return false,
        }
    }
    false
}

fn names_one(schema: &Value, names: &BTreeSet<String>) -> bool {
    let mut found = false;
    edit::references(schema, &mut |name| found |= names.contains(name));
    found
}

fn rename(value: &mut Value, renamed: &BTreeMap<String, String>) {
    match value {
        Value::Map(members) => edit::each_mut(members, &mut |steps, value| match (steps, value) {
            (["mapping"], Value::Map(mapping)) => {
                for (_, target) in mapping {
                    refer_to(target, renamed);
                }
            }
            (["$ref"], value) => refer_to(value, renamed),
            (_, value) => rename(value, renamed),
        }),
        Value::List(items) => {
            for item in items {
                rename(item, renamed);
            }
        }
        _ => {}
    }
}

/// Changes the target of a reference.
fn refer_to(target: &mut Value, renamed: &BTreeMap<String, String>) {
    let name = edit::as_text(target).and_then(edit::component);
    if let Some(input) = name.and_then(|name| renamed.get(&name)) {
        if let Value::Map(one) = edit::reference(input) {
            if let Some((_, new)) = one.into_iter().next() {
                *target = new;
            }
        }
    }
}

/// Removes the properties that a side does not have.
fn strip(value: &mut Value, side: Side) {
    match value {
        Value::Map(members) => {
            let mut gone: Vec<String> = Vec::new();
            let mut is_empty = false;
            if let Some(Value::Map(properties)) = edit::get_mut(members, "properties") {
                properties.retain(|(name, schema)| {
                    let is_gone =
                        as_map(schema).is_some_and(|map| edit::is_true(map, side.absent()));
                    if is_gone {
                        gone.push(name.clone());
                    }
                    !is_gone
                });
                is_empty = properties.is_empty();
            }
            if !gone.is_empty() {
                if let Some(Value::List(required)) = edit::get_mut(members, "required") {
                    required
                        .retain(|name| !gone.iter().any(|gone| edit::as_text(name) == Some(gone)));
                }
                if is_empty {
                    edit::take(members, "properties");
                    edit::take(members, "required");
                }
            }
            edit::each_mut(members, &mut |_, value| strip(value, side));
        }
        Value::List(items) => {
            for item in items {
                strip(item, side);
            }
        }
        _ => {}
    }
}

/// Returns the schemas in cycles: those that refer to themselves, directly or through others.
fn in_circle(schemas: &Schemas, names: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    walk_depth_first(schemas, names, false, &mut |path, target| {
        let from = path.iter().position(|name| name == target).unwrap_or(0);
        found.extend(path.iter().skip(from).cloned());
    });
    found
}

/// Breaks every cycle: the reference that leads back, or the union around it, becomes any JSON value. With
/// `only_direct`, a reference in a list or map is kept.
fn cut(schemas: &mut Schemas, names: &BTreeSet<String>, only_direct: bool, notes: &mut Notes) {
    let mut edges: Vec<(String, String)> = Vec::new();
    walk_depth_first(schemas, names, only_direct, &mut |path, target| {
        if let Some(last) = path.last() {
            edges.push((last.clone(), target.to_owned()));
        }
    });
    for (from, to) in edges {
        notes.add(
            Did::Narrowed,
            "schemas that contain themselves end at any JSON value",
            &join("/components/schemas", &from),
        );
        if let Some(schema) = schemas.get_mut(&from) {
            replace(schema, &to, only_direct);
        }
    }
}

fn replace(value: &mut Value, name: &str, only_direct: bool) {
    match value {
        Value::Map(members) => {
            let is_it = text(members, "$ref").and_then(edit::component).as_deref() == Some(name);
            if is_it {
                edit::take(members, "$ref");
                edit::set(members, ANY, Value::Bool(true));
                return;
            }
            if is_union(members) {
                let mut names_it = false;
                edit::references(value, &mut |target| names_it |= target == name);
                if let (Value::Map(members), true) = (value, names_it) {
                    give_up(members);
                }
                return;
            }
            edit::each_mut(members, &mut |steps, value| {
                if !only_direct || !is_container(steps) {
                    replace(value, name, only_direct);
                }
            });
        }
        Value::List(items) => {
            for item in items {
                replace(item, name, only_direct);
            }
        }
        _ => {}
    }
}

fn is_container(steps: &[&str]) -> bool {
    matches!(steps, ["items" | "additionalProperties"])
}

/// Calls `found` for every reference that closes a cycle, with the path to the reference and with its target.
fn walk_depth_first(
    schemas: &Schemas,
    names: &BTreeSet<String>,
    only_direct: bool,
    found: &mut dyn FnMut(&[String], &str),
) {
    let below = |name: &str| {
        let mut targets = Vec::new();
        if let Some(schema) = schemas.get(name) {
            targets_of(schema, only_direct, &mut |target| {
                if !targets.contains(&target.to_owned()) {
                    targets.push(target.to_owned());
                }
            });
        }
        targets.reverse();
        targets
    };
    let mut done: BTreeSet<String> = BTreeSet::new();
    // Unions come first: a cycle that is entered at a union is cut at a property, so that the union stays.
    let is_no_union = |name: &&String| !schemas.get(*name).and_then(as_map).is_some_and(is_union);
    let mut starts: Vec<&String> = names.iter().collect();
    starts.sort_by_key(is_no_union);
    for start in starts {
        if done.contains(start) {
            continue;
        }
        let mut path = vec![start.clone()];
        let mut open = vec![below(start)];
        while let Some(targets) = open.last_mut() {
            let Some(target) = targets.pop() else {
                open.pop();
                done.extend(path.pop());
                continue;
            };
            if path.contains(&target) {
                found(&path, &target);
            } else if !done.contains(&target) {
                open.push(below(&target));
                path.push(target);
            }
        }
    }
}

fn targets_of(value: &Value, only_direct: bool, visit: &mut dyn FnMut(&str)) {
    match value {
        Value::Map(members) => {
            if let Some(name) = text(members, "$ref").and_then(edit::component) {
                visit(&name);
            }
            edit::each(members, &mut |steps, value| {
                if !only_direct || !is_container(steps) {
                    targets_of(value, only_direct, visit);
                }
            });
        }
        Value::List(items) => {
            for item in items {
                targets_of(item, only_direct, visit);
            }
        }
        _ => {}
    }
}
