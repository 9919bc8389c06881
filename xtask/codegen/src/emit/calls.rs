//! `calls.md`: a provider's operations in one table. The documentation of its client includes the table.

use super::{
    call::{arguments, is_retried, output},
    coverage::cell,
    operation::method,
    scope::Scope,
    words,
};
use crate::model::{Api, Operation};

/// Emits one row per operation, in the order of the description.
pub(crate) fn calls(api: &Api) -> String {
    let mut out =
        "| call | request | output | retried automatically | about |\n|---|---|---|---|---|\n"
            .to_owned();
    for operation in &api.operations {
        out += &row(api, operation);
    }
    out + "\n\"yes\" under \"retried automatically\" means: the client sends the call again after a temporary failure, even if \
           the call may have\nhappened. \"no\" means: the client sends the call again only if nothing was sent, or if a response \
           proves that the call was not\nprocessed.\n"
}

fn row(api: &Api, operation: &Operation) -> String {
    let item = if operation.inner {
        operation.rust.clone()
    } else {
        format!("{}::new", operation.rust)
    };
    let rest = if operation.inner {
        "::…)".to_owned()
    } else {
        format!("({}))", arguments(operation))
    };
    let mut call = linked(operation, &format!("client.send(@{item}@{rest}"));
    if operation.notes.deprecated {
        call += " (deprecated)";
    }
    if operation.undocumented {
        call += " (feature `undocumented`)";
    }
    let request = words::code(&format!("{} {}", method(operation), operation.path));
    let mark = |own: &str| format!("@{own}@");
    let output = output(&mut Scope::new(api, ""), operation, mark);
    format!(
        "| {call} | {} | {} | {} | {} |\n",
        cell(&request),
        linked(operation, &output),
        if is_retried(operation) { "yes" } else { "no" },
        cell(&words::paragraph(&summary(operation).unwrap_or_default())),
    )
}

/// Returns inline code with links. In `code`, each of the crate's own items is between two `@`, and becomes a link.
///
/// An operation that needs the cargo feature gets no links, because they would be dead without the feature.
fn linked(operation: &Operation, code: &str) -> String {
    if operation.undocumented {
        return format!("`{}`", code.replace('@', ""));
    }
    let parts = code.split('@').zip([false, true].into_iter().cycle());
    parts
        .filter(|(part, _)| !part.is_empty())
        .map(|(part, is_own)| {
            if is_own {
                format!("[`{part}`](crate::{part})")
            } else {
                format!("`{part}`")
            }
        })
        .collect()
}

/// Returns the first sentence about an operation.
pub(crate) fn summary(operation: &Operation) -> Option<String> {
    let described = operation.notes.description.as_deref();
    operation
        .summary
        .clone()
        .or_else(|| described.map(words::first_sentence))
        .filter(|text| !text.trim().is_empty())
}
