//! Reads a whole description, except the operations themselves.

use super::{
    Description, LeftOut, Operation,
    access::{security, security_scheme},
    mentions::mentions,
    notes::{Role, check_url, external_docs, rust_name},
    object::{Node, Object},
    operation::{component_examples, path_item, response},
    parameter::parameter,
    schema::schema,
};
use crate::{
    identifiers,
    problem::Problems,
    tree::{Value, join},
};

/// Reads a whole description.
pub(crate) fn read(tree: &Value, p: &mut Problems) -> Description {
    let mut description = Description::default();
    let Some(mut object) = (Node {
        value: tree,
        at: String::new(),
    })
    .object(p) else {
        return description;
    };
    version(&mut object, p);
    info(&mut object, &mut description, p);
    description.access.servers = servers(&mut object, p);
    description.docs_url = object
        .take("externalDocs")
        .and_then(|node| external_docs(node, p));
    if let Some(node) = object.take("security") {
        description.access.security = security(node, p);
    }
    tags(&mut object, p);
    if let Some(paths) = object.required("paths", p).and_then(|node| node.object(p)) {
        for (path, node) in paths.entries() {
            if path.starts_with("x-") {
                p.report(&node.at, format!("`{path}` is not a path"), "remove it");
                continue;
            }
            check_path(path, &node.at, p);
            path_item(path, node, &mut description.operations, p);
        }
    }
    if let Some(node) = object.take("components") {
        components(node, &mut description, p);
    }
    description.left_out = left_out(&mut object, p);
    description.mentioned = mentions(tree);
    object.finish("a description", p);
    check_repeated_paths(&description.operations, p);
    description
}

/// Reads `x-left-out`: the operations that the provider has but the description does not contain, with the reasons.
fn left_out(object: &mut Object<'_>, p: &mut Problems) -> Vec<LeftOut> {
    let mut found = Vec::new();
    let nodes = object.take("x-left-out").and_then(|node| node.list(p));
    for node in nodes.unwrap_or_default() {
        let Some(mut one) = node.object(p) else {
            continue;
        };
        let call = one.word("call", p);
        let reason = one.word("reason", p);
        one.finish("`x-left-out`", p);
        if let (Some(call), Some(reason)) = (call, reason) {
            found.push(LeftOut { call, reason });
        }
    }
    found
}

fn version(object: &mut Object<'_>, p: &mut Problems) {
    let version = object.required("openapi", p).and_then(|node| node.text(p));
    if let Some(version) = version {
        if !version.starts_with("3.1.") {
            p.report(
                "/openapi",
                format!("OpenAPI `{version}` is not supported"),
                "write the description in OpenAPI 3.1, such as 3.1.0",
            );
        }
    }
    let dialect = object.text("jsonSchemaDialect", p);
    if dialect.is_some_and(|dialect| dialect != "https://spec.openapis.org/oas/3.1/dialect/base") {
        p.report(
            "/jsonSchemaDialect",
            "this dialect of JSON Schema is not supported",
            "remove it",
        );
    }
}

fn info(object: &mut Object<'_>, description: &mut Description, p: &mut Problems) {
    let Some(mut info) = object.required("info", p).and_then(|node| node.object(p)) else {
        return;
    };
    description.title = info
        .required("title", p)
        .and_then(|node| node.text(p))
        .unwrap_or_default();
    let given = rust_name(&mut info, identifiers::is_type_name, "like `Acme`", p);
    if let Some(version) = info.required("version", p) {
        version.text(p);
    }
    for key in ["summary", "description", "termsOfService"] {
        info.text(key, p);
    }
    for (key, keys) in [
        ("contact", &["name", "url", "email"][..]),
        ("license", &["name", "identifier", "url"]),
    ] {
        let Some(mut inner) = info.take(key).and_then(|node| node.object(p)) else {
            continue;
        };
        for key in keys {
            inner.text(key, p);
        }
        inner.finish(key, p);
    }
    let at = info.at.clone();
    info.finish("info", p);
    let derived =
        identifiers::type_name(&description.title).filter(|name| identifiers::is_type_name(name));
    match given.or(derived) {
        Some(name) => description.service = name,
        None => p.report(
            &at,
            "the title yields no name for the provider's type",
            "add `x-rust-name`, like `Acme`",
        ),
    }
}

