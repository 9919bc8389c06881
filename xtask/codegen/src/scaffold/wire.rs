//! Emits the first tests of a new crate: what each operation sends on the wire.
//!
//! The tests follow the description, as the client does. The crate's owner compares them with the provider's own
//! examples.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Credential, Provider, environment, pages,
    sample::{Call, Sent, calls},
    template::fill,
};
use crate::{
    emit::operation::method,
    model::{Body, Operation},
    parse::media,
    visible::literal,
};

/// The key of the tests' clients.
pub(super) const KEY: &str = "sample-key";

/// Returns the files below `tests/wire`.
pub(super) fn tests(provider: &Provider) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let gate = "#[cfg(feature = \"undocumented\")]\n";
    let is_documented = provider.api.operations.iter().any(|one| !one.undocumented);
    // Without the feature, the shared code of the tests would be unused.
    let shared = if is_documented { "" } else { gate };
    let mut modules = format!("mod environment;\n{shared}mod support;\n");
    if !pages::find(&provider.api).is_empty() {
        modules += "mod pages;\n";
    }
    files.insert("environment.rs".to_owned(), environment::test(provider));
    for (module, gate, undocumented) in [("calls", "", false), ("undocumented", gate, true)] {
        let operations: Vec<&Operation> = provider
            .api
            .operations
            .iter()
            .filter(|one| one.undocumented == undocumented)
            .collect();
        if !operations.is_empty() {
            modules += &format!("{gate}mod {module};\n");
            files.insert(format!("{module}.rs"), file(provider, &operations));
        }
    }
    files.insert(
        "main.rs".to_owned(),
        format!(
            "//! What each operation sends on the wire, byte for byte.\n#![cfg(test)]\n\n{modules}"
        ),
    );
    files.insert("support.rs".to_owned(), support(provider));
    files
}

fn file(provider: &Provider, operations: &[&Operation]) -> String {
    let mut names = BTreeSet::new();
    let mut times = BTreeSet::new();
    let mut out = String::new();
    for operation in operations {
        let calls = calls(&provider.api, operation, true);
        out += &test(provider, operation, &calls);
        for call in calls {
            names.extend(call.names);
            times.extend(call.times);
        }
    }
    let names: Vec<String> = names.into_iter().collect();
    let times: Vec<&str> = times.into_iter().collect();
    let mut uses = String::new();
    if !times.is_empty() {
        uses += &format!("use customer_api_core::time::{{{}}};\n", times.join(", "));
    }
    uses += &format!("use {}::{{{}}};\n\n", provider.in_code(), names.join(", "));
    format!(
        "//! A call of each operation, with every value set.\n\n{uses}use crate::support::send;\n{out}"
    )
}

/// Emits one test per operation. A body with several shapes is sent once in each shape.
fn test(provider: &Provider, operation: &Operation, calls: &[Call]) -> String {
    let expectation = if calls.iter().any(|call| call.is_deprecated) {
        "#[expect(deprecated, reason = \"a deprecated item still works\")]\n"
    } else {
        ""
    };
    let mut out = format!(
        "\n#[tokio::test]\n{expectation}async fn sends_{}() {{\n",
        operation.module
    );
    let blocks: Vec<String> = calls
        .iter()
        .map(|call| block(provider, operation, call))
        .collect();
    out += &blocks.join("\n");
    out + "}\n"
}

fn block(provider: &Provider, operation: &Operation, call: &Call) -> String {
    let mut out = format!(
        "let sent = send({}).await;\nassert_eq!(sent.line(), {});\n",
        call.rust,
        literal(&format!("{} {}", method(operation), call.target)),
    );
    let mut header = |name: &str, value: Option<&str>| {
        out += &match value {
            Some(value) => format!(
                "assert_eq!(sent.header({}), Some({}));\n",
                literal(name),
                literal(value)
            ),
            None => format!("assert_eq!(sent.header({}), None);\n", literal(name)),
        };
    };
    for (name, value) in &call.headers {
        header(name, Some(value));
    }
    if let Some((name, value)) = provider.credential.header(KEY) {
        header(name, (!operation.unauthenticated).then_some(value.as_str()));
    }
    if let Some(accept) = &operation.accept {
        header("accept", Some(accept));
    }
    out += &match &call.body {
        Sent::Nothing => {
            "assert_eq!(sent.content_type(), None);\nassert_eq!(sent.body(), \"\");\n".to_owned()
        }
        Sent::Json(text) | Sent::Form(text) => {
            let media_type = operation.body.as_ref().map_or("", Body::media_type);
            is(media::base(media_type), text)
        }
        Sent::Parts(parts) => {
            let parts: Vec<String> = parts
                .iter()
                .map(|(name, value)| format!("({}, {})", literal(name), literal(value)))
                .collect();
            format!(
                "assert_eq!(sent.content_type(), Some(\"multipart/form-data\"));\nassert_eq!(sent.body(), sent.multipart(&[{}]));\n",
                parts.join(", ")
            )
        }
    };
    out
}

fn is(content_type: &str, body: &str) -> String {
    format!(
        "assert_eq!(sent.content_type(), Some({content_type:?}));\nassert_eq!(sent.body(), {});\n",
        literal(body)
    )
}

fn support(provider: &Provider) -> String {
    let key = match provider.credential {
        Credential::None => String::new(),
        Credential::Header(_) | Credential::Bearer | Credential::Basic => literal(KEY),
    };
    let has_parts = provider.api.operations.iter().any(|operation| {
        calls(&provider.api, operation, true)
            .iter()
            .any(|call| matches!(call.body, Sent::Parts(_)))
    });
    fill(
        include_str!("templates/support.rs.txt"),
        &[
            ("crate", &provider.in_code()),
            ("service", &provider.api.service),
            ("key", &key),
            ("multipart", if has_parts { MULTIPART } else { "" }),
        ],
    )
}

const MULTIPART: &str = include_str!("templates/multipart.rs.txt");
