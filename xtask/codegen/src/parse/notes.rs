//! Reads the notes beside a shape: descriptions, provenance, deprecation, redaction, names.

use super::{
    Notes, Provenance,
    object::{Node, Object},
};
use crate::{identifiers, problem::Problems, tree};

/// The place of a schema, which decides the allowed notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// In components/schemas.
    Component,
    /// A property of an object.
    Property,
    /// The schema of a parameter. Most notes are beside the schema, on the parameter.
    Parameter,
    /// An array's items, a map's values, a body.
    Element,
}

pub(crate) fn schema_notes(object: &mut Object<'_>, role: Role, p: &mut Problems) -> Notes {
    let mut notes = Notes {
        title: object.text("title", p),
        description: object.text("description", p),
        default: object.take("default").map(|node| tree::to_line(node.value)),
        rust_name: type_or_field_name(object, role, p),
        ..Notes::default()
    };
    examples(object, p);
    if let Some(comment) = object.take("$comment") {
        comment.text(p);
    }
    if let Some(node) = object.take("externalDocs") {
        external_docs(node, p);
    }
    if matches!(role, Role::Component | Role::Property) {
        deprecation(object, &mut notes, p);
        notes.provenance = provenance(object, p);
        notes.read_only = object.flag("readOnly", p);
        notes.write_only = object.flag("writeOnly", p);
        notes.hand_written = role == Role::Property && object.flag("x-hand-written", p);
        notes.strict = role == Role::Property && object.flag("x-strict", p);
        if notes.read_only && notes.write_only {
            p.report(
                &object.at,
                "`readOnly` and `writeOnly` exclude each other",
                "keep one of them",
            );
        }
    }
    if role != Role::Element {
        notes.secret = object.flag("x-secret", p);
        notes.personal = object.flag("x-personal", p);
    }
    notes
}

/// Reads the notes of a parameter, which are beside its schema.
pub(crate) fn parameter_notes(object: &mut Object<'_>, p: &mut Problems) -> Notes {
    let mut notes = Notes {
        description: object.text("description", p),
        rust_name: rust_name(object, identifiers::is_field_name, "like `customer_id`", p),
        provenance: provenance(object, p),
        secret: object.flag("x-secret", p),
        personal: object.flag("x-personal", p),
        ..Notes::default()
    };
    deprecation(object, &mut notes, p);
    examples(object, p);
    notes
}

pub(crate) fn operation_notes(object: &mut Object<'_>, p: &mut Problems) -> Notes {
    let mut notes = Notes {
        description: object.text("description", p),
        rust_name: rust_name(object, identifiers::is_type_name, "like `ListCustomers`", p),
        provenance: provenance(object, p),
        ..Notes::default()
    };
    deprecation(object, &mut notes, p);
    notes
}

fn type_or_field_name(object: &mut Object<'_>, role: Role, p: &mut Problems) -> Option<String> {
    if role == Role::Property {
        rust_name(object, identifiers::is_field_name, "like `customer_id`", p)
    } else {
        rust_name(object, identifiers::is_type_name, "like `Customer`", p)
    }
}

pub(crate) fn rust_name(
    object: &mut Object<'_>,
    fits: fn(&str) -> bool,
    like: &str,
    p: &mut Problems,
) -> Option<String> {
    let node = object.take("x-rust-name")?;
    let at = node.at.clone();
    let name = node.text(p)?;
    if !fits(&name) {
        p.report(
            &at,
            format!("`{name}` can't be the Rust name here"),
            format!("write one {like}"),
        );
        return None;
    }
    Some(name)
}

fn deprecation(object: &mut Object<'_>, notes: &mut Notes, p: &mut Problems) {
    notes.deprecated = object.flag("deprecated", p);
    notes.replacement = object.word("x-replacement", p);
    if !notes.deprecated && notes.replacement.take().is_some() {
        p.report(
            &tree::join(&object.at, "x-replacement"),
            "`x-replacement` on an item that is not deprecated",
            "add `deprecated: true`, or remove it",
        );
    }
}

/// Reads `x-provenance`: `{status: documented|inferred, source: <URL>}`, or `documented [<URL>]` in one string.
pub(crate) fn provenance(object: &mut Object<'_>, p: &mut Problems) -> Option<Provenance> {
    let node = object.take("x-provenance")?;
    let at = node.at.clone();
    let (status, source) = if let tree::Value::Text(text) = node.value {
        let (status, source) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let source = source.trim();
        (
            status.to_owned(),
            (!source.is_empty()).then(|| source.to_owned()),
        )
    } else {
        let mut object = node.object(p)?;
        let status = object.required("status", p).and_then(|node| node.text(p));
        let source = object.text("source", p);
        object.finish("`x-provenance`", p);
        (status?, source)
    };
    if let Some(source) = &source {
        check_url(source, &at, p);
    }
    match status.as_str() {
        "documented" => Some(Provenance {
            documented: true,
            source,
        }),
        "inferred" => Some(Provenance {
            documented: false,
            source,
        }),
        other => {
            p.report(
                &at,
                format!("`{other}` is not a provenance"),
                "write `documented` or `inferred`",
            );
            None
        }
    }
}

/// Reads an `externalDocs` object; returns its URL.
pub(crate) fn external_docs(node: Node<'_>, p: &mut Problems) -> Option<String> {
    let mut object = node.object(p)?;
    let url = object.required("url", p).and_then(|node| node.text(p));
    object.text("description", p);
    if let Some(url) = &url {
        check_url(url, &tree::join(&object.at, "url"), p);
    }
    object.finish("externalDocs", p);
    url
}

/// Checks an address that the documentation shows as a link. A character that is not allowed in an address could end
/// the link early.
pub(crate) fn check_url(url: &str, at: &str, p: &mut Problems) {
    let has_scheme = url.starts_with("https://") || url.starts_with("http://");
    let breaks = |c: char| !c.is_ascii_graphic() || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\');
    if !has_scheme || url.contains(breaks) {
        p.report(
            at,
            format!("`{url}` is not a web address"),
            "write one that begins with https://, and percent-encode what is not ASCII",
        );
    }
}

/// Accepts `example` and `examples`, which are documentation, wherever OpenAPI allows them.
pub(crate) fn examples(object: &mut Object<'_>, p: &mut Problems) {
    object.take("example");
    let Some(node) = object.take("examples") else {
        return;
    };
    if matches!(node.value, tree::Value::List(_)) {
        return;
    }
    named_examples(node, p);
}

/// Reads a map from a name to an Example Object.
pub(crate) fn named_examples(node: Node<'_>, p: &mut Problems) {
    let Some(map) = node.object(p) else { return };
    for (_, node) in map.entries() {
        let Some(mut example) = node.object(p) else {
            continue;
        };
        for key in ["summary", "description", "externalValue", "$ref"] {
            example.text(key, p);
        }
        example.take("value");
        example.finish("an example", p);
    }
}
