//! Emits the constants by which the core crate repairs an object of a response: the object's members, and whether each
//! member may be repaired.

use super::scope::{Held, Scope};
use crate::{
    model::{Api, Field, Model, ModelId, Shape, Type},
    visible::literal,
};

/// Emits `impl Record`: a member for each property.
pub(super) fn record(scope: &mut Scope<'_>, model: &Model, fields: &[Field]) -> String {
    let (record, member) = (
        scope.core("response", "Record"),
        scope.core("response", "Member"),
    );
    // An object of a union may have no property besides its discriminator.
    if !fields.is_empty() {
        scope.core("response", "Shaped");
    }
    let is_envelope = is_envelope(scope.api, model);
    let sent = model.used.sent;
    let tag = model.tag.as_ref().map(|tag| {
        format!(
            "{member}::tag({}, {}),\n",
            literal(&tag.name),
            literal(&tag.value)
        )
    });
    let members = fields.iter().map(|field| {
        let need = if is_envelope || field.notes.strict || field.notes.secret {
            "strict"
        } else if Held::of(field, sent).is_option() {
            "optional"
        } else {
            "required"
        };
        let held = scope.held(field, sent);
        // In an expression, the arguments of a generic type begin with a double colon.
        let held = held.replacen('<', "::<", 1);
        format!(
            "{member}::{need}({}, {held}::SHAPE),\n",
            literal(&field.wire)
        )
    });
    let members: String = tag.into_iter().chain(members).collect();
    format!(
        "impl {record} for {} {{\nconst MEMBERS: &'static [{member}] = &[\n{members}];\n}}\n\n",
        model.rust
    )
}

/// Returns whether an object contains a list of objects and is used only as an operation's response. The other members of such an
/// object show whether there are more items, and must not be guessed.
pub(crate) fn is_envelope(api: &Api, model: &Model) -> bool {
    let is_same = |other: &Model| std::ptr::eq(other, model);
    // The object itself, or a union of which it is an alternative.
    let is_it = |id: &ModelId| match api.model(*id) {
        Some(Model {
            shape: Shape::Union(alternatives),
            ..
        }) => alternatives
            .iter()
            .any(|one| api.model(one.model).is_some_and(is_same)),
        other => other.is_some_and(is_same),
    };
    let outputs = || {
        let slots = api.operations.iter().filter_map(|one| one.output.as_ref());
        slots.map(|slot| &slot.value)
    };
    let is_answered = outputs().any(|output| matches!(output, Type::Model(id) if is_it(id)));
    let is_held = api
        .models
        .iter()
        .flat_map(fields)
        .map(|field| &field.slot.value)
        .chain(outputs().filter(|output| !matches!(output, Type::Model(_))))
        .any(|value| innermost(value).is_some_and(is_it));
    let is_list = |field: &Field| matches!(&field.slot.value, Type::List(items) if is_object(api, &items.value));
    is_answered && !is_held && fields(model).iter().any(is_list)
}

fn fields(model: &Model) -> &[Field] {
    match &model.shape {
        Shape::Record(fields) => fields,
        Shape::Choice(_) | Shape::Union(_) => &[],
    }
}

/// Returns the model of a value, or of its innermost elements.
fn innermost(value: &Type) -> Option<&ModelId> {
    match value {
        Type::Model(id) => Some(id),
        Type::List(inner) | Type::Map(inner) => innermost(&inner.value),
        _ => None,
    }
}

/// Returns whether a value contains an object that the description defines. serde would also accept an array for such an object.
pub(super) fn holds_record(api: &Api, value: &Type) -> bool {
    match value {
        Type::List(inner) | Type::Map(inner) => holds_record(api, &inner.value),
        value => is_record(api, value),
    }
}

/// Returns whether a value is an object that the description defines, or a union of such objects.
pub(crate) fn is_object(api: &Api, value: &Type) -> bool {
    let shape = |id: &ModelId| api.model(*id).map(|model| &model.shape);
    matches!(value, Type::Model(id) if !matches!(shape(id), Some(Shape::Choice(_)) | None))
}

fn is_record(api: &Api, value: &Type) -> bool {
    let shape = |id: &ModelId| api.model(*id).map(|model| &model.shape);
    matches!(value, Type::Model(id) if matches!(shape(id), Some(Shape::Record(_))))
}
