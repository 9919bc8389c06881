//! Third stage: every model, operation, field and variant gets its Rust name.

use super::{
    identifiers,
    model::{Api, Field, Shape},
    problem::{NAME_IT, NAME_VALUE, Problems},
};

pub(crate) fn assign(api: &mut Api, p: &mut Problems) {
    for model in &mut api.models {
        let given = model.notes.rust_name.clone();
        let name = given.or_else(|| identifiers::type_name(&model.wire));
        model.rust = named(name, &model.at, &model.wire, NAME_IT, p);
        model.module = identifiers::field_name(&model.rust).unwrap_or_default();
        match &mut model.shape {
            Shape::Record(fields) => name_fields(fields, p),
            Shape::Choice(variants) => {
                for variant in variants {
                    let derived = if variant.wire.is_empty() {
                        Some("Empty".to_owned())
                    } else {
                        identifiers::type_name(&variant.wire)
                    };
                    let name = variant.rust_name.clone().or(derived);
                    let hint = NAME_VALUE;
                    variant.rust = named(name, &variant.at, &variant.wire, hint, p);
                }
            }
            Shape::Union(alternatives) => {
                for one in alternatives {
                    let value = &one.tag.value;
                    let name = one
                        .rust_name
                        .clone()
                        .or_else(|| identifiers::type_name(value));
                    one.rust = named(name, &one.at, value, NAME_VALUE, p);
                }
            }
        }
    }
    for operation in &mut api.operations {
        let given = operation.notes.rust_name.clone();
        let name = given.or_else(|| identifiers::type_name(&operation.id));
        operation.rust = named(name, &operation.at, &operation.id, NAME_IT, p);
        operation.module = identifiers::field_name(&operation.rust).unwrap_or_default();
        for parameter in &mut operation.parameters {
            name_field(&mut parameter.field, p);
        }
        if let Some(body) = &mut operation.body {
            name_fields(&mut body.fields, p);
        }
    }
}

fn name_fields(fields: &mut [Field], p: &mut Problems) {
    for field in fields {
        name_field(field, p);
    }
}

fn name_field(field: &mut Field, p: &mut Problems) {
    let given = field.notes.rust_name.clone();
    let name = given.or_else(|| identifiers::field_name(&field.wire));
    field.rust = named(name, &field.at, &field.wire, NAME_IT, p);
}

/// Returns the name, if there is one and it is not too long.
fn named(name: Option<String>, at: &str, wire: &str, hint: &str, p: &mut Problems) -> String {
    match name {
        Some(name) if name.len() <= identifiers::LONGEST => return name,
        Some(name) => {
            let few: String = wire.chars().take(20).collect();
            p.report(
                at,
                format!(
                    "`{few}…` yields a Rust name of {} letters, more than {}",
                    name.len(),
                    identifiers::LONGEST
                ),
                hint,
            );
        }
        None => p.report(at, format!("`{wire}` yields no Rust name"), hint),
    }
    String::new()
}
