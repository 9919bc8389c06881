//! Builds operations: the parameters in order, the flattened body, and the single content of a success.

use super::{
    Operation, Parameter, Slot, Type,
    body::request_body,
    lower::{Lowering, dangling},
};
use crate::{
    model::{Method, Place},
    parse::{self, Format, OrRef, Schema, media},
    problem::Problems,
    tree::join,
};

pub(crate) fn operation<'d>(
    lowering: &mut Lowering<'d>,
    source: &'d parse::Operation,
    p: &mut Problems,
) -> Operation {
    let stem = source.notes.rust_name.as_deref().unwrap_or(&source.id);
    let parameters = parameters(lowering, source, stem, p);
    let body = source
        .body
        .as_ref()
        .and_then(|body| request_body(lowering, body, stem, p));
    let (output, accept) = output(lowering, source, stem, p);
    let sourced = source
        .notes
        .provenance
        .as_ref()
        .and_then(|provenance| provenance.source.clone());
    Operation {
        at: source.at.clone(),
        id: source.id.clone(),
        rust: String::new(),
        module: String::new(),
        method: source.method,
        path: source.path.clone(),
        summary: source.summary.clone(),
        notes: source.notes.clone(),
        docs_url: sourced
            .or_else(|| source.docs_url.clone())
            .or_else(|| lowering.description.docs_url.clone()),
        idempotency: source.idempotency,
        rate_class: source.rate_class.clone(),
        fresh_connection: source.fresh_connection,
        unauthenticated: unauthenticated(&lowering.description.access, source, p),
        undocumented: source.undocumented,
        output_type: source.output.clone(),
        inner: source.body.as_ref().is_some_and(|body| body.hand_written),
        parameters,
        body,
        output,
        accept,
    }
}

fn parameters<'d>(
    lowering: &mut Lowering<'d>,
    source: &'d parse::Operation,
    stem: &str,
    p: &mut Problems,
) -> Vec<Parameter> {
    let mut found: Vec<(usize, &'d parse::Parameter)> = Vec::new();
    for (index, parameter) in source.parameters.iter().enumerate() {
        let mut place = None;
        let parameter = match parameter {
            OrRef::Here(parameter) => parameter,
            OrRef::Reference { name, at } => {
                place = Some(at);
                match lowering
                    .description
                    .parameters
                    .iter()
                    .find(|(key, _)| key == name)
                {
                    Some((_, parameter)) => parameter,
                    None => {
                        dangling(at, "parameters", name, p);
                        continue;
                    }
                }
            }
        };
        // A method's own parameter replaces the path's parameter of the same name and place.
        match found
            .iter_mut()
            .find(|(_, other)| is_same(other, parameter))
        {
            Some((other, _)) if (*other < source.shared) == (index < source.shared) => p.report(
                place.unwrap_or(&parameter.at),
                "two parameters have one name and one place",
                "keep the one that the provider reads",
            ),
            Some(other) => *other = (index, parameter),
            None => found.push((index, parameter)),
        }
    }
    let found: Vec<&'d parse::Parameter> =
        found.into_iter().map(|(_, parameter)| parameter).collect();
    check_template(source, &found, p);
    let mut parameters = Vec::new();
    for place in [Place::Path, Place::Query, Place::Header] {
        for parameter in found.iter().filter(|parameter| parameter.place == place) {
            let mut field = lowering.field(
                &parameter.name,
                parameter.required,
                &parameter.schema,
                stem,
                p,
            );
            field.notes = parameter.notes.over(&field.notes);
            field.at = parameter.at.clone();
            check_value(&field.slot, place, &parameter.at, p);
            parameters.push(Parameter { place, field });
        }
    }
    parameters
}

/// Returns whether two parameters have one name and one place in a request. Header names are case-insensitive.
fn is_same(one: &parse::Parameter, other: &parse::Parameter) -> bool {
    let is_name = match one.place {
        Place::Header => one.name.eq_ignore_ascii_case(&other.name),
        Place::Path | Place::Query => one.name == other.name,
    };
    one.place == other.place && is_name
}

/// Returns whether a call is made without a credential. Reports a call that needs a credential other than the client's.
fn unauthenticated(access: &parse::Access, source: &parse::Operation, p: &mut Problems) -> bool {
    let Some(own) = &source.security else {
        return source.unauthenticated;
    };
    let client = access.client();
    if own.iter().any(|names| Some(names.as_slice()) == client) {
        return false;
    }
    let needs_none = own.iter().any(Vec::is_empty);
    if !needs_none {
        p.report(
            &join(&source.at, "security"),
            "this call needs a credential that the client does not have",
            "make a crate for the calls with this credential, or write the call by hand",
        );
    }
    needs_none
}

/// Checks that the names in the path's braces are the names of the path parameters.
fn check_template(source: &parse::Operation, parameters: &[&parse::Parameter], p: &mut Problems) {
    let names: Vec<&str> = template(&source.path).collect();
    for name in &names {
        if !parameters
            .iter()
            .any(|parameter| parameter.place == Place::Path && parameter.name == *name)
        {
            p.report(
                &source.at,
                format!("the path has `{{{name}}}`, but no parameter has this name"),
                "add a parameter `in: path`",
            );
        }
    }
    for parameter in parameters
        .iter()
        .filter(|parameter| parameter.place == Place::Path)
    {
        if !names.contains(&parameter.name.as_str()) {
            p.report(
                &parameter.at,
                format!("the path `{}` has no `{{{}}}`", source.path, parameter.name),
                "correct the name, or remove the parameter",
            );
        }
    }
}

/// Returns the names in a path's braces, in order.
pub(crate) fn template(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|segment| {
        let (_, rest) = segment.split_once('{')?;
        rest.split_once('}').map(|(name, _)| name)
    })
}

