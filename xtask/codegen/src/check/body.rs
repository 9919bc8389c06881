//! Checks the rules that apply only to request bodies.

use std::collections::BTreeSet;

use super::is_record;
use crate::{
    identifiers,
    model::{Api, Body, Dynamic, DynamicNames, Field, Format, Presence, Shape, Type},
    problem::Problems,
};

pub(super) fn check(api: &Api, body: &Body, parameters: &[&Field], p: &mut Problems) {
    form(api, body, p);
    presence(body, p);
    for (index, one) in body.dynamic.iter().enumerate() {
        let before = body.dynamic.iter().take(index);
        dynamic(one, body, parameters, before, p);
    }
}

/// A form is a flat list of names and values. The items of an array are sent as several values under one name.
fn form(api: &Api, body: &Body, p: &mut Problems) {
    if body.format == Format::Json {
        if let Some(dynamic) = body.dynamic.first() {
            p.report(
                &dynamic.at,
                "`x-dynamic-fields` in a JSON body",
                "use `additionalProperties: <schema>` in a separate property",
            );
        }
        return;
    }
    for field in &body.fields {
        let value = match &field.slot.value {
            Type::List(items) if !items.nullable => &items.value,
            value => value,
        };
        let flat = !matches!(
            value,
            Type::Free | Type::List(_) | Type::Map(_) | Type::Flag
        ) && !is_record(api, value);
        let flat = flat || field.slot.value == Type::Flag;
        if !flat || field.slot.nullable {
            p.report(
                &field.at,
                "a form field that is not one flat value",
                "use a string, a number, a boolean or an enum that can't be null, or an array of those",
            );
        }
    }
}

/// Checks the presence rules. A rule must not name a `readOnly` property, because such a property is never sent.
fn presence(body: &Body, p: &mut Problems) {
    for rule in &body.presence {
        let (at, names): (&str, Vec<&String>) = match rule {
            Presence::Any { at, alternatives } => (at, alternatives.iter().flatten().collect()),
            Presence::With {
                at,
                field,
                companions,
            } => (at, std::iter::once(field).chain(companions).collect()),
        };
        for name in names {
            if !body.fields.iter().any(|field| field.wire == *name) {
                p.report(
                    at,
                    format!("`{name}` is never sent"),
                    "remove it here, or its `readOnly`",
                );
            }
            let is_list =
                |field: &&Field| field.wire == *name && matches!(field.slot.value, Type::List(_));
            if body.format != Format::Json && body.fields.iter().any(|field| is_list(&field)) {
                p.report(
                    at,
                    format!("`{name}` may be empty, and an empty list is not sent in a form"),
                    "state the rule in `description`",
                );
            }
        }
    }
}

/// A dynamic field must be distinct from every other name, in Rust and on the wire.
fn dynamic<'a>(
    dynamic: &Dynamic,
    body: &Body,
    parameters: &[&Field],
    before: impl Iterator<Item = &'a Dynamic>,
    p: &mut Problems,
) {
    let fields: Vec<&Field> = body.fields.iter().collect();
    let taken = fields
        .iter()
        .chain(parameters)
        .any(|field| field.rust == dynamic.rust || field.setter() == dynamic.rust);
    let mut stems: Vec<String> = Vec::new();
    let mut twice = taken;
    for other in before {
        twice |= other.rust == dynamic.rust;
        stems.extend(wire_stems(other));
    }
    if twice {
        p.report(
            &dynamic.at,
            format!("the name `{}` is taken", dynamic.rust),
            "choose another `rust-name`",
        );
    }
    if identifiers::is_reserved_method(&dynamic.rust) || dynamic.rust == "body" {
        p.report(
            &dynamic.at,
            format!("a method `{}` would hide another", dynamic.rust),
            "choose another `rust-name`",
        );
    }
    for stem in wire_stems(dynamic) {
        if let Some(field) = fields.iter().find(|field| field.wire.starts_with(&stem)) {
            p.report(
                &field.at,
                format!(
                    "`{}` could also be a dynamic field that begins with `{stem}`",
                    field.wire
                ),
                "describe it in one of the two ways",
            );
        }
        if stems
            .iter()
            .any(|other| other.starts_with(&stem) || stem.starts_with(other))
        {
            p.report(
                &dynamic.at,
                format!("another dynamic field begins with `{stem}` too"),
                "merge the two",
            );
        }
    }
}

/// Returns the prefixes of a dynamic field's names on the wire.
fn wire_stems(dynamic: &Dynamic) -> Vec<String> {
    match &dynamic.names {
        DynamicNames::Prefix { prefix, .. } => vec![prefix.clone()],
        DynamicNames::Pair { names, .. } => names.iter().map(|name| format!("{name}_")).collect(),
    }
}

/// Reports `x-strict` on properties that are only sent. It has an effect only on properties that are received.
pub(super) fn strict_is_received(api: &Api, p: &mut Problems) {
    let fields_of = |received: bool| {
        let models = api
            .models
            .iter()
            .filter(move |model| model.used.received == received);
        models.flat_map(|model| match &model.shape {
            Shape::Record(fields) => fields.as_slice(),
            Shape::Choice(_) | Shape::Union(_) => &[],
        })
    };
    let received: BTreeSet<&str> = fields_of(true).map(|field| field.at.as_str()).collect();
    let bodies = api
        .operations
        .iter()
        .filter_map(|operation| operation.body.as_ref())
        .flat_map(|body| &body.fields);
    // Variants of a body may share a property, which is reported once.
    let sent: BTreeSet<&str> = bodies
        .chain(fields_of(false))
        .filter(|field| field.notes.strict)
        .map(|field| field.at.as_str())
        .collect();
    for at in sent.difference(&received) {
        p.report(
            at,
            "`x-strict` on a property that is only sent",
            "remove it",
        );
    }
}

/// Reports `x-hand-written` on properties that are only received, because they have no setters.
pub(super) fn no_setters(fields: &[Field], p: &mut Problems) {
    for field in fields.iter().filter(|field| field.notes.hand_written) {
        p.report(
            &field.at,
            "`x-hand-written` on a property that is only received",
            "remove it",
        );
    }
}
