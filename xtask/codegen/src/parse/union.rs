//! Reads `oneOf`: either a schema or null, or a union with a discriminator.

use super::{
    Kind, UnionVariant,
    notes::Role,
    object::{Node, Object},
    schema::{SCHEMAS, reference, schema},
};
use crate::{
    problem::Problems,
    tree::{Value, join},
};

/// Returns whether `anyOf` offers one schema or null, with the same meaning as `oneOf`.
pub(super) fn is_any_or_null(object: &Object<'_>) -> bool {
    !object.has("type")
        && matches!(object.peek("anyOf"), Some(Value::List(items)) if items.len() == 2
            && items.iter().filter(|item| is_null(item)).count() == 1)
}

/// Reads the schema that [`is_any_or_null`] found.
pub(super) fn any_or_null(object: &mut Object<'_>, p: &mut Problems) -> (Kind, bool) {
    let nodes = object.take("anyOf").and_then(|node| node.list(p));
    let other = nodes
        .unwrap_or_default()
        .into_iter()
        .find(|node| !is_null(node.value));
    match other {
        Some(node) => (schema(node, Role::Element, p).kind, true),
        None => (Kind::Broken, true),
    }
}

/// Returns whether this is `{type: "null"}`.
fn is_null(value: &Value) -> bool {
    matches!(value, Value::Map(entries) if matches!(entries.as_slice(), [(key, Value::Text(word))] if key == "type" && word == "null"))
}

/// Reads either a schema or null, or a union with a discriminator.
pub(super) fn one_of(object: &mut Object<'_>, p: &mut Problems) -> (Kind, bool) {
    let at = join(&object.at, "oneOf");
    let Some(nodes) = object.take("oneOf").and_then(|node| node.list(p)) else {
        return (Kind::Broken, false);
    };
    let (nulls, others): (Vec<_>, Vec<_>) = nodes.into_iter().partition(|node| is_null(node.value));
    let nullable = !nulls.is_empty();
    if object.has("discriminator") {
        if nullable {
            p.report(
                &at,
                "a union that may be null is not supported",
                "make the body required",
            );
        }
        return (union(object, others, p), false);
    }
    let mut others = others.into_iter();
    match (others.next(), others.next()) {
        (Some(node), None) if nullable => (schema(node, Role::Element, p).kind, true),
        (_, Some(_)) => {
            p.report(
                &at,
                "`oneOf` without a discriminator is not supported",
                "add `discriminator`, or use `{}` for any JSON value",
            );
            (Kind::Broken, false)
        }
        _ => {
            p.report(
                &at,
                "`oneOf` of one schema has no effect",
                "write the schema in place, or add `{type: \"null\"}`",
            );
            (Kind::Broken, false)
        }
    }
}

fn union(object: &mut Object<'_>, nodes: Vec<Node<'_>>, p: &mut Problems) -> Kind {
    let Some(mut discriminator) = object.take("discriminator").and_then(|node| node.object(p))
    else {
        return Kind::Broken;
    };
    let property = discriminator
        .required("propertyName", p)
        .and_then(|node| node.text(p));
    let mut mapping: Vec<(String, String, String)> = Vec::new();
    if let Some(map) = discriminator
        .take("mapping")
        .and_then(|node| node.object(p))
    {
        for (value, node) in map.entries() {
            let at = node.at.clone();
            if let Some(target) = node.text(p) {
                let name = target.strip_prefix(SCHEMAS).unwrap_or(&target).to_owned();
                mapping.push((value.to_owned(), name, at));
            }
        }
    }
    discriminator.finish("a discriminator", p);
    let mut variants: Vec<UnionVariant> = Vec::new();
    for node in nodes {
        let at = node.at.clone();
        let Some(mut object) = node.object(p) else {
            continue;
        };
        let Some(name) = reference(&mut object, SCHEMAS, p) else {
            if !object.has("$ref") {
                p.report(
                    &at,
                    "a variant of a union is written in place",
                    "put it into components/schemas and refer to it",
                );
            }
            continue;
        };
        object.finish("a variant of a union", p);
        if variants.iter().any(|variant| variant.schema == name) {
            p.report(
                &at,
                format!("`{name}` is a variant twice"),
                "keep one of them",
            );
            continue;
        }
        let mapped = mapping
            .iter()
            .find(|(_, target, _)| *target == name)
            .map(|(value, ..)| value.clone());
        variants.push(UnionVariant {
            at,
            schema: name,
            mapped,
        });
    }
    for (_, target, at) in &mapping {
        if !variants.iter().any(|variant| variant.schema == *target) {
            p.report(
                at,
                format!("`{target}` is not a variant of this union"),
                "list it under `oneOf`, or remove it",
            );
        }
    }
    if variants.len() < 2 {
        p.report(
            &join(&object.at, "oneOf"),
            "a union needs two variants",
            "write the schema in place",
        );
    }
    match property {
        Some(property) => Kind::Union { property, variants },
        None => Kind::Broken,
    }
}
