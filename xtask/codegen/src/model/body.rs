//! Flattens request bodies into their operations.

use super::{Body, Field, Format, lower::Lowering};
use crate::{
    parse::{self, Kind, Property},
    problem::Problems,
};

/// The name of the only field of a body that is one value. The name is not sent.
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
    // An object or enum inside the body is named after the body's schema, or after the operation if that schema has no
    // name.
    let stem = schema.notes.rust_name.as_deref().or(name).unwrap_or(stem);
    let (mut presence, mut dynamic) = (Vec::new(), Vec::new());
    let mut is_value = false;
    let fields = match &schema.kind {
        Kind::Record(record) => {
            presence.clone_from(&record.presence);
            dynamic.clone_from(&record.dynamic);
            fields(lowering, &record.properties, stem, p)
        }
        Kind::Union(_) if source.format != Format::Json => {
            p.report(
                &source.at,
                "a union in a form",
                "send it as application/json, or write the variants as operations",
            );
            return None;
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
        | Kind::Union(_)
            if source.format == Format::Json =>
        {
            is_value = true;
            vec![lowering.field(VALUE, true, &source.schema, stem, p)]
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
        fields,
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
