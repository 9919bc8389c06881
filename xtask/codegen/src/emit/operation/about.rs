//! The texts and constants about an operation: documentation, `INFO`, deprecation.

use super::{media, method, presence};
use crate::{
    emit::{
        calls::summary,
        deprecation,
        docs::{self, Docs},
        scope::Scope,
        words,
    },
    model::{Field, Idempotency, Operation},
    visible::literal,
};

pub(super) fn heading(operation: &Operation) -> Docs {
    let mut docs = Docs::new();
    let call = words::code(&format!("{} {}", method(operation), operation.path));
    match summary(operation) {
        Some(summary) => docs.describe_after(&format!("{call}:"), &summary),
        None => docs.say(format!("{call}.")),
    }
    if let Some(description) = &operation.notes.description {
        let is_said =
            operation.summary.is_none() && words::first_sentence(description) == description.trim();
        if !is_said {
            docs.describe(description);
        }
    }
    docs.list(&presence::sentences(operation));
    if let Some(sentence) = media::sentence(operation) {
        docs.say(sentence);
    }
    docs.say(match operation.idempotency {
        Idempotency::Safe => "Idempotency: safe. The call only reads.",
        Idempotency::Idempotent => "Idempotency: idempotent. Repeating the call is harmless.",
        Idempotency::NonIdempotent => {
            "Idempotency: non-idempotent. The client never retries a call that may have happened."
        }
    });
    match (docs::provenance(&operation.notes), &operation.docs_url) {
        (Some(provenance), _) => docs.say(provenance),
        (None, Some(url)) => docs.say(format!("See {}.", words::link(url))),
        (None, None) => {}
    }
    if operation.undocumented {
        docs.say(
            "Only with the cargo feature `undocumented`: the provider does not document this call.",
        );
    }
    docs
}

pub(super) fn info(scope: &mut Scope<'_>, operation: &Operation) -> String {
    for item in ["Idempotency", "Method", "OperationInfo"] {
        scope.core("operation", item);
    }
    let mut out = format!(
        "/// The call's properties that are known before it is made.\npub const INFO: OperationInfo = OperationInfo::new({}, Method::{:?}, {})\n        .with_idempotency(Idempotency::{:?})",
        literal(&operation.id),
        operation.method,
        literal(&operation.path),
        operation.idempotency,
    );
    let mut add = |call: String| {
        out.push_str("\n        .");
        out.push_str(&call);
    };
    if operation.unauthenticated {
        add("without_credential()".to_owned());
    }
    if let Some(class) = &operation.rate_class {
        add(format!("with_rate_class({})", literal(class)));
    }
    if operation.fresh_connection {
        add("with_fresh_connection()".to_owned());
    }
    if operation.status_decides() {
        add("with_deciding_status()".to_owned());
    }
    if let (Some(provenance), Some(url)) = (&operation.notes.provenance, &operation.docs_url) {
        scope.core("operation", "Provenance");
        let word = if provenance.documented {
            "Documented"
        } else {
            "Inferred"
        };
        add(format!(
            "with_provenance(Provenance::{word}, {})",
            literal(url)
        ));
    }
    if operation.notes.deprecated {
        let replacement = match (replaced_by(scope, operation), &operation.notes.replacement) {
            (Some(other), _) => format!("`{}`", other.rust),
            (None, Some(text)) => text.clone(),
            (None, None) => "nothing that the provider names".to_owned(),
        };
        add(format!("with_replacement({})", literal(&replacement)));
    }
    out + ";\n"
}

/// Returns the operation that replaces a deprecated one, if the description names it.
fn replaced_by<'a>(scope: &Scope<'a>, operation: &Operation) -> Option<&'a Operation> {
    let wanted = operation.notes.replacement.as_ref()?;
    let mut all = scope.api.operations.iter();
    all.find(|other| other.id == *wanted)
}

/// Returns the deprecation attribute of the functions that make a value of the operation.
pub(super) fn constructor_deprecation(scope: &Scope<'_>, operation: &Operation) -> String {
    let replacement = match replaced_by(scope, operation) {
        Some(other) => Some(format!("use `{}`", other.rust)),
        None => operation.notes.replacement.as_deref().map(words::paragraph),
    };
    deprecation(&operation.notes, replacement.as_deref())
}

/// Returns the documentation of a constructor: the first sentence, and the arguments.
pub(super) fn constructor_docs(operation: &Operation, required: &[&Field]) -> Docs {
    let mut docs = Docs::new();
    match summary(operation) {
        Some(summary) => docs.describe(&summary),
        None => docs.say(format!(
            "Creates the operation {}.",
            words::code(&operation.id)
        )),
    }
    docs.list(
        &required
            .iter()
            .map(|field| docs::argument(field))
            .collect::<Vec<_>>(),
    );
    docs
}
