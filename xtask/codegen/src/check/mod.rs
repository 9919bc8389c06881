//! Fourth stage: checks that need all names and places.

use std::collections::BTreeMap;

mod body;
mod recursion;
mod replacement;

use super::{
    identifiers,
    model::{Api, Field, ModelId, Operation, Shape, Type},
    problem::{NAME_IT, NAME_VALUE, NAME_VALUES, Problems},
};

pub(crate) fn check(api: &Api, p: &mut Problems) {
    type_names(api, p);
    for model in api
        .models
        .iter()
        .filter(|model| model.used.sent || model.used.received)
    {
        match &model.shape {
            Shape::Record(fields) => {
                distinct(fields.iter(), NAME_IT, p);
                if model.used.sent {
                    method_names(fields.iter(), p);
                    setters(fields, p);
                } else {
                    body::no_setters(fields, p);
                }
            }
            Shape::Choice(variants) => variant_names(
                variants
                    .iter()
                    .map(|variant| (variant.rust.as_str(), variant.at.as_str())),
                p,
            ),
            Shape::Union(alternatives) => variant_names(
                alternatives
                    .iter()
                    .map(|one| (one.rust.as_str(), one.at.as_str())),
                p,
            ),
        }
    }
    for (index, model) in api.models.iter().enumerate() {
        if recursion::contains(api, ModelId(index), ModelId(index), &mut Vec::new()) {
            p.report(
                &model.at,
                format!("`{}` contains itself", model.rust),
                "let it contain an array of itself, or use `{}`",
            );
        }
    }
    body::strict_is_received(api, p);
    for operation in &api.operations {
        check_operation(api, operation, p);
    }
    replacement::check(api, p);
}

fn variant_names<'a>(names: impl Iterator<Item = (&'a str, &'a str)> + Clone, p: &mut Problems) {
    collisions(names.clone(), "the variant", NAME_VALUES, p);
    for (name, at) in names.filter(|(name, _)| matches!(*name, "Unlisted" | "Self")) {
        p.report(
            at,
            format!("the variant `{name}` has a name with another meaning"),
            NAME_VALUE,
        );
    }
}

/// Models and operations share one name space, so that a crate can re-export both.
fn type_names(api: &Api, p: &mut Problems) {
    let models = api
        .models
        .iter()
        .filter(|model| model.used.sent || model.used.received);
    let all: Vec<(&str, &str, &str)> = models
        .map(|model| {
            (
                model.rust.as_str(),
                model.module.as_str(),
                model.at.as_str(),
            )
        })
        .chain(api.operations.iter().map(|operation| {
            (
                operation.rust.as_str(),
                operation.module.as_str(),
                operation.at.as_str(),
            )
        }))
        .collect();
    collisions(
        std::iter::once((api.service.as_str(), "/info"))
            .chain(all.iter().map(|(rust, _, at)| (*rust, *at))),
        "the type",
        NAME_IT,
        p,
    );
    for (rust, _, at) in &all {
        if identifiers::is_reserved_type(rust) {
            p.report(
                at,
                format!("the type `{rust}` would have a name with another meaning"),
                NAME_IT,
            );
        }
    }
    if identifiers::is_reserved_type(&api.service) {
        p.report(
            "/info",
            format!(
                "the type `{}` would have a name with another meaning",
                api.service
            ),
            NAME_IT,
        );
    }
    for (rust, module, at) in &all {
        if identifiers::is_device(module) {
            p.report(
                at,
                format!("`{rust}` would be a file with a name that Windows reserves for a device"),
                NAME_IT,
            );
        }
    }
    // `ApiError` and `APIError` are two types but would share one file.
    let mut files: BTreeMap<&str, &str> = BTreeMap::new();
    for (rust, module, at) in &all {
        if let Some(other) = files.insert(module, rust) {
            if other != *rust {
                p.report(
                    at,
                    format!("`{rust}` and `{other}` would be the same file"),
                    NAME_IT,
                );
            }
        }
    }
    let ids = api
        .operations
        .iter()
        .map(|operation| (operation.id.as_str(), operation.at.as_str()));
    collisions(ids, "the operationId", "make it unique", p);
}

fn collisions<'a>(
    names: impl Iterator<Item = (&'a str, &'a str)>,
    thing: &str,
    hint: &str,
    p: &mut Problems,
) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, at) in names.filter(|(name, _)| !name.is_empty()) {
        if let Some(first) = seen.get(name) {
            p.report(at, format!("{thing} `{name}` is taken by #{first}"), hint);
        } else {
            seen.insert(name, at);
        }
    }
}

fn distinct<'a>(fields: impl Iterator<Item = &'a Field>, hint: &str, p: &mut Problems) {
    collisions(
        fields.map(|field| (field.rust.as_str(), field.at.as_str())),
        "the name",
        hint,
        p,
    );
}

fn method_names<'a>(fields: impl Iterator<Item = &'a Field>, p: &mut Problems) {
    for field in fields.filter(|field| identifiers::is_reserved_method(&field.rust)) {
        p.report(
            &field.at,
            format!("a method `{}` would hide another", field.rust),
            NAME_IT,
        );
    }
}

/// Checks the names of setters. A hand-written setter has the plain name of the property, so the generated setter has another name.
fn setters<'a>(fields: impl IntoIterator<Item = &'a Field> + Clone, p: &mut Problems) {
    for field in fields.clone() {
        let taken = || {
            let name = field.setter();
            fields.clone().into_iter().any(|other| other.rust == name)
        };
        if field.notes.hand_written && field.required {
            p.report(
                &field.at,
                "a property that is required has no setter to write by hand",
                "remove `x-hand-written`, or take it from `required`",
            );
        } else if field.notes.hand_written && taken() {
            p.report(
                &field.at,
                format!("the name `{}` is taken by another property", field.setter()),
                NAME_IT,
            );
        }
        if field.required && field.slot.value == Type::Flag {
            p.report(
                &field.at,
                "a flag that is required",
                "take it from `required`, or remove `const`",
            );
        }
    }
}

fn check_operation(api: &Api, operation: &Operation, p: &mut Problems) {
    let parameters: Vec<&Field> = operation
        .parameters
        .iter()
        .map(|parameter| &parameter.field)
        .collect();
    for parameter in &operation.parameters {
        let value = match &parameter.field.slot.value {
            Type::List(items) => &items.value,
            value => value,
        };
        if is_record(api, value) {
            p.report(
                &parameter.field.at,
                "an object as a parameter is not supported",
                "use flat parameters",
            );
        }
    }
    method_names(parameters.iter().copied(), p);
    setters(parameters.iter().copied(), p);
    let Some(body) = &operation.body else {
        return distinct(parameters.into_iter(), NAME_IT, p);
    };
    for parameter in parameters
        .iter()
        .filter(|parameter| parameter.rust == "body")
    {
        p.report(
            &parameter.at,
            "the name `body` is taken by the request's body",
            NAME_IT,
        );
    }
    let fields = &body.fields;
    distinct(parameters.iter().copied().chain(fields), NAME_IT, p);
    method_names(fields.iter(), p);
    setters(fields, p);
    if fields.is_empty() {
        p.report(
            &operation.at,
            "a request body with nothing to send",
            "remove `readOnly`, or the body",
        );
    }
    body::check(api, body, &parameters, p);
    recursion::check(api, body, p);
}

/// Returns whether a value is an object that the description defines, or a union of such objects.
fn is_record(api: &Api, value: &Type) -> bool {
    matches!(value, Type::Model(id) if api.model(*id).is_some_and(|model| !matches!(model.shape, Shape::Choice(_))))
}