fn check_value(slot: &Slot, place: Place, at: &str, p: &mut Problems) {
    if slot.nullable {
        p.report(
            at,
            "a parameter that may be null",
            "a parameter is sent or it is not: remove \"null\"",
        );
    }
    match &slot.value {
        Type::List(items) if place == Place::Query => {
            if items.nullable || !is_flat(&items.value) {
                p.report(
                    at,
                    "an array of values that are not flat",
                    "use strings, numbers, booleans or enums",
                );
            }
        }
        value if is_flat(value) => {}
        _ => p.report(
            at,
            format!("a {} parameter that is not one flat value", place.name()),
            "use a string, a number, a boolean or an enum; arrays go into the query",
        ),
    }
}

/// Returns whether a value is one piece of text on the wire.
fn is_flat(value: &Type) -> bool {
    // A model passes here. `check` tests later whether the model is an enum.
    !matches!(value, Type::Free | Type::List(_) | Type::Map(_))
}

/// Returns the content of the 2xx responses. The other responses serve only as documentation.
fn output<'d>(
    lowering: &mut Lowering<'d>,
    source: &'d parse::Operation,
    stem: &str,
    p: &mut Problems,
) -> (Option<Slot>, Option<String>) {
    let mut outputs: Vec<(&'d str, Option<Slot>)> = Vec::new();
    let mut accept: Vec<&str> = Vec::new();
    for (status, response) in &source.responses {
        let response = match response {
            OrRef::Here(response) => response,
            OrRef::Reference { name, at } => {
                match lowering
                    .description
                    .responses
                    .iter()
                    .find(|(key, _)| key == name)
                {
                    Some((_, response)) => response,
                    None => {
                        dangling(at, "responses", name, p);
                        continue;
                    }
                }
            }
        };
        if status.starts_with('2') && source.method == Method::Head {
            if !response.content.is_empty() {
                p.report(
                    &response.at,
                    "a response of HEAD has no content",
                    "remove `content`",
                );
            }
            outputs.push((status, None));
        } else if status.starts_with('2') {
            for media in &response.content {
                if !accept.contains(&&*media.name) {
                    accept.push(&media.name);
                }
            }
            outputs.push((status, content(lowering, response, stem, p)));
        }
    }
    let Some((_, first)) = outputs.first() else {
        if !source
            .responses
            .iter()
            .any(|(status, _)| status.starts_with('2'))
        {
            p.report(
                &join(&source.at, "responses"),
                "no success response",
                "describe a 2xx response; `2XX` stands for all of them",
            );
        }
        return (None, None);
    };
    let mut output: Option<Slot> = first.clone();
    for (status, other) in outputs.iter().skip(1) {
        output = match (output, other) {
            (Some(one), Some(other)) if one.value == other.value => Some(Slot {
                nullable: one.nullable || other.nullable,
                value: one.value,
            }),
            (Some(one), Some(_)) => {
                p.report(
                    &join(&join(&source.at, "responses"), status),
                    "success responses with different bodies are not supported",
                    "describe one schema whose properties are optional",
                );
                Some(one)
            }
            // Some responses have no content, so the body may be missing.
            (Some(one), None) => Some(Slot {
                nullable: true,
                ..one
            }),
            (None, Some(other)) => Some(Slot {
                nullable: true,
                ..other.clone()
            }),
            (None, None) => None,
        };
    }
    // Clients send `Accept: application/json` by default.
    let is_usual = accept
        .iter()
        .all(|name| media::base(name).eq_ignore_ascii_case(Format::Json.media_type()));
    (output, (!is_usual).then(|| accept.join(", ")))
}

fn content<'d>(
    lowering: &mut Lowering<'d>,
    response: &'d parse::Response,
    stem: &str,
    p: &mut Problems,
) -> Option<Slot> {
    if response.content.len() > 1 {
        p.report(
            &response.at,
            "a success response in several media types",
            "keep application/json",
        );
    }
    let found = response.content.first()?;
    let base = media::base(&found.name);
    if !media::is_json(base) {
        p.report(
            &found.at,
            format!("a success response of `{}` is not supported", found.name),
            "use JSON, or no content and `x-output`",
        );
        return None;
    }
    let Some(schema): Option<&'d Schema> = found.schema.as_ref() else {
        p.report(
            &found.at,
            "a success response without `schema`",
            "describe it; `{}` stands for any JSON value",
        );
        return None;
    };
    Some(lowering.slot(schema, &format!("{stem} response"), p))
}
