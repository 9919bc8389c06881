//! Tests of the generator as a whole: text in, files or problems out.

use super::{emit, problem::Problem, understand};
use std::collections::BTreeMap;

mod assign_names;
mod characters;
mod hostile;
mod output;
mod refusals;

const NASTY: &str = include_str!("../../../golden/openapi.yaml");

/// The problems of a description.
fn problems(text: &str) -> Vec<Problem> {
    understand("acme.yaml", text.as_bytes())
        .err()
        .unwrap_or_default()
}

/// The emitted files of a description without problems, not yet formatted.
fn emitted(text: &str) -> BTreeMap<String, String> {
    match understand("acme.yaml", text.as_bytes()) {
        Ok((_, api)) => super::emitted(&api).unwrap(),
        Err(problems) => panic!("{problems:#?}"),
    }
}

/// A description with one operation, whose members are `operation`, and with `components`. Both in YAML's flow style.
fn with(operation: &str, components: &str) -> String {
    format!(
        "openapi: 3.1.0\n\
         info: {{ title: Acme, version: '1' }}\n\
         paths: {{ /things: {{ post: {{ operationId: act, {operation} }} }} }}\n\
         components: {{ {components} }}\n"
    )
}

const DONE: &str = "responses: { 2XX: { description: Done } }";

/// A description whose one operation sends this schema as JSON.
fn sending(schema: &str) -> String {
    with(
        &format!(
            "requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}, {DONE}"
        ),
        "",
    )
}

/// A description whose one operation sends an object with this property.
fn sending_property(schema: &str) -> String {
    sending(&format!(
        "{{ type: object, properties: {{ it: {schema} }} }}"
    ))
}

/// A description whose one operation has this parameter.
fn with_parameter(parameter: &str) -> String {
    with(&format!("parameters: [ {parameter} ], {DONE}"), "")
}

/// A description whose one operation receives this schema.
fn receiving(schema: &str) -> String {
    with(
        &format!(
            "responses: {{ '200': {{ description: It., content: {{ application/json: {{ schema: {schema} }} }} }} }}"
        ),
        "",
    )
}
