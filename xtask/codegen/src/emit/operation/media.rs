//! The media types of an operation, if they differ from the client's defaults.

use crate::{emit::words, model::Operation, visible::literal};

/// Emits the headers that every call of the operation has.
pub(super) fn headers(operation: &Operation) -> String {
    let mut out = String::new();
    for (name, value) in [
        ("accept", operation.accept.as_deref()),
        ("content-type", content_type(operation)),
    ] {
        if let Some(value) = value {
            out += &format!("request.header({name:?}, {})?;\n", literal(value));
        }
    }
    out
}

/// Returns a sentence about the media type of the body.
pub(super) fn sentence(operation: &Operation) -> Option<String> {
    let name = words::code(content_type(operation)?);
    Some(format!("The body is sent as {name}."))
}

fn content_type(operation: &Operation) -> Option<&str> {
    operation.body.as_ref()?.content_type.as_deref()
}
