//! Form fields whose names are made while a request is built. Types of the core crate store and check the fields. This
//! module emits the fields' names.

use crate::{
    emit::{
        docs::{self, Docs},
        scope::Scope,
        words,
    },
    model::{Dynamic, DynamicNames, Notes},
    visible::literal,
};

/// Returns core's type for such fields.
fn holder(scope: &mut Scope<'_>, dynamic: &Dynamic) -> String {
    let name = match dynamic.names {
        DynamicNames::Prefix { .. } => "PrefixedFields",
        DynamicNames::Pair { .. } => "NumberedPairs",
    };
    scope.core("generated", name)
}

pub(super) fn fields(scope: &mut Scope<'_>, dynamic: &[Dynamic]) -> String {
    dynamic
        .iter()
        .map(|one| format!("pub(crate) {}: {},\n", one.rust, holder(scope, one)))
        .collect()
}

pub(super) fn initializers(scope: &mut Scope<'_>, dynamic: &[Dynamic]) -> String {
    dynamic
        .iter()
        .map(|one| format!("{}: {}::new(),\n", one.rust, holder(scope, one)))
        .collect()
}

/// Emits the methods that add one field, or one pair.
pub(super) fn methods(dynamic: &[Dynamic]) -> String {
    let mut out = String::new();
    for one in dynamic {
        let (first, second) = match &one.names {
            DynamicNames::Prefix { .. } => ("name", "value"),
            DynamicNames::Pair {
                arguments: [first, second],
                ..
            } => (first.as_str(), second.as_str()),
        };
        out += &format!(
            "\n{}pub fn {name}(mut self, {first}: impl Into<String>, {second}: impl Into<String>) -> Self {{\n\
             self.body.{name}.push({first}, {second});\nself\n}}\n",
            explanation(one).lines("///"),
            name = one.rust,
        );
    }
    out
}

fn explanation(dynamic: &Dynamic) -> Docs {
    let mut docs = Docs::new();
    let (fallback, rule) = match &dynamic.names {
        DynamicNames::Prefix { prefix, .. } => (
            "Adds a field that the account defines.",
            format!(
                "Sent as {} followed by `name`, in the order of the calls. A name is refused if it is empty, already has the prefix, or occurs twice.",
                words::code(prefix)
            ),
        ),
        DynamicNames::Pair {
            names: [first, second],
            arguments: [one, other],
        } => (
            "Adds a pair.",
            format!(
                "Sent as {} and {}, counted from 0 in the order of the calls. Neither `{one}` nor `{other}` may be empty.",
                words::code(&format!("{first}_0")),
                words::code(&format!("{second}_0")),
            ),
        ),
    };
    match &dynamic.description {
        Some(text) => docs.describe(text),
        None => docs.say(fallback),
    }
    docs.say(rule);
    let notes = Notes {
        provenance: dynamic.provenance.clone(),
        ..Notes::default()
    };
    docs.say(docs::provenance(&notes).unwrap_or_default());
    docs
}

/// Emits the statements that check and send the fields. `call` is the method for the body's format.
pub(super) fn send(dynamic: &[Dynamic], call: &str) -> String {
    dynamic
        .iter()
        .map(|one| {
            let names = match &one.names {
                DynamicNames::Prefix { prefix, .. } => literal(prefix),
                DynamicNames::Pair { names, .. } => {
                    let [first, second] = names;
                    format!("[{}, {}]", literal(first), literal(second))
                }
            };
            format!("self.body.{}.{call}({names}, request)?;\n", one.rust)
        })
        .collect()
}

/// Emits the statements that collect the personal values. A pair's second value is always personal.
pub(super) fn sensitive(dynamic: &[Dynamic]) -> String {
    dynamic
        .iter()
        .filter(|one| {
            !matches!(
                one.names,
                DynamicNames::Prefix {
                    personal: false,
                    ..
                }
            )
        })
        .map(|one| format!("self.body.{}.sensitive(values);\n", one.rust))
        .collect()
}

/// Emits `.field(…)` for each group of fields. The `Debug` of the core crate's types shows the names, and hides the
/// values.
pub(super) fn debug(dynamic: &[Dynamic]) -> String {
    dynamic
        .iter()
        .map(|one| format!(".field({:?}, &self.body.{})", one.rust, one.rust))
        .collect()
}
