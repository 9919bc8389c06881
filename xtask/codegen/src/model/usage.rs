//! Determines whether each model is sent, received or both, and reports unused components.

use super::{Api, ModelId, Shape, Slot, Type, Used};
use crate::{parse::Description, problem::Problems};

/// Marks every model that an operation reaches.
pub(crate) fn mark(api: &mut Api) {
    let mut marks: Vec<(ModelId, Used)> = Vec::new();
    for operation in &api.operations {
        let always = !operation.undocumented;
        let sent = Used {
            sent: true,
            received: false,
            always,
        };
        for parameter in &operation.parameters {
            collect(&parameter.field.slot, sent, &mut marks);
        }
        for field in operation.body.iter().flat_map(|body| &body.fields) {
            collect(&field.slot, sent, &mut marks);
        }
        if let Some(slot) = &operation.output {
            collect(
                slot,
                Used {
                    sent: false,
                    received: true,
                    always,
                },
                &mut marks,
            );
        }
    }
    while let Some((id, used)) = marks.pop() {
        let Some(model) = api.models.get_mut(id.0) else {
            continue;
        };
        let before = model.used;
        model.used.sent |= used.sent;
        model.used.received |= used.received;
        model.used.always |= used.always;
        if model.used == before {
            continue;
        }
        match &model.shape {
            Shape::Record(fields) => {
                for field in fields {
                    // `split_sides` removes the properties that only the other side has.
                    if !(used.sent && field.notes.read_only
                        || used.received && field.notes.write_only)
                    {
                        collect(&field.slot, used, &mut marks);
                    }
                }
            }
            Shape::Union(alternatives) => {
                marks.extend(alternatives.iter().map(|one| (one.model, used)))
            }
            Shape::Choice(_) => {}
        }
    }
}

fn collect(slot: &Slot, used: Used, marks: &mut Vec<(ModelId, Used)>) {
    match &slot.value {
        Type::Model(id) => marks.push((*id, used)),
        Type::List(inner) | Type::Map(inner) => collect(inner, used, marks),
        _ => {}
    }
}

/// Removes `readOnly` properties from sent models, and `writeOnly` properties from received models.
pub(crate) fn split_sides(api: &mut Api, p: &mut Problems) {
    for model in &mut api.models {
        let used = model.used;
        let Shape::Record(fields) = &mut model.shape else {
            continue;
        };
        if used.sent && used.received {
            for field in fields.iter() {
                if field.notes.read_only || field.notes.write_only {
                    p.report(
                        &field.at,
                        "`readOnly` or `writeOnly` in a schema that is both sent and received",
                        "write a schema for each side",
                    );
                }
                if field.slot.nullable {
                    p.report(
                        &field.at,
                        "a property that may be null in a schema that is both sent and received",
                        "write a schema for each side: only a request distinguishes null from absent",
                    );
                }
            }
        }
        fields.retain(|field| {
            !(used.sent && field.notes.read_only || used.received && field.notes.write_only)
        });
        if fields.is_empty() && model.tag.is_none() {
            p.report(
                &model.at,
                "an object without properties on this side",
                "remove `readOnly` or `writeOnly`",
            );
        }
    }
}

/// Reports components that no operation mentions. A mention in an error response counts.
pub(crate) fn report_unused(description: &Description, p: &mut Problems) {
    let parameters = description.parameters.iter();
    let responses = description.responses.iter();
    let schemas = description.schemas.iter();
    let all = parameters
        .map(|(name, parameter)| ("parameters", name, &parameter.at))
        .chain(responses.map(|(name, response)| ("responses", name, &response.at)))
        .chain(schemas.map(|(name, schema)| ("schemas", name, &schema.at)));
    for (section, name, at) in all {
        if !description.mentioned.contains(&format!("{section}/{name}")) {
            unused(at, p);
        }
    }
}

fn unused(at: &str, p: &mut Problems) {
    p.report(at, "no operation uses this", "refer to it, or remove it");
}