/// Returns the addresses of the servers before the first address with a variable. The provider's `Service` has the default
/// address. A path in an address is reported, because it would be lost.
fn servers(object: &mut Object<'_>, p: &mut Problems) -> Vec<String> {
    let mut addresses = Vec::new();
    let mut is_fixed = true;
    for node in object
        .take("servers")
        .and_then(|node| node.list(p))
        .unwrap_or_default()
    {
        let Some(mut server) = node.object(p) else {
            continue;
        };
        let url = server.required("url", p).and_then(|node| node.text(p));
        server.text("description", p);
        if let Some(variables) = server.take("variables").and_then(|node| node.object(p)) {
            for (_, node) in variables.entries() {
                let Some(mut variable) = node.object(p) else {
                    continue;
                };
                variable.text("default", p);
                variable.text("description", p);
                for value in variable
                    .take("enum")
                    .and_then(|node| node.list(p))
                    .unwrap_or_default()
                {
                    value.text(p);
                }
                variable.finish("a server variable", p);
            }
        }
        if let Some(url) = url {
            let at = join(&server.at, "url");
            let path = url
                .split_once("://")
                .and_then(|(_, rest)| rest.split_once('/'))
                .map_or("", |(_, path)| path);
            if !path.is_empty() {
                p.report(
                    &at,
                    format!("the server's address has the path `/{path}`"),
                    "write it at the beginning of every path",
                );
            }
            check_url(&url, &at, p);
            // An address with a variable differs between accounts. Servers after it are other environments, such as a test server.
            is_fixed &= !url.contains('{');
            if is_fixed {
                addresses.push(url.trim_end_matches('/').to_owned());
            }
        }
        server.finish("a server", p);
    }
    addresses
}

fn tags(object: &mut Object<'_>, p: &mut Problems) {
    for node in object
        .take("tags")
        .and_then(|node| node.list(p))
        .unwrap_or_default()
    {
        let Some(mut tag) = node.object(p) else {
            continue;
        };
        tag.text("name", p);
        tag.text("description", p);
        if let Some(node) = tag.take("externalDocs") {
            external_docs(node, p);
        }
        tag.finish("a tag", p);
    }
}

fn components(node: Node<'_>, description: &mut Description, p: &mut Problems) {
    let Some(mut object) = node.object(p) else {
        return;
    };
    let mut section = |key: &str, p: &mut Problems| {
        object
            .take(key)
            .and_then(|node| node.object(p))
            .map(Object::entries)
            .unwrap_or_default()
    };
    for (name, node) in section("schemas", p) {
        description
            .schemas
            .push((name.to_owned(), schema(node, Role::Component, p)));
    }
    for (name, node) in section("parameters", p) {
        description
            .parameters
            .extend(parameter(node, p).map(|parameter| (name.to_owned(), parameter)));
    }
    for (name, node) in section("responses", p) {
        description
            .responses
            .extend(response(node, p).map(|response| (name.to_owned(), response)));
    }
    for (key, node) in section("securitySchemes", p) {
        let scheme = security_scheme(key, node, p);
        description.access.schemes.extend(scheme);
    }
    if let Some(node) = object.take("examples") {
        component_examples(node, p);
    }
    object.finish("components", p);
}

/// Checks that each segment of a path has at most one parameter, that no parameter occurs twice, and that the path is valid.
fn check_path(path: &str, at: &str, p: &mut Problems) {
    if !path.starts_with('/') {
        p.report(
            at,
            format!("the path `{path}` does not begin with `/`"),
            "write it from the origin on",
        );
    }
    if path.contains(|c: char| {
        !c.is_ascii_graphic() || matches!(c, '?' | '#' | '"' | '`' | '<' | '>' | '|' | '\\')
    }) {
        p.report(
            at,
            "a path with characters that a path can't contain",
            "percent-encode them; a query is made of parameters",
        );
    }
    let mut names = Vec::new();
    for segment in path.split('/') {
        let inner = segment
            .split_once('{')
            .and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
        match inner {
            Some((before, (name, after)))
                if !name.is_empty() && ![before, name, after].concat().contains(['{', '}']) =>
            {
                if names.contains(&name) {
                    p.report(
                        at,
                        format!("`{{{name}}}` occurs in the path twice"),
                        "name the two differently",
                    );
                }
                names.push(name);
            }
            _ if segment.contains(['{', '}']) => {
                p.report(
                    at,
                    format!("the segment `{segment}` is not one parameter"),
                    "write at most one parameter into a segment",
                );
            }
            _ if segment == "." || segment == ".." => {
                p.report(
                    at,
                    "a path with a dot segment",
                    "write the path that it stands for",
                );
            }
            _ => {}
        }
    }
}

/// Reports operations of one method whose paths differ only in the names of their parameters: to a server they are the
/// same call.
fn check_repeated_paths(operations: &[Operation], p: &mut Problems) {
    let shape = |path: &str| {
        path.split('/')
            .map(|segment| {
                // The text around a parameter distinguishes paths. The parameter's name does not.
                match segment.split_once('{').zip(segment.split_once('}')) {
                    Some(((before, _), (_, after))) => format!("{before}{{}}{after}"),
                    None => segment.to_owned(),
                }
            })
            .collect::<Vec<_>>()
            .join("/")
    };
    let mut seen: Vec<(String, &Operation)> = Vec::new();
    for operation in operations {
        let shape = shape(&operation.path);
        let twin = seen.iter().find(|(other, first)| {
            *other == shape && first.method == operation.method && first.path != operation.path
        });
        if let Some((_, first)) = twin {
            p.report(
                &operation.at,
                format!("this is the same call as `{}`", first.id),
                "merge the two paths",
            );
        }
        seen.push((shape, operation));
    }
}
