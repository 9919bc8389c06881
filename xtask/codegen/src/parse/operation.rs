//! Reads operations: parameters, bodies, responses.

use super::{
    Around, Idempotency, MediaType, Method, Operation, OrRef, Output, RequestBody, Response,
    access::security,
    media,
    notes::{Role, examples, external_docs, named_examples, operation_notes, parameter_notes},
    object::{Node, Object},
    parameter::parameters,
    schema::{reference, schema},
};
use crate::{
    identifiers,
    problem::Problems,
    tree::{Value, join},
};

/// Reads one path with its methods.
pub(crate) fn path_item(
    path: &str,
    node: Node<'_>,
    operations: &mut Vec<Operation>,
    p: &mut Problems,
) {
    let Some(mut item) = node.object(p) else {
        return;
    };
    for (key, hint) in [
        ("summary", "state it in the operations"),
        ("description", "state it in the operations"),
        ("$ref", "write the path in place"),
    ] {
        if item.take(key).is_some() {
            p.report(
                &join(&item.at, key),
                format!("`{key}` of a path is not supported"),
                hint,
            );
        }
    }
    let shared = item.take("parameters").map(|node| (node.at.clone(), node));
    // The operations keep the order of the description.
    for key in item.left() {
        let Some((word, method)) = Method::ALL.iter().find(|(word, _)| *word == key) else {
            continue;
        };
        let Some(node) = item.take(word) else {
            continue;
        };
        let Some(mut operation) = operation(path, *method, node, p) else {
            continue;
        };
        if let Some((_, node)) = &shared {
            // The path's parameters are read again for each operation, so that the operation owns them. Equal problems are reported once.
            let mut all = parameters(node.clone(), p);
            operation.shared = all.len();
            all.append(&mut operation.parameters);
            operation.parameters = all;
        }
        operations.push(operation);
    }
    item.finish("a path", p);
}

fn operation(path: &str, method: Method, node: Node<'_>, p: &mut Problems) -> Option<Operation> {
    let mut object = node.object(p)?;
    let id = object.word("operationId", p);
    if id.is_none() && !object.has("operationId") {
        p.report(
            &object.at,
            "an operation without `operationId`",
            "add one, like `listCustomers`: it names the Rust type",
        );
    }
    let summary = object.text("summary", p);
    let notes = operation_notes(&mut object, p);
    let docs_url = object
        .take("externalDocs")
        .and_then(|node| external_docs(node, p));
    if let Some(tags) = object.take("tags").and_then(|node| node.list(p)) {
        for tag in tags {
            tag.text(p);
        }
    }
    let parameters = object
        .take("parameters")
        .map(|node| parameters(node, p))
        .unwrap_or_default();
    let body = object
        .take("requestBody")
        .and_then(|node| request_body(node, p));
    if matches!(method, Method::Get | Method::Head) && object.has("requestBody") {
        p.report(
            &join(&object.at, "requestBody"),
            "a GET or HEAD has no body",
            "use query parameters, or another method",
        );
    }
    let responses = responses(&mut object, p);
    let idempotency = idempotency(&mut object, method, p);
    let (unauthenticated, security) = signs_in(&mut object, p);
    let operation = Operation {
        at: object.at.clone(),
        id: id.unwrap_or_default(),
        method,
        path: path.to_owned(),
        summary,
        notes,
        docs_url,
        parameters,
        shared: 0,
        body,
        responses,
        idempotency,
        rate_class: object.word("x-rate-class", p),
        fresh_connection: object.flag("x-fresh-connection", p),
        unauthenticated,
        security,
        undocumented: object.flag("x-undocumented", p),
        output: output(&mut object, p),
    };
    object.finish("an operation", p);
    // An operation without an id can't be named. Its problem was reported already.
    (!operation.id.is_empty()).then_some(operation)
}

fn output(object: &mut Object<'_>, p: &mut Problems) -> Option<Output> {
    let node = object.take("x-output")?;
    let at = node.at.clone();
    let text = node.text(p)?;
    let inside = |wrapper: &str| text.strip_prefix(wrapper)?.strip_suffix('>');
    let (name, around) = match (inside("Option<"), inside("Vec<")) {
        (Some(name), _) => (name, Around::Option),
        (_, Some(name)) => (name, Around::Vec),
        _ => (&*text, Around::Nothing),
    };
    if identifiers::is_type_name(name) && !identifiers::is_reserved_type(name) {
        return Some(Output {
            name: name.to_owned(),
            around,
        });
    }
    p.report(
        &at,
        format!("`{text}` is not a valid type for `x-output`"),
        "write `Name`, `Option<Name>` or `Vec<Name>`, with a type of the crate's root",
    );
    None
}

fn idempotency(object: &mut Object<'_>, method: Method, p: &mut Problems) -> Idempotency {
    let Some(node) = object.take("x-idempotency") else {
        return method.idempotency();
    };
    let at = node.at.clone();
    match node.text(p).as_deref() {
        Some("safe") => Idempotency::Safe,
        Some("idempotent") => Idempotency::Idempotent,
        Some("non-idempotent") => Idempotency::NonIdempotent,
        Some(other) => {
            p.report(
                &at,
                format!("`{other}` is not a valid value of `x-idempotency`"),
                "write safe, idempotent or non-idempotent",
            );
            Idempotency::NonIdempotent
        }
        None => Idempotency::NonIdempotent,
    }
}

