//! `docs/reference.md`: all operations of all providers on one page, one fact per line, for a reader who searches.

use super::{
    call::{output, required},
    calls::summary,
    operation::{method, rules},
    scope::Scope,
    words,
};
use crate::model::{
    Api, Dynamic, DynamicNames, Field, Format, Idempotency, Model, Operation, Shape, Type,
};

const INTRODUCTION: &str = include_str!("reference.md.txt");

pub(crate) fn reference(providers: &[(String, Api)]) -> String {
    let mut out = INTRODUCTION.to_owned();
    for (name, api) in providers {
        let krate = name.replace('-', "_");
        out += &format!("\n## {name}\n");
        for operation in &api.operations {
            out += &about_operation(api, &krate, operation);
        }
        for model in &api.models {
            if model.used.sent || model.used.received {
                out += &about_model(api, &krate, model);
            }
        }
    }
    out
}

/// The lines below one heading.
struct Facts(String);

impl Facts {
    fn new(krate: &str, item: &str) -> Self {
        Self(format!("\n### `{krate}::{item}`\n\n"))
    }

    /// Adds a line. Text of a description must be passed through [`words`] first.
    fn add(&mut self, label: &str, fact: &str) {
        self.0 += &format!("- {label}: {}\n", words::line(fact));
    }

    /// Adds a line of code.
    fn code(&mut self, label: &str, code: &str) {
        self.add(label, &words::code(code));
    }
}

fn about_operation(api: &Api, krate: &str, operation: &Operation) -> String {
    let scope = &mut Scope::new(api, "");
    let name = &operation.rust;
    let mut facts = Facts::new(krate, name);
    if let Some(text) = summary(operation) {
        facts.add("about", &words::paragraph(&text));
    }
    if operation.notes.deprecated {
        facts.add("deprecated", &replacement(api, operation));
    }
    if operation.undocumented {
        facts.add(
            "feature",
            "`undocumented`: the provider does not document this call",
        );
    }
    let mut body = match operation.body.as_ref().map(|body| body.format) {
        None => "without a body",
        Some(Format::Json) => "JSON",
        Some(Format::Form) => "urlencoded",
        Some(Format::Multipart) => "multipart",
    }
    .to_owned();
    if let Some(name) = operation
        .body
        .as_ref()
        .and_then(|body| body.content_type.as_ref())
    {
        body += &format!(" as {}", words::code(name));
    }
    let request = words::code(&format!("{} {}", method(operation), operation.path));
    facts.add("request", &format!("{request}, {body}"));
    if operation.inner {
        facts.add(
            "constructor",
            &format!("hand-written; the rustdoc of `{krate}::{name}` shows it"),
        );
    } else {
        let (parameters, _) = super::record::parameters(scope, &required(operation));
        facts.code("constructor", &format!("{name}::new({parameters})"));
        setters(scope, &mut facts, name, &optional(operation));
        for dynamic in operation.body.iter().flat_map(|body| &body.dynamic) {
            facts.code("setter", &dynamic_setter(name, dynamic));
        }
    }
    let output = output(scope, operation, str::to_owned);
    facts.code("output", &short(&output));
    let is_read = operation.method.idempotency() == Idempotency::Safe;
    let (retried, errors) = match operation.idempotency {
        Idempotency::Safe => ("yes", "the call only reads, and can be repeated"),
        Idempotency::Idempotent => ("yes", "sending it again has no further effect"),
        Idempotency::NonIdempotent if is_read => (
            "only if it can't have happened",
            "`Delivery::Unknown` if it may have happened, for example after a lost response, a timeout, a 3xx, 408 or 5xx, or a 429 that is not `Refused`: sending it again may have an effect",
        ),
        Idempotency::NonIdempotent => (
            "only if it can't have happened",
            "`Delivery::Unknown` if it may have happened, for example after a lost response, a timeout, a 3xx, 408 or 5xx, or a 429 that is not `Refused`: look before you send it again",
        ),
    };
    facts.add("retried", retried);
    facts.add("errors", errors);
    for rule in rules(operation) {
        facts.add("rule", &rule);
    }
    if let Some(provenance) = &operation.notes.provenance {
        facts.add("provenance", provenance.word());
    }
    facts.0
}

