//! Reads the presence rules of an object: `anyOf` of `required` lists, and `dependentRequired`.

use super::{
    Presence, Property,
    object::{Node, Object},
};
use crate::problem::Problems;

/// Reads the rules of an object whose properties are known.
pub(super) fn presence(
    object: &mut Object<'_>,
    properties: &[Property],
    p: &mut Problems,
) -> Vec<Presence> {
    let mut rules = Vec::new();
    if let Some(node) = object.take("anyOf") {
        rules.push(any(node, properties, p));
    }
    if let Some(node) = object.take("allOf") {
        rules.extend(all(node, properties, p));
    }
    if let Some(map) = object
        .take("dependentRequired")
        .and_then(|node| node.object(p))
    {
        for (field, node) in map.entries() {
            let at = node.at.clone();
            let is_known = known(field, &at, properties, p);
            let (companions, is_empty) = names(node, properties, p);
            if is_empty || companions.iter().any(|name| name == field) {
                p.report(
                    &at,
                    format!("`{field}` requires no other property"),
                    "name other properties",
                );
            }
            rules.extend(is_known.then(|| Presence::With {
                at,
                field: field.to_owned(),
                companions,
            }));
        }
    }
    rules
}

/// Reads several rules that all apply: an `allOf` that contains only `anyOf`.
fn all(node: Node<'_>, properties: &[Property], p: &mut Problems) -> Vec<Presence> {
    let at = node.at.clone();
    let mut rules = Vec::new();
    for node in node.list(p).unwrap_or_default() {
        let Some(mut object) = node.object(p) else {
            continue;
        };
        let is_rule = object.left() == ["anyOf"];
        if let Some(node) = object.take("anyOf").filter(|_| is_rule) {
            rules.push(any(node, properties, p));
        } else {
            rules.clear();
            break;
        }
    }
    if rules.is_empty() {
        p.report(
            &at,
            "`allOf` of more than rules about required properties",
            "write one schema that has all the properties; `allOf` may contain only `{anyOf: [{required: …}, …]}`",
        );
    }
    rules
}

/// Reads one rule: at least one of the alternatives must be set.
fn any(node: Node<'_>, properties: &[Property], p: &mut Problems) -> Presence {
    let at = node.at.clone();
    let alternatives: Vec<Vec<String>> = node
        .list(p)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|node| alternative(node, properties, p))
        .collect();
    if alternatives.len() < 2 {
        p.report(
            &at,
            "`anyOf` of fewer than two alternatives",
            "write `required` in their place",
        );
    }
    Presence::Any { at, alternatives }
}

/// Reads one alternative: `{required: […]}` and nothing else.
fn alternative(node: Node<'_>, properties: &[Property], p: &mut Problems) -> Option<Vec<String>> {
    let mut object = node.object(p)?;
    if object.left() != ["required"] {
        p.report(
            &object.at,
            "an alternative of `anyOf` that is more than a `required` list",
            "write `{required: [<property>]}`; use `{}` for a value of several shapes",
        );
        return None;
    }
    let at = object.at.clone();
    let (names, is_empty) = names(object.take("required")?, properties, p);
    if is_empty {
        p.report(
            &at,
            "an alternative that requires nothing",
            "name a property",
        );
    }
    Some(names)
}

/// Returns the listed names of properties that may be absent, and whether the list itself is empty.
fn names(node: Node<'_>, properties: &[Property], p: &mut Problems) -> (Vec<String>, bool) {
    let mut names: Vec<String> = Vec::new();
    let nodes = node.list(p).unwrap_or_default();
    let is_empty = nodes.is_empty();
    for node in nodes {
        let at = node.at.clone();
        let Some(name) = node.text(p) else { continue };
        if !known(&name, &at, properties, p) {
            continue;
        }
        if names.contains(&name) {
            p.report(
                &at,
                format!("`{name}` occurs twice here"),
                "keep one of them",
            );
        }
        names.push(name);
    }
    (names, is_empty)
}

/// Returns whether `name` is a property that may be absent. Otherwise reports a problem.
fn known(name: &str, at: &str, properties: &[Property], p: &mut Problems) -> bool {
    let (what, hint) = match properties.iter().find(|property| property.name == name) {
        None => (
            "is not among the properties",
            "describe it under `properties`",
        ),
        Some(property) if property.required => (
            "is required in any case",
            "remove it here, or from `required`",
        ),
        Some(_) => return true,
    };
    p.report(at, format!("`{name}` {what}"), hint);
    false
}