/// Returns two values: whether the operation needs no credential (`x-auth: none`, or OpenAPI's own `security: []`), and
/// the requirements of any other `security`.
fn signs_in(object: &mut Object<'_>, p: &mut Problems) -> (bool, Option<Vec<Vec<String>>>) {
    let mut none = false;
    let mut own = None;
    if let Some(node) = object.take("x-auth") {
        let at = node.at.clone();
        match node.text(p).as_deref() {
            Some("none") => none = true,
            Some(other) => p.report(
                &at,
                format!("`x-auth: {other}` is not known"),
                "write `none`, or remove it: the client's credential is the default",
            ),
            None => {}
        }
    }
    if let Some(node) = object.take("security") {
        let at = node.at.clone();
        match security(node, p) {
            Some(list) if list.is_empty() => none = true,
            Some(_) if none => p.report(
                &at,
                "`security` contradicts `x-auth: none`",
                "remove one of them",
            ),
            other => own = other,
        }
    }
    (none, own)
}

fn request_body(node: Node<'_>, p: &mut Problems) -> Option<RequestBody> {
    let mut object = node.object(p)?;
    object.text("description", p);
    // A body is always sent. An optional body can be sent empty.
    object.flag("required", p);
    let hand_written = object.flag("x-hand-written", p);
    let content = object
        .required("content", p)
        .and_then(|node| node.object(p));
    let at = object.at.clone();
    object.finish("a request body", p);
    let mut bodies = Vec::new();
    for (name, node) in content?.entries() {
        let media_at = node.at.clone();
        let body = media_type(name, node, p);
        match media::format(name) {
            Some(format) => bodies.push((format, body)),
            None => p.report(
                &media_at,
                format!("a request body of `{name}` is not supported"),
                "use JSON, application/x-www-form-urlencoded or multipart/form-data",
            ),
        }
        if let Some((what, hint)) = media::fault(name) {
            p.report(&media_at, what, hint);
        }
    }
    if bodies.len() > 1 {
        p.report(
            &at,
            "a request body in several formats",
            "keep the one that the client must send",
        );
    }
    let (format, media) = bodies.into_iter().next()?;
    let media = media?;
    let Some(schema) = media.schema else {
        p.report(&media.at, "a request body without `schema`", "describe it");
        return None;
    };
    let is_own = media.name.eq_ignore_ascii_case(format.media_type());
    Some(RequestBody {
        at: media.at,
        format,
        content_type: (!is_own).then_some(media.name),
        schema,
        hand_written,
    })
}

fn media_type(name: &str, node: Node<'_>, p: &mut Problems) -> Option<MediaType> {
    let mut object = node.object(p)?;
    examples(&mut object, p);
    let schema = object
        .take("schema")
        .map(|node| schema(node, Role::Element, p));
    let at = object.at.clone();
    object.finish("a media type", p);
    Some(MediaType {
        at,
        name: name.to_owned(),
        schema,
    })
}

fn responses(object: &mut Object<'_>, p: &mut Problems) -> Vec<(String, OrRef<Response>)> {
    let Some(map) = object.take("responses").and_then(|node| node.object(p)) else {
        return Vec::new();
    };
    let mut responses = Vec::new();
    for (status, node) in map.entries() {
        let at = node.at.clone();
        if !is_status(status) {
            p.report(
                &at,
                format!("`{status}` is not a status"),
                "write one like 200, 2XX or default",
            );
            continue;
        }
        let Some(mut object) = node.clone().object(p) else {
            continue;
        };
        if object.has("$ref") {
            if let Some(name) = reference(&mut object, "#/components/responses/", p) {
                responses.push((status.to_owned(), OrRef::Reference { name, at }));
            }
            object.finish("a reference to a response", p);
        } else if let Some(response) = response(node, p) {
            responses.push((status.to_owned(), OrRef::Here(response)));
        }
    }
    responses
}

fn is_status(status: &str) -> bool {
    let mut characters = status.chars();
    let class = characters.next().is_some_and(|c| ('1'..='5').contains(&c));
    let rest = characters.as_str();
    status == "default"
        || class && rest.len() == 2 && (rest == "XX" || rest.chars().all(|c| c.is_ascii_digit()))
}

pub(crate) fn response(node: Node<'_>, p: &mut Problems) -> Option<Response> {
    let mut object = node.object(p)?;
    if let Some(description) = object.required("description", p) {
        description.text(p);
    }
    if let Some(headers) = object.take("headers").and_then(|node| node.object(p)) {
        for (_, node) in headers.entries() {
            header(node, p);
        }
    }
    let mut content = Vec::new();
    if let Some(map) = object.take("content").and_then(|node| node.object(p)) {
        for (name, node) in map.entries() {
            content.extend(media_type(name, node, p));
        }
    }
    let at = object.at.clone();
    object.finish("a response", p);
    Some(Response { at, content })
}

/// Reads a response header, which is documentation and must only be well-formed.
fn header(node: Node<'_>, p: &mut Problems) {
    let Some(mut object) = node.object(p) else {
        return;
    };
    parameter_notes(&mut object, p);
    object.flag("required", p);
    if let Some(node) = object.take("schema") {
        schema(node, Role::Parameter, p);
    }
    object.finish("a response header", p);
}

/// Reads the examples in components.
pub(crate) fn component_examples(node: Node<'_>, p: &mut Problems) {
    if matches!(node.value, Value::Map(_)) {
        named_examples(node, p);
    } else {
        node.object(p);
    }
}
