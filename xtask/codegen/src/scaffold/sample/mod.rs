//! Makes calls with sample values: as code, and as the bytes that the code must send.

pub(super) mod received;
pub(super) mod value;

use std::collections::BTreeSet;

use self::value::Sampler;
use crate::{
    model::{Api, Body, DynamicNames, Field, Format, Operation, Place, Shape, Type},
    visible::literal,
};

/// One call, as code and as bytes.
#[derive(Debug)]
pub(super) struct Call {
    /// An expression that makes the operation.
    pub(super) rust: String,
    /// The types of the new crate that the expression uses.
    pub(super) names: BTreeSet<String>,
    /// The time types of `customer-api-core` that the expression uses.
    pub(super) times: BTreeSet<&'static str>,
    /// Whether the expression uses something deprecated.
    pub(super) is_deprecated: bool,
    /// Path and query.
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Sent,
}

#[derive(Debug)]
pub(super) enum Sent {
    Nothing,
    Json(String),
    Form(String),
    Parts(Vec<(String, String)>),
}

/// Returns the calls of an operation: one, or one per variant of its body. With `all`, they have every optional value,
/// otherwise none.
pub(super) fn calls(api: &Api, operation: &Operation, all: bool) -> Vec<Call> {
    let body = operation.body.iter().flat_map(|body| &body.fields);
    let variants = body.map(|field| match field.slot.value {
        Type::Model(id) => match api.model(id).map(|model| &model.shape) {
            Some(Shape::Union(alternatives)) => alternatives.len(),
            _ => 1,
        },
        _ => 1,
    });
    (0..variants.max().unwrap_or(1))
        .map(|variant| call(api, operation, all, variant))
        .collect()
}

/// Makes a call in which every union takes its variant with the index `variant`.
fn call(api: &Api, operation: &Operation, all: bool, variant: usize) -> Call {
    let mut sampler = Sampler::new(api, all, variant);
    sampler.is_deprecated = operation.notes.deprecated;
    sampler.names.insert(operation.rust.clone());
    let mut chain = Chain::default();
    let (mut path, mut query, mut headers) = (operation.path.clone(), Vec::new(), Vec::new());
    for parameter in &operation.parameters {
        let field = &parameter.field;
        let Some(value) = sampler.field(field, parameter.place == Place::Header) else {
            continue;
        };
        chain.add(field, &value.argument);
        let first = value.texts.first().cloned().unwrap_or_default();
        match parameter.place {
            Place::Path => {
                path = path.replace(&format!("{{{}}}", field.wire), &percent_encoded(&first));
            }
            Place::Query => {
                query.extend(value.texts.iter().map(|text| {
                    format!("{}={}", percent_encoded(&field.wire), percent_encoded(text))
                }))
            }
            Place::Header => headers.push((field.wire.clone(), first)),
        }
    }
    let mut json = Vec::new();
    let mut pairs = Vec::new();
    for field in operation.body.iter().flat_map(|body| &body.fields) {
        let Some(value) = sampler.field(field, false) else {
            continue;
        };
        chain.add(field, &value.argument);
        json.push(format!("{}:{}", value::json(&field.wire), value.json));
        let texts = value.texts.iter().cloned();
        pairs.extend(texts.map(|text| (field.wire.clone(), text)));
    }
    if all {
        dynamic(operation.body.as_ref(), &mut chain, &mut pairs);
    }
    let body = match operation.body.as_ref().map(|body| body.format) {
        None => Sent::Nothing,
        Some(Format::Json) if operation.body.as_ref().is_some_and(|body| body.is_value) => {
            let value = json.first().and_then(|member| member.split_once(':'));
            Sent::Json(value.map_or_else(String::new, |(_, value)| value.to_owned()))
        }
        Some(Format::Json) => Sent::Json(format!("{{{}}}", json.join(","))),
        // A form without a field has nothing to send.
        Some(_) if pairs.is_empty() => Sent::Nothing,
        Some(Format::Form) => Sent::Form(form(&pairs)),
        Some(Format::Multipart) => Sent::Parts(pairs),
    };
    let mark = if query.is_empty() { "" } else { "?" };
    Call {
        rust: format!(
            "{}::new({}){}",
            operation.rust,
            chain.arguments.join(", "),
            chain.setters
        ),
        names: sampler.names,
        times: sampler.times,
        is_deprecated: sampler.is_deprecated,
        target: format!("{path}{mark}{}", query.join("&")),
        headers,
        body,
    }
}

/// The arguments of a constructor, and the setters that are called after it.
#[derive(Debug, Default)]
struct Chain {
    arguments: Vec<String>,
    setters: String,
}

impl Chain {
    fn add(&mut self, field: &Field, argument: &str) {
        if field.required {
            self.arguments.push(argument.to_owned());
        } else if field.slot.value == Type::Flag {
            self.setters += &format!(".{}()", field.setter());
        } else {
            self.setters += &format!(".{}({argument})", field.setter());
        }
    }
}

/// Adds one dynamic field of each kind to a call.
fn dynamic(body: Option<&Body>, chain: &mut Chain, pairs: &mut Vec<(String, String)>) {
    for one in body.into_iter().flat_map(|body| &body.dynamic) {
        let (first, second) = ("sample", "a b&c");
        chain.setters += &format!(".{}({}, {})", one.rust, literal(first), literal(second));
        match &one.names {
            DynamicNames::Prefix { prefix, .. } => {
                pairs.push((format!("{prefix}{first}"), second.to_owned()));
            }
            DynamicNames::Pair {
                names: [name, other],
                ..
            } => {
                pairs.push((format!("{name}_0"), first.to_owned()));
                pairs.push((format!("{other}_0"), second.to_owned()));
            }
        }
    }
}

/// Encodes everything except the unreserved characters of RFC 3986.
pub(super) fn percent_encoded(text: &str) -> String {
    encoded(text, b"-._~", "%20")
}

/// Encodes as the HTML standard writes a form.
fn form(pairs: &[(String, String)]) -> String {
    let encoded = |text: &str| encoded(text, b"-._*", "+");
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.join("&")
}

fn encoded(text: &str, plain: &[u8], space: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push_str(space),
            _ if byte.is_ascii_alphanumeric() || plain.contains(&byte) => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
