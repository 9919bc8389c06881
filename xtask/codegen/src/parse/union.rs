//! Reads `oneOf` and `anyOf`: either a schema or null, or a union with a discriminator.

use super::{
    Kind, Union, UnionVariant,
    notes::Role,
    object::{Node, Object},
    schema::{SCHEMAS, is_variant_name, map_of_text, reference, schema},
};
use crate::{
    problem::Problems,
    tree::{Value, join},
};

/// Returns whether an `anyOf` lists one schema and null, which means the same as in `oneOf`.
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

/// Returns the keyword: `oneOf`, or `anyOf` with a discriminator. With a discriminator, both keywords mean the same,
/// because the discriminator's value selects the alternative.
pub(super) fn word(object: &Object<'_>) -> Option<&'static str> {
    if object.has("oneOf") {
        Some("oneOf")
    } else {
        (object.has("anyOf") && object.has("discriminator")).then_some("anyOf")
    }
}

/// Reads either a schema or null, or a union with a discriminator.
pub(super) fn one_of(object: &mut Object<'_>, word: &str, p: &mut Problems) -> (Kind, bool) {
    let at = join(&object.at, word);
    let Some(nodes) = object.take(word).and_then(|node| node.list(p)) else {
        return (Kind::Broken, false);
    };
    let (nulls, others): (Vec<_>, Vec<_>) = nodes.into_iter().partition(|node| is_null(node.value));
    let nullable = !nulls.is_empty();
    if object.has("discriminator") {
        return (union(object, &at, others, p), nullable);
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

fn union(object: &mut Object<'_>, at: &str, nodes: Vec<Node<'_>>, p: &mut Problems) -> Kind {
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
    let names = names(object, p);
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
                format!("the variant `{name}` is listed twice"),
                "keep one of them",
            );
            continue;
        }
        let values: Vec<&String> = mapping
            .iter()
            .filter(|(_, target, _)| *target == name)
            .map(|(value, ..)| value)
            .collect();
        if values.len() > 1 {
            p.report(
                &at,
                format!("several values of the discriminator lead to `{name}`"),
                "write a schema for each value",
            );
        }
        variants.push(UnionVariant {
            at,
            mapped: values.first().map(|value| (*value).clone()),
            schema: name,
        });
    }
    for (_, target, at) in &mapping {
        if !variants.iter().any(|variant| variant.schema == *target) {
            p.report(
                at,
                format!("`{target}` is not a variant of this union"),
                "list it among the variants, or remove it",
            );
        }
    }
    if variants.len() < 2 {
        p.report(
            at,
            "a union needs two variants",
            "write the schema in place",
        );
    }
    match property {
        Some(property) => Kind::Union(Union {
            property,
            variants,
            names,
        }),
        None => Kind::Broken,
    }
}

/// Reads the names of variants, by the discriminator's value.
fn names(object: &mut Object<'_>, p: &mut Problems) -> Vec<(String, String)> {
    let at = join(&object.at, "x-enum-names");
    let mut names = map_of_text(object, "x-enum-names", p);
    names.retain(|(value, name)| is_variant_name(name, &join(&at, value), p));
    names
}
