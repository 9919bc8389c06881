//! Checks the name in `x-replacement`.

use crate::{
    model::{Api, Field, Notes, Shape},
    problem::Problems,
};

/// A single word in `x-replacement` must be an existing name. Several words are a sentence for readers.
pub(super) fn check(api: &Api, p: &mut Problems) {
    let mut known = |notes: &Notes, at: &str, exists: &dyn Fn(&str) -> bool, what: &str| {
        let Some(wanted) = &notes.replacement else {
            return;
        };
        if !wanted.contains(char::is_whitespace) && !exists(wanted) {
            p.report(
                at,
                format!("the replacement `{wanted}` is not the name of a known {what}"),
                "correct it, or write a sentence",
            );
        }
    };
    for operation in &api.operations {
        let is_id = |wanted: &str| api.operations.iter().any(|other| other.id == wanted);
        known(&operation.notes, &operation.at, &is_id, "operationId");
        let fields: Vec<&Field> = operation
            .parameters
            .iter()
            .map(|parameter| &parameter.field)
            .chain(operation.body.iter().flat_map(|body| &body.fields))
            .collect();
        for field in &fields {
            let is_sibling = |wanted: &str| fields.iter().any(|other| other.wire == wanted);
            known(
                &field.notes,
                &field.at,
                &is_sibling,
                "neighbour of this one",
            );
        }
    }
    for model in &api.models {
        let Shape::Record(fields) = &model.shape else {
            continue;
        };
        for field in fields {
            let is_sibling = |wanted: &str| fields.iter().any(|other| other.wire == wanted);
            known(
                &field.notes,
                &field.at,
                &is_sibling,
                "neighbour of this one",
            );
        }
    }
}
