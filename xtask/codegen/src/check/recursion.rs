//! Finds schemas that contain themselves and therefore can't be a Rust value, or can't be sent.

use std::collections::BTreeMap;

use crate::{
    model::{Api, Body, ModelId, Shape, Slot, Type},
    problem::Problems,
};

/// Returns whether a value of `id` contains a value of `target` without an allocation in between.
pub(super) fn contains(api: &Api, id: ModelId, target: ModelId, seen: &mut Vec<ModelId>) -> bool {
    let inner: Vec<ModelId> = match api.model(id).map(|model| &model.shape) {
        Some(Shape::Record(fields)) => fields
            .iter()
            .filter_map(|field| match field.slot.value {
                Type::Model(inner) => Some(inner),
                _ => None,
            })
            .collect(),
        Some(Shape::Union(alternatives)) => alternatives.iter().map(|one| one.model).collect(),
        _ => Vec::new(),
    };
    inner.into_iter().any(|inner| {
        if inner == target {
            return true;
        }
        let is_new = !seen.contains(&inner);
        if is_new {
            seen.push(inner);
        }
        is_new && contains(api, inner, target, seen)
    })
}

/// The maximum number of fields of a body, including those of the objects in it.
const MOST_FIELDS: usize = 10_000;

/// Reports schemas that contain themselves, and fields with too many fields inside. The client checks a request's limits field by field.
/// That check must end, and must be fast.
pub(super) fn check(api: &Api, body: &Body, p: &mut Problems) {
    let mut walked = BTreeMap::new();
    for field in &body.fields {
        if walk(api, &field.slot, &mut Vec::new(), &mut walked, p) > MOST_FIELDS {
            p.report(
                &field.at,
                format!("this schema sends more than {MOST_FIELDS} fields"),
                "use `{}` for the inner schema",
            );
        }
    }
}

/// Returns the number of fields in a value. `walked` contains the number for every model that was already counted,
/// because many paths may lead to one model.
fn walk(
    api: &Api,
    slot: &Slot,
    above: &mut Vec<ModelId>,
    walked: &mut BTreeMap<ModelId, usize>,
    p: &mut Problems,
) -> usize {
    match &slot.value {
        Type::List(inner) | Type::Map(inner) => walk(api, inner, above, walked, p),
        Type::Model(id) => walk_model(api, *id, above, walked, p),
        _ => 1,
    }
}

fn walk_model(
    api: &Api,
    id: ModelId,
    above: &mut Vec<ModelId>,
    walked: &mut BTreeMap<ModelId, usize>,
    p: &mut Problems,
) -> usize {
    let Some(model) = api.model(id) else {
        return 1;
    };
    if let Some(count) = walked.get(&id) {
        return *count;
    }
    if above.contains(&id) {
        p.report(
            &model.at,
            format!("`{}` is sent and contains itself", model.rust),
            "use `{}` for the inner one",
        );
        return 1;
    }
    above.push(id);
    let count = match &model.shape {
        Shape::Record(fields) => fields
            .iter()
            .map(|field| walk(api, &field.slot, above, walked, p))
            .fold(1, usize::saturating_add),
        Shape::Union(alternatives) => alternatives
            .iter()
            .map(|one| walk_model(api, one.model, above, walked, p))
            .fold(1, usize::saturating_add),
        Shape::Choice(_) => 1,
    };
    above.pop();
    walked.insert(id, count);
    count
}
