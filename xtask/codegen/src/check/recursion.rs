//! Finds schemas that contain themselves: those that can't be a value, and those that can't be sent.

use std::collections::BTreeMap;

use crate::{
    model::{Api, Body, ModelId, Shape, Slot, Type, body_fields},
    problem::Problems,
};

/// Returns whether a value of `id` holds a value of `target` without an allocation in between.
pub(super) fn contains(api: &Api, id: ModelId, target: ModelId, seen: &mut Vec<ModelId>) -> bool {
    let Some(Shape::Record(fields)) = api.model(id).map(|model| &model.shape) else {
        return false;
    };
    fields.iter().any(|field| match field.slot.value {
        Type::Model(inner) if inner == target => true,
        Type::Model(inner) if !seen.contains(&inner) => {
            seen.push(inner);
            contains(api, inner, target, seen)
        }
        _ => false,
    })
}

/// The maximum number of fields of a body, including those of the objects in it.
const MOST_FIELDS: usize = 10_000;

/// Limits are checked field by field. That ends only if schemas end, and soon only if few paths lead to them.
pub(super) fn check(api: &Api, body: &Body, p: &mut Problems) {
    let mut walked = BTreeMap::new();
    for field in body_fields(&body.shape) {
        if walk(api, &field.slot, &mut Vec::new(), &mut walked, p) > MOST_FIELDS {
            p.report(
                &field.at,
                format!("this schema sends more than {MOST_FIELDS} fields"),
                "use `{}` for the inner schema",
            );
        }
    }
}

/// Returns the number of fields in a value. `walked` holds the number for every model that was already counted, because
/// many paths may lead to one model.
fn walk(
    api: &Api,
    slot: &Slot,
    above: &mut Vec<ModelId>,
    walked: &mut BTreeMap<ModelId, usize>,
    p: &mut Problems,
) -> usize {
    match &slot.value {
        Type::List(inner) | Type::Map(inner) => walk(api, inner, above, walked, p),
        Type::Model(id) => {
            let Some(model) = api.model(*id) else {
                return 1;
            };
            if let Some(count) = walked.get(id) {
                return *count;
            }
            if above.contains(id) {
                p.report(
                    &model.at,
                    format!("`{}` is sent and contains itself", model.rust),
                    "use `{}` for the inner one",
                );
                return 1;
            }
            above.push(*id);
            let mut count = 1_usize;
            if let Shape::Record(fields) = &model.shape {
                for field in fields {
                    let inner = walk(api, &field.slot, above, walked, p);
                    count = count.saturating_add(inner);
                }
            }
            above.pop();
            walked.insert(*id, count);
            count
        }
        _ => 1,
    }
}
