//! Reads `x-dynamic-fields`: form fields whose names are made when a request is built.

use super::{
    Dynamic, DynamicNames,
    notes::provenance,
    object::{Node, Object},
};
use crate::{identifiers, problem::Problems, tree::join};

/// Reads the dynamic fields of a body.
pub(super) fn dynamic_fields(object: &mut Object<'_>, p: &mut Problems) -> Vec<Dynamic> {
    let Some(node) = object.take("x-dynamic-fields") else {
        return Vec::new();
    };
    let at = node.at.clone();
    let nodes = node.list(p).unwrap_or_default();
    if nodes.is_empty() {
        p.report(&at, "no dynamic field is listed", "list them, or remove it");
    }
    nodes
        .into_iter()
        .filter_map(|node| dynamic(node, p))
        .collect()
}

fn dynamic(node: Node<'_>, p: &mut Problems) -> Option<Dynamic> {
    let mut object = node.object(p)?;
    let at = object.at.clone();
    let description = object.word("description", p);
    let provenance = provenance(&mut object, p);
    // The key `rust-name` needs no prefix `x-`, because OpenAPI does not define this object.
    let rust = object
        .required("rust-name", p)
        .and_then(|node| field_name(node, p));
    let names = match (object.has("prefix"), object.has("pair")) {
        (true, false) => prefix(&mut object, p),
        (false, true) => pair(&mut object, p),
        _ => {
            p.report(
                &at,
                "a dynamic field has either a `prefix` or a `pair` of names",
                "write one of the two",
            );
            return None;
        }
    };
    object.finish("a dynamic field", p);
    Some(Dynamic {
        at,
        rust: rust?,
        names: names?,
        description,
        provenance,
    })
}

fn prefix(object: &mut Object<'_>, p: &mut Problems) -> Option<DynamicNames> {
    let personal = object.flag("x-personal", p);
    let prefix = object.word("prefix", p)?;
    Some(DynamicNames::Prefix { prefix, personal })
}

fn pair(object: &mut Object<'_>, p: &mut Problems) -> Option<DynamicNames> {
    let names = two(object, "pair", p, |node, p| node.text(p));
    let arguments = two(object, "arguments", p, field_name);
    let (names, arguments) = (names?, arguments?);
    for (key, [first, second]) in [("pair", &names), ("arguments", &arguments)] {
        if first == second || first.trim().is_empty() || second.trim().is_empty() {
            p.report(
                &join(&object.at, key),
                "the two names must differ, and neither may be blank",
                "correct them",
            );
        }
    }
    Some(DynamicNames::Pair { names, arguments })
}

fn two(
    object: &mut Object<'_>,
    key: &str,
    p: &mut Problems,
    read: fn(Node<'_>, &mut Problems) -> Option<String>,
) -> Option<[String; 2]> {
    let node = object.required(key, p)?;
    let at = node.at.clone();
    let nodes = node.list(p)?;
    let count = nodes.len();
    let read: Vec<String> = nodes.into_iter().filter_map(|node| read(node, p)).collect();
    if count != 2 {
        p.report(
            &at,
            format!("`{key}` must list exactly two names"),
            "write two",
        );
    }
    read.try_into().ok()
}

/// Reads a name that becomes a method or an argument.
fn field_name(node: Node<'_>, p: &mut Problems) -> Option<String> {
    let at = node.at.clone();
    let name = node.text(p)?;
    if identifiers::is_field_name(&name) {
        return Some(name);
    }
    p.report(
        &at,
        format!("`{name}` can't be the Rust name here"),
        "write one like `custom_field`",
    );
    None
}
