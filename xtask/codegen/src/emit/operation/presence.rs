//! Rules between the properties of a body: which of them must be set.

use crate::{
    emit::words,
    model::{Field, Operation, Presence},
    visible::literal,
};

/// Emits the statements that check the rules.
pub(super) fn checks(operation: &Operation, fields: &[Field]) -> String {
    rules(operation)
        .iter()
        .map(|rule| match rule {
            Presence::Any { alternatives, .. } => {
                let alternatives: Vec<String> = alternatives
                    .iter()
                    .map(|names| pair(names, fields))
                    .collect();
                format!("request.require_any(&[{}]);\n", alternatives.join(", "))
            }
            Presence::With {
                field, companions, ..
            } => {
                let companions: Vec<String> = companions
                    .iter()
                    .map(|name| pair(std::slice::from_ref(name), fields))
                    .collect();
                format!(
                    "request.require_with({}, &[{}]);\n",
                    pair(std::slice::from_ref(field), fields),
                    companions.join(", ")
                )
            }
        })
        .collect()
}

/// Returns the rules as sentences, with the names on the wire.
pub(crate) fn sentences(operation: &Operation) -> Vec<String> {
    let quoted = |names: &[String], word: &str| {
        names
            .iter()
            .map(|name| words::code(name))
            .collect::<Vec<_>>()
            .join(word)
    };
    rules(operation)
        .iter()
        .map(|rule| match rule {
            Presence::Any { alternatives, .. } => {
                let alternatives: Vec<String> = alternatives
                    .iter()
                    .map(|names| quoted(names, " together with "))
                    .collect();
                format!(
                    "Set at least one of these after `new` (names on the wire), or the call fails: {}.",
                    alternatives.join("; ")
                )
            }
            Presence::With {
                field, companions, ..
            } => format!(
                "{} requires {} (names on the wire).",
                words::code(field),
                quoted(companions, " and ")
            ),
        })
        .collect()
}

fn rules(operation: &Operation) -> &[Presence] {
    operation.body.as_ref().map_or(&[], |body| &body.presence)
}

/// Emits a pair: the names, and an expression that is true if all of them are set.
fn pair(names: &[String], fields: &[Field]) -> String {
    let set: Vec<String> = fields
        .iter()
        .filter(|field| names.contains(&field.wire))
        .map(|field| format!("self.body.{}.is_some()", field.rust))
        .collect();
    format!("({}, {})", literal(&names.join(" and ")), set.join(" && "))
}
