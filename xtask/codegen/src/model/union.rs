//! Finds the discriminator of each object that is an alternative of a union. The object writes its discriminator
//! everywhere, even outside the union.

use std::collections::{BTreeMap, BTreeSet};

use super::lower::dangling;
use crate::{
    parse::{Description, Kind, OrRef, Property, Record, Schema, Union, UnionVariant},
    problem::Problems,
};

/// The discriminator of an object: the member by which a union recognises the object, and the member's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Whether the object's own schema allows no other value.
    pub(crate) is_fixed: bool,
}

/// Returns the discriminators of all alternatives, by the names of their components.
pub(super) fn tags<'d>(description: &'d Description, p: &mut Problems) -> BTreeMap<&'d str, Tag> {
    let mut unions = Vec::new();
    for schema in schemas(description) {
        walk(schema, &mut |inner| {
            if let Kind::Union(union) = &inner.kind {
                unions.push(union);
            }
        });
    }
    let mut tags: BTreeMap<&str, Tag> = BTreeMap::new();
    for union in unions {
        let mut values: Vec<String> = Vec::new();
        for variant in &union.variants {
            let Some(tag) = tag(description, union, variant, p) else {
                continue;
            };
            if values.contains(&tag.value) {
                p.report(
                    &variant.at,
                    format!("`{}` is the `{}` of two variants", tag.value, tag.name),
                    "give each variant a value of its own",
                );
            }
            values.push(tag.value.clone());
            match tags.get(variant.schema.as_str()) {
                Some(other) if *other != tag => p.report(
                    &variant.at,
                    format!(
                        "`{}` has the `{}` `{}` here, and the `{}` `{}` in another union",
                        variant.schema, tag.name, tag.value, other.name, other.value
                    ),
                    "write a schema for each union",
                ),
                _ => {
                    tags.insert(&variant.schema, tag);
                }
            }
        }
    }
    tags
}

/// Returns the schemas of requests and successes, and the components that those schemas reach. Other schemas serve only
/// as documentation. The schemas inside a returned schema are not listed: [`walk`] visits them.
fn schemas(description: &Description) -> Vec<&Schema> {
    let mut all = of_operations(description);
    let components: BTreeMap<&str, &Schema> = description
        .schemas
        .iter()
        .map(|(name, schema)| (name.as_str(), schema))
        .collect();
    let mut found = BTreeSet::new();
    let mut open = Vec::new();
    for schema in &all {
        walk(schema, &mut |inner| open.extend(named(inner)));
    }
    while let Some(name) = open.pop() {
        if found.insert(name) {
            if let Some(schema) = components.get(name) {
                walk(schema, &mut |inner| open.extend(named(inner)));
            }
        }
    }
    let used = description.schemas.iter();
    let used = used.filter(|(name, _)| found.contains(name.as_str()));
    all.splice(0..0, used.map(|(_, schema)| schema));
    all
}

/// Returns the schemas of all parameters, request bodies and successes.
fn of_operations(description: &Description) -> Vec<&Schema> {
    let parameters = description.parameters.iter().map(|(_, one)| &one.schema);
    let operations = description.operations.iter();
    let successes = operations
        .clone()
        .flat_map(|operation| &operation.responses)
        .filter(|(status, _)| status.starts_with('2'))
        .filter_map(|(_, one)| match one {
            OrRef::Here(response) => Some(response),
            OrRef::Reference { name, .. } => {
                let mut known = description.responses.iter();
                known.find(|(key, _)| key == name).map(|(_, one)| one)
            }
        });
    let contents = successes
        .flat_map(|response| &response.content)
        .filter_map(|content| content.schema.as_ref());
    let bodies = operations
        .clone()
        .filter_map(|operation| Some(&operation.body.as_ref()?.schema));
    let own = operations
        .flat_map(|operation| &operation.parameters)
        .filter_map(|parameter| match parameter {
            OrRef::Here(parameter) => Some(&parameter.schema),
            OrRef::Reference { .. } => None,
        });
    parameters
        .chain(contents)
        .chain(bodies)
        .chain(own)
        .collect()
}

/// Calls `visit` with a schema and the schemas in it.
fn walk<'d>(schema: &'d Schema, visit: &mut dyn FnMut(&'d Schema)) {
    visit(schema);
    match &schema.kind {
        Kind::List(inner) | Kind::Map(inner) => walk(inner, visit),
        Kind::Record(record) => {
            for property in &record.properties {
                walk(&property.schema, visit);
            }
        }
        _ => {}
    }
}

/// Returns the names of the components to which a schema refers directly.
fn named(schema: &Schema) -> Vec<&str> {
    match &schema.kind {
        Kind::Reference(name) => vec![name],
        Kind::Union(union) => union
            .variants
            .iter()
            .map(|variant| variant.schema.as_str())
            .collect(),
        _ => Vec::new(),
    }
}

/// Returns the discriminator of a variant. Its value comes from the variant's own schema, or else from `mapping`.
/// Otherwise, the value is the name of the variant's component.
fn tag(
    description: &Description,
    union: &Union,
    variant: &UnionVariant,
    p: &mut Problems,
) -> Option<Tag> {
    let found = description
        .schemas
        .iter()
        .find(|(key, _)| *key == variant.schema);
    let Some((_, schema)) = found else {
        dangling(&variant.at, "schemas", &variant.schema, p);
        return None;
    };
    let Kind::Record(record) = &schema.kind else {
        if !matches!(schema.kind, Kind::Broken) {
            p.report(
                &schema.at,
                "a variant of a union that is not an object with properties",
                "write `type: object` with `properties`",
            );
        }
        return None;
    };
    let name = &union.property;
    let fixed = property(record, name).and_then(only_value);
    if let (Some(fixed), Some(mapped)) = (fixed, &variant.mapped) {
        if fixed != mapped {
            p.report(
                &variant.at,
                format!("`mapping` has `{mapped}`, the variant has `{fixed}`"),
                "make them agree",
            );
        }
    }
    let value = fixed
        .or(variant.mapped.as_deref())
        .unwrap_or(&variant.schema);
    if let Some(other) = property(record, name).filter(|other| !may_be(other, value)) {
        p.report(
            &other.schema.at,
            format!(
                "`{name}` can't be `{value}`, the value that identifies this variant of the union"
            ),
            "make it a text that may have this value, or correct `mapping`",
        );
    }
    Some(Tag {
        name: name.clone(),
        value: value.to_owned(),
        is_fixed: fixed.is_some(),
    })
}

fn property<'d>(record: &'d Record, name: &str) -> Option<&'d Property> {
    record.properties.iter().find(|one| one.name == name)
}

/// Returns the value of a property that allows only one value: a `const`, or an `enum` of one value.
fn only_value(property: &Property) -> Option<&str> {
    match &property.schema.kind {
        Kind::Constant(value) => Some(value),
        Kind::Choice(choices) => match choices.as_slice() {
            [choice] => Some(&choice.value),
            _ => None,
        },
        _ => None,
    }
}

/// Returns whether a property may have this value. Returns true for a reference, without following the reference.
fn may_be(property: &Property, value: &str) -> bool {
    match &property.schema.kind {
        Kind::Constant(only) => only == value,
        Kind::Choice(choices) => choices.iter().any(|choice| choice.value == value),
        Kind::Text(_) | Kind::Reference(_) | Kind::Broken | Kind::Free => true,
        _ => false,
    }
}
