//! Tests of the generator as a whole: text in, files or problems out.

use super::{emit, problem::Problem, understand};
use std::collections::BTreeMap;

mod assign_names;
mod characters;
mod hostile;
mod output;
mod refusals;

pub(crate) const NASTY: &str = include_str!("../../../golden/openapi.yaml");

/// Returns the problems of a description.
fn problems(text: &str) -> Vec<Problem> {
    understand("acme.yaml", text.as_bytes())
        .err()
        .unwrap_or_default()
}

/// Returns the emitted files of a description without problems, not yet formatted.
fn emitted(text: &str) -> BTreeMap<String, String> {
    match understand("acme.yaml", text.as_bytes()) {
        Ok((_, api)) => super::emitted(&api, "acme").unwrap(),
        Err(problems) => panic!("{problems:#?}"),
    }
}

/// Returns a description with one operation, whose members are `operation`, and with `components`. Both are in YAML's
/// flow style.
fn with(operation: &str, components: &str) -> String {
    format!(
        "openapi: 3.1.0\n\
         info: {{ title: Acme, version: '1' }}\n\
         paths: {{ /things: {{ post: {{ operationId: act, {operation} }} }} }}\n\
         components: {{ {components} }}\n"
    )
}

const DONE: &str = "responses: { 2XX: { description: Done } }";

/// Returns a description whose only operation sends this schema as JSON.
fn sending(schema: &str) -> String {
    with(
        &format!(
            "requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}, {DONE}"
        ),
        "",
    )
}

/// Returns a description whose only operation sends an object with this property.
fn sending_property(schema: &str) -> String {
    sending(&format!(
        "{{ type: object, properties: {{ it: {schema} }} }}"
    ))
}

/// Returns a description whose only operation has this parameter.
fn with_parameter(parameter: &str) -> String {
    with(&format!("parameters: [ {parameter} ], {DONE}"), "")
}

/// Returns a description whose only operation receives this schema.
fn receiving(schema: &str) -> String {
    with(
        &format!(
            "responses: {{ '200': {{ description: It., content: {{ application/json: {{ schema: {schema} }} }} }} }}"
        ),
        "",
    )
}