/// Returns the operation or the words that the description names as the replacement.
fn replacement(api: &Api, operation: &Operation) -> String {
    let Some(wanted) = &operation.notes.replacement else {
        return "the provider names no replacement".to_owned();
    };
    match api.operations.iter().find(|other| other.id == *wanted) {
        Some(other) => format!("use `{}`", other.rust),
        None => words::paragraph(wanted),
    }
}

/// Returns the optional values of an operation.
fn optional(operation: &Operation) -> Vec<&Field> {
    operation
        .parameters
        .iter()
        .map(|parameter| &parameter.field)
        .chain(operation.body.iter().flat_map(|body| &body.fields))
        .filter(|field| !field.required)
        .collect()
}

fn setters(scope: &mut Scope<'_>, facts: &mut Facts, owner: &str, fields: &[&Field]) {
    let (by_hand, generated): (Vec<&Field>, Vec<&Field>) =
        fields.iter().partition(|field| field.notes.hand_written);
    for field in generated {
        let parameter = match field.slot.value {
            Type::Flag => String::new(),
            _ => format!("{}: {}", field.rust, scope.argument(field).0),
        };
        let setter = field.setter();
        let deprecated = if field.notes.deprecated {
            " // deprecated"
        } else {
            ""
        };
        facts.code(
            "setter",
            &format!("{owner}::{setter}({parameter}){deprecated}"),
        );
    }
    if !by_hand.is_empty() {
        let names: Vec<String> = by_hand
            .iter()
            .map(|field| format!("`{}`", field.rust))
            .collect();
        let fact = format!(
            "hand-written for {}; see the rustdoc of `{owner}`",
            names.join(", ")
        );
        facts.add("setter", &fact);
    }
}

fn dynamic_setter(owner: &str, dynamic: &Dynamic) -> String {
    let (first, second) = match &dynamic.names {
        DynamicNames::Prefix { .. } => ("name", "value"),
        DynamicNames::Pair {
            arguments: [first, second],
            ..
        } => (first.as_str(), second.as_str()),
    };
    format!(
        "{owner}::{}({first}: impl Into<String>, {second}: impl Into<String>)",
        dynamic.rust
    )
}

fn about_model(api: &Api, krate: &str, model: &Model) -> String {
    let scope = &mut Scope::new(api, "");
    let name = &model.rust;
    let mut facts = Facts::new(krate, name);
    let text = model
        .notes
        .description
        .as_ref()
        .or(model.notes.title.as_ref());
    if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
        facts.add("about", &words::paragraph(&words::first_sentence(text)));
    }
    if !model.used.always {
        facts.add("feature", "`undocumented`");
    }
    match &model.shape {
        Shape::Choice(variants) => {
            for variant in variants {
                let wire = words::code(&variant.wire);
                facts.add("value", &format!("`{name}::{}` is {wire}", variant.rust));
            }
            if model.used.sent {
                facts.code(
                    "value",
                    &format!("{name}::unlisted(value: impl AsRef<str>)"),
                );
            }
        }
        Shape::Union(alternatives) => {
            for one in alternatives {
                let object = api.type_name(one.model);
                let tag = words::code(&format!("{}: {}", one.tag.name, one.tag.value));
                facts.add(
                    "variant",
                    &format!("`{name}::{}({object})` is {tag}", one.rust),
                );
            }
            if model.used.sent {
                facts.code(
                    "value",
                    &format!("{name}::unlisted(value: impl Into<serde_json::Value>)"),
                );
            }
        }
        Shape::Record(fields) => {
            if model.used.sent {
                let required: Vec<&Field> = fields.iter().filter(|field| field.required).collect();
                let (parameters, _) = super::record::parameters(scope, &required);
                facts.code("constructor", &format!("{name}::new({parameters})"));
                let optional: Vec<&Field> = fields.iter().filter(|field| !field.required).collect();
                setters(scope, &mut facts, name, &optional);
            }
            if model.used.received {
                for field in fields {
                    let held = scope.held(field, model.used.sent);
                    facts.code("field", &format!("{name}.{}: {held}", field.rust));
                }
            }
        }
    }
    facts.0
}

/// Returns a type without the paths before its names.
fn short(path: &str) -> String {
    let mut out = String::new();
    for part in path.split_inclusive(|c: char| !c.is_alphanumeric() && c != '_' && c != ':') {
        out += part.rsplit("::").next().unwrap_or_default();
    }
    out
}
