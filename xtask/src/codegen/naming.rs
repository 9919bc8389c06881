//! Third stage: every model, operation, field and variant gets its Rust name.

use super::{
    model::{Api, BodyShape, Field, Shape},
    names,
    problem::Problems,
};

pub(crate) fn assign(api: &mut Api, p: &mut Problems) {
    for model in &mut api.models {
        let given = model.notes.rust_name.clone();
        model.rust = given
            .or_else(|| names::type_name(&model.wire))
            .unwrap_or_else(|| unnamed(&model.at, &model.wire, p));
        model.module = names::field_name(&model.rust).unwrap_or_default();
        match &mut model.shape {
            Shape::Record(fields) => name_fields(fields, p),
            Shape::Choice(variants) => {
                for variant in variants {
                    let derived = if variant.wire.is_empty() {
                        Some("Empty".to_owned())
                    } else {
                        names::type_name(&variant.wire)
                    };
                    variant.rust = variant.rust_name.clone().or(derived).unwrap_or_else(|| {
                        p.report(
                            &variant.at,
                            format!("the value `{}` gives no name for its variant", variant.wire),
                            "name it in `x-enum-names`",
                        );
                        String::new()
                    });
                }
            }
        }
    }
    for operation in &mut api.operations {
        let given = operation.notes.rust_name.clone();
        operation.rust = given
            .or_else(|| names::type_name(&operation.id))
            .unwrap_or_else(|| unnamed(&operation.at, &operation.id, p));
        operation.module = names::field_name(&operation.rust).unwrap_or_default();
        for parameter in &mut operation.parameters {
            name_field(&mut parameter.field, p);
        }
        match operation.body.as_mut().map(|body| &mut body.shape) {
            None => {}
            Some(BodyShape::Record(fields)) => name_fields(fields, p),
            Some(BodyShape::Union { variants, .. }) => {
                for variant in variants {
                    let given = variant.notes.rust_name.clone();
                    variant.rust = given
                        .or_else(|| names::type_name(&variant.value))
                        .unwrap_or_else(|| unnamed(&variant.at, &variant.value, p));
                    variant.constructor = names::field_name(&variant.rust).unwrap_or_default();
                    name_fields(&mut variant.fields, p);
                }
            }
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
    field.rust = given
        .or_else(|| names::field_name(&field.wire))
        .unwrap_or_else(|| unnamed(&field.at, &field.wire, p));
}

fn unnamed(at: &str, wire: &str, p: &mut Problems) -> String {
    p.report(
        at,
        format!("`{wire}` gives no Rust name"),
        "add `x-rust-name`",
    );
    String::new()
}
