//! Emits types for responses that the description does not describe. The emitted types accept any JSON.

use std::collections::BTreeSet;

use super::Provider;
use crate::model::{Around, Operation, Output};

/// Emits the module with these types.
pub(super) fn module(provider: &Provider) -> String {
    let own = own(provider);
    let mut out = "//! Types for responses that the description does not describe, and how they are read.\n\n\
                   use customer_api_core::{error::DecodeError, response::{FromBody, ResponseBody}};\n"
        .to_owned();
    if !own.is_empty() {
        out += "use serde_json::Value;\n";
    }
    for name in &own {
        out += &format!(
            "\n/// A response that the description does not describe.\n\
             #[derive(Clone, Default, PartialEq)]\n#[non_exhaustive]\npub struct {name} {{\n\
             /// The response's JSON, if there was any.\npub json: Option<Value>,\n}}\n\n\
             impl std::fmt::Debug for {name} {{\n\
             fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{\n\
             f.debug_struct(\"{name}\").finish_non_exhaustive()\n}}\n}}\n"
        );
    }
    let mut written = BTreeSet::new();
    for (operation, output) in outputs(provider) {
        let is_own = own.contains(&*output.name);
        let key = (output.around == Around::Nothing).then_some(&output.name);
        if key.is_some_and(|name| !written.insert(name.clone())) {
            continue;
        }
        out += "\n";
        out += &reader(operation, output, is_own);
    }
    out
}

/// Emits the line that makes the types public.
pub(super) fn exports(provider: &Provider) -> String {
    let names: Vec<&str> = own(provider).into_iter().collect();
    if names.is_empty() {
        String::new()
    } else {
        format!("pub use outputs::{{{}}};\n", names.join(", "))
    }
}

fn reader(operation: &Operation, output: &Output, is_own: bool) -> String {
    let name = &output.name;
    let path = if is_own {
        name.clone()
    } else {
        format!("crate::{name}")
    };
    let gate = if operation.undocumented && output.around != Around::Nothing {
        "#[cfg(feature = \"undocumented\")]\n"
    } else {
        ""
    };
    let (generics, who, read) = match (output.around, is_own) {
        (Around::Nothing, true) => (
            "<O> FromBody<O>".to_owned(),
            path,
            format!("Ok({name} {{ json: body.optional_json()? }})"),
        ),
        (Around::Nothing, false) => ("<O> FromBody<O>".to_owned(), path, "body.read()".to_owned()),
        (around, is_own) => {
            let is_list = around == Around::Vec;
            let read = match (is_list, is_own) {
                (false, true) => format!(
                    "let json: Option<Value> = body.optional_json()?;\nOk(json.map(|json| {name} {{ json: Some(json) }}))"
                ),
                (true, true) => format!(
                    "let list: Vec<Value> = body.json()?;\nOk(list.into_iter().map(|json| {name} {{ json: Some(json) }}).collect())"
                ),
                (false, false) => "body.read_optional()".to_owned(),
                (true, false) => "body.read()".to_owned(),
            };
            let wrapper = if is_list { "Vec" } else { "Option" };
            (
                format!(" FromBody<crate::{}>", operation.rust),
                format!("{wrapper}<{path}>"),
                read,
            )
        }
    };
    format!(
        "{gate}impl{generics} for {who} {{\n\
         fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {{\n{read}\n}}\n}}\n"
    )
}

/// Returns the names of the output types that are not models.
fn own(provider: &Provider) -> BTreeSet<&str> {
    outputs(provider)
        .map(|(_, output)| &*output.name)
        .filter(|name| provider.api.models.iter().all(|model| model.rust != *name))
        .collect()
}

fn outputs(provider: &Provider) -> impl Iterator<Item = (&Operation, &Output)> {
    let operations = provider.api.operations.iter();
    operations.filter_map(|operation| Some((operation, operation.output_type.as_ref()?)))
}
