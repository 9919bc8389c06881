//! Flattens request bodies into their operations.

use super::{
    Body, BodyShape, BodyVariant, Field, Format,
    lower::{Lowering, dangling, only_whole_bodies},
};
use crate::{
    parse::{self, Kind, Property},
    problem::Problems,
};

/// The name of a body that is one value. Nothing on the wire has it.
const VALUE: &str = "value";

pub(super) fn request_body<'d>(
    lowering: &mut Lowering<'d>,
    source: &'d parse::RequestBody,
    stem: &str,
    p: &mut Problems,
) -> Option<Body> {
    let (schema, name) = lowering.resolve(&source.schema, p)?;
    if schema.nullable || source.schema.nullable {
        p.report(
            &source.at,
            "a request body that may be null",
            "leave \"null\" out",
        );
    }
    // An object or enum inside is named after the schema, or after the operation if the body has no name.
    let stem = schema.notes.rust_name.as_deref().or(name).unwrap_or(stem);
    let (mut presence, mut dynamic) = (Vec::new(), Vec::new());
    let mut is_value = false;
    let shape = match &schema.kind {
        Kind::Record(record) => {
            presence.clone_from(&record.presence);
            dynamic.clone_from(&record.dynamic);
            BodyShape::Record(fields(lowering, &record.properties, stem, p))
        }
        Kind::Union { property, variants } => {
            if source.format != Format::Json {
                p.report(
                    &source.at,
                    "a union in a form",
                    "send it as application/json, or write the variants as operations",
                );
            }
            let variants = variants
                .iter()
                .filter_map(|variant| body_variant(lowering, variant, property, p))
                .collect();
            BodyShape::Union {
                tag: property.clone(),
                variants,
            }
        }
        Kind::Broken => return None,
        Kind::List(_)
        | Kind::Map(_)
        | Kind::Free
        | Kind::Text(_)
        | Kind::Choice(_)
        | Kind::Integer(_)
        | Kind::Double
        | Kind::Boolean
            if source.format == Format::Json =>
        {
            is_value = true;
            BodyShape::Record(vec![lowering.field(VALUE, true, &source.schema, stem, p)])
        }
        _ => {
            p.report(
                &source.at,
                "a request body that is neither an object with properties nor a union",
                "describe the properties of an object",
            );
            return None;
        }
    };
    Some(Body {
        format: source.format,
        content_type: source.content_type.clone(),
        shape,
        is_value,
        presence,
        dynamic,
    })
}

fn fields<'d>(
    lowering: &mut Lowering<'d>,
    properties: &'d [Property],
    stem: &str,
    p: &mut Problems,
) -> Vec<Field> {
    properties
        .iter()
        .map(|property| {
            lowering.field(&property.name, property.required, &property.schema, stem, p)
        })
        .filter(|field| !field.notes.read_only)
        .collect()
}

fn body_variant<'d>(
    lowering: &mut Lowering<'d>,
    variant: &'d parse::UnionVariant,
    tag: &str,
    p: &mut Problems,
) -> Option<BodyVariant> {
    let Some((name, schema)) = lowering.component(&variant.schema) else {
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
    only_whole_bodies(record, &schema.at, p);
    let properties = &record.properties;
    let value = properties
        .iter()
        .find(|property| property.name == tag)
        .and_then(|property| tag_value(property, variant.mapped.as_deref()));
    let Some(value) = value else {
        p.report(
            &schema.at,
            format!("the variant does not say what its `{tag}` is"),
            format!("add the property `{tag}` with a `const` and require it, or name the variant in `mapping`"),
        );
        return None;
    };
    if let Some(mapped) = variant.mapped.as_ref().filter(|mapped| **mapped != value) {
        p.report(
            &variant.at,
            format!("`mapping` has `{mapped}`, the variant has `{value}`"),
            "make them agree",
        );
    }
    let properties: Vec<&'d Property> = properties
        .iter()
        .filter(|property| property.name != tag)
        .collect();
    let stem = schema.notes.rust_name.as_deref().unwrap_or(name);
    let fields = properties
        .into_iter()
        .map(|property| {
            lowering.field(&property.name, property.required, &property.schema, stem, p)
        })
        .filter(|field| !field.notes.read_only)
        .collect();
    Some(BodyVariant {
        at: schema.at.clone(),
        value,
        rust: String::new(),
        constructor: String::new(),
        notes: schema.notes.clone(),
        fields,
    })
}

/// Returns the single value of a discriminator: a `const`, an `enum` of one value, or the value in `mapping` for a
/// plain text.
fn tag_value(property: &Property, mapped: Option<&str>) -> Option<String> {
    match &property.schema.kind {
        Kind::Text(_) => mapped.map(str::to_owned),
        Kind::Constant(value) if property.required => Some(value.clone()),
        Kind::Choice(choices) if property.required => match choices.as_slice() {
            [choice] => Some(choice.value.clone()),
            _ => None,
        },
        _ => None,
    }
}
