//! Reads parameters: their places, and their allowed values.

use super::{
    OrRef, Parameter, Place,
    media::is_token,
    notes::{Role, parameter_notes},
    object::{Node, Object},
    schema::{reference, schema},
};
use crate::problem::Problems;

/// Headers that define the request's kind, sender and framing. An operation can't set them.
pub(crate) const OWN_HEADERS: &[&str] = &[
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

pub(super) fn parameters(node: Node<'_>, p: &mut Problems) -> Vec<OrRef<Parameter>> {
    let mut parameters = Vec::new();
    for node in node.list(p).unwrap_or_default() {
        let at = node.at.clone();
        let Some(mut object) = node.clone().object(p) else {
            continue;
        };
        if object.has("$ref") {
            if let Some(name) = reference(&mut object, "#/components/parameters/", p) {
                parameters.push(OrRef::Reference { name, at });
            }
            object.finish("a reference to a parameter", p);
        } else if let Some(parameter) = parameter(node, p) {
            parameters.push(OrRef::Here(parameter));
        }
    }
    parameters
}

pub(crate) fn parameter(node: Node<'_>, p: &mut Problems) -> Option<Parameter> {
    let mut object = node.object(p)?;
    let name = object.required("name", p).and_then(|node| node.text(p));
    let place = place(&mut object, p);
    let mut required = object.flag("required", p);
    let notes = parameter_notes(&mut object, p);
    let schema = object
        .required("schema", p)
        .map(|node| schema(node, Role::Parameter, p));
    style(&mut object, place, p);
    let at = object.at.clone();
    object.finish("a parameter", p);
    let (name, place, schema) = (name?, place?, schema?);
    if place == Place::Path && !required {
        p.report(
            &at,
            format!("the path parameter `{name}` is optional"),
            "add `required: true`",
        );
        required = true;
    }
    if place == Place::Header && !is_token(&name) {
        p.report(
            &at,
            format!("`{name}` is not the name of a header"),
            "correct it: no call could be sent",
        );
    }
    if place == Place::Header && OWN_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
        p.report(
            &at,
            format!("the header `{name}` can't be a parameter"),
            match name.to_ascii_lowercase().as_str() {
                "authorization" => "describe the credential in `securitySchemes`",
                "accept" | "content-type" => {
                    "remove it: the client sends the media types of `content`"
                }
                "expect" | "te" | "trailer" | "upgrade" => {
                    "remove it: it is about the connection, and never sent"
                }
                _ => "remove it: the client sets it",
            },
        );
    }
    Some(Parameter {
        at,
        name,
        place,
        required,
        notes,
        schema,
    })
}

fn place(object: &mut Object<'_>, p: &mut Problems) -> Option<Place> {
    let node = object.required("in", p)?;
    let at = node.at.clone();
    match node.text(p)?.as_str() {
        "path" => Some(Place::Path),
        "query" => Some(Place::Query),
        "header" => Some(Place::Header),
        other => {
            p.report(
                &at,
                format!("parameters in `{other}` are not supported"),
                "use path, query or header",
            );
            None
        }
    }
}

/// Only the default serialization of each place is supported.
fn style(object: &mut Object<'_>, place: Option<Place>, p: &mut Problems) {
    let (style, explode) = if place == Some(Place::Query) {
        ("form", true)
    } else {
        ("simple", false)
    };
    if let Some(node) = object.take("style") {
        let at = node.at.clone();
        if node.text(p).is_some_and(|word| word != style) {
            p.report(
                &at,
                "this style is not supported",
                format!("write `{style}`, or omit it"),
            );
        }
    }
    if let Some(node) = object.take("explode") {
        let at = node.at.clone();
        if node.flag(p).is_some_and(|flag| flag != explode) {
            p.report(
                &at,
                "this serialization is not supported",
                format!("write `explode: {explode}`, or omit it"),
            );
        }
    }
}
