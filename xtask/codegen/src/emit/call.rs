//! The call of an operation in one line, as documentation shows it.

use super::scope::Scope;
use crate::model::{Around, Field, Idempotency, Operation, Output, Slot, Type};

/// Returns the values that the constructor of an operation takes.
pub(crate) fn required(operation: &Operation) -> Vec<&Field> {
    operation
        .parameters
        .iter()
        .map(|parameter| &parameter.field)
        .chain(operation.body.iter().flat_map(|body| &body.fields))
        .filter(|field| field.required)
        .collect()
}

/// Returns the names of the constructor's arguments.
pub(crate) fn arguments(operation: &Operation) -> String {
    let names: Vec<&str> = required(operation)
        .into_iter()
        .map(|field| &*field.rust)
        .collect();
    names.join(", ")
}

/// Returns the type of an operation's output. `name` is a function that formats the name of a type of the crate.
pub(crate) fn output(
    scope: &mut Scope<'_>,
    operation: &Operation,
    name: impl Fn(&str) -> String,
) -> String {
    if let Some(Output { name: own, around }) = &operation.output_type {
        let own = name(own);
        return match around {
            Around::Nothing => own,
            Around::Option => format!("Option<{own}>"),
            Around::Vec => format!("Vec<{own}>"),
        };
    }
    match &operation.output {
        None => "()".to_owned(),
        Some(slot) => owned(scope, slot, "Option", &name),
    }
}

/// Returns the owned type of a value, with full paths except for the crate's own types. `null` names the type around a
/// value that can be null.
fn owned(scope: &mut Scope<'_>, slot: &Slot, null: &str, name: &impl Fn(&str) -> String) -> String {
    let plain = match &slot.value {
        Type::Model(id) => name(scope.api.type_name(*id)),
        Type::List(items) => format!("Vec<{}>", owned(scope, items, "Option", name)),
        Type::Map(values) => format!(
            "std::collections::BTreeMap<String, {}>",
            owned(scope, values, "Option", name)
        ),
        Type::Timestamp => "customer_api_core::time::Timestamp".to_owned(),
        Type::Date => "customer_api_core::time::Date".to_owned(),
        value => scope.plain(value),
    };
    if slot.nullable {
        format!("{null}<{plain}>")
    } else {
        plain
    }
}

/// Returns the section `# Call` of an operation's documentation: a call that compiles.
///
/// It contains names and types only, and no word of the description. The audit relies on these lines.
pub(super) fn section(scope: &mut Scope<'_>, krate: &str, operation: &Operation) -> String {
    let mut out = "# Call".to_owned();
    let name = |own: &str| format!("{krate}::{own}");
    let is_empty = output(scope, operation, name) == "()";
    let required = required(operation);
    let client = if required.iter().any(|field| field.rust == "client") {
        "caller"
    } else {
        "client"
    };
    let mut parameters = format!(
        "{client}: &customer_api_core::Client<{krate}::{}>",
        scope.api.service
    );
    for field in required {
        let slot = &field.slot;
        let value = owned(scope, slot, "customer_api_core::nullable::Nullable", &name);
        parameters += &format!(", {}: {value}", field.rust);
    }
    out += &format!(
        "\n\n```no_run\nuse {krate}::{rust};\n\n\
         # async fn run({parameters}) -> Result<(), customer_api_core::Error> {{\n\
         {}{client}.send({rust}::new({})).await?;\n# Ok(())\n# }}\n```",
        if is_empty { "" } else { "let output = " },
        arguments(operation),
        rust = operation.rust,
    );
    out
}

/// Returns whether the client retries the call after a temporary failure, even if the call may have happened.
pub(crate) fn is_retried(operation: &Operation) -> bool {
    match operation.idempotency {
        Idempotency::Safe | Idempotency::Idempotent => true,
        Idempotency::NonIdempotent => false,
    }
}
