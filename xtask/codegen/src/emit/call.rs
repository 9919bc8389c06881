//! The call of an operation in one line, as documentation shows it.

use super::scope::Scope;
use crate::model::{
    Around, BodyShape, BodyVariant, Field, Idempotency, Operation, Output, Slot, Type,
};

/// A function that makes a value of an operation.
pub(crate) struct Constructor<'a> {
    pub(crate) name: &'a str,
    pub(crate) required: Vec<&'a Field>,
    /// The variant of the body that it makes, if the body has several.
    pub(crate) variant: Option<&'a BodyVariant>,
}

/// Returns the constructors of an operation: one, or one per variant of its body.
pub(crate) fn constructors(operation: &Operation) -> Vec<Constructor<'_>> {
    let (name, fields): (&str, &[Field]) = match operation.body.as_ref().map(|body| &body.shape) {
        Some(BodyShape::Union { variants, .. }) => {
            return variants
                .iter()
                .map(|variant| Constructor {
                    name: &variant.constructor,
                    required: required(operation, &variant.fields),
                    variant: Some(variant),
                })
                .collect();
        }
        Some(BodyShape::Record(fields)) => ("new", fields),
        None => ("new", &[]),
    };
    vec![Constructor {
        name,
        required: required(operation, fields),
        variant: None,
    }]
}

fn required<'a>(operation: &'a Operation, fields: &'a [Field]) -> Vec<&'a Field> {
    operation
        .parameters
        .iter()
        .map(|parameter| &parameter.field)
        .chain(fields)
        .filter(|field| field.required)
        .collect()
}

impl Constructor<'_> {
    /// Returns the names of the arguments.
    pub(crate) fn arguments(&self) -> String {
        let names: Vec<&str> = self.required.iter().map(|field| &*field.rust).collect();
        names.join(", ")
    }

    /// Returns the parameters with the types that they take.
    pub(crate) fn parameters(&self, scope: &mut Scope<'_>) -> String {
        super::record::parameters(scope, &self.required).0
    }
}

/// Returns the type of an operation's output. `name` writes the name of one of the crate's types.
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

/// Returns the section `# Call` of an operation's documentation: each constructor in a call that compiles.
///
/// It contains names and types only, and no word of the description. The audit relies on these lines.
pub(super) fn section(scope: &mut Scope<'_>, krate: &str, operation: &Operation) -> String {
    let mut out = "# Call".to_owned();
    let name = |own: &str| format!("{krate}::{own}");
    let is_empty = output(scope, operation, name) == "()";
    for constructor in constructors(operation) {
        let is_taken = |field: &&Field| field.rust == "client";
        let client = if constructor.required.iter().any(is_taken) {
            "caller"
        } else {
            "client"
        };
        let mut parameters = format!(
            "{client}: &customer_api_core::Client<{krate}::{}>",
            scope.api.service
        );
        for field in &constructor.required {
            let slot = &field.slot;
            let value = owned(scope, slot, "customer_api_core::nullable::Nullable", &name);
            parameters += &format!(", {}: {value}", field.rust);
        }
        out += &format!(
            "\n\n```no_run\nuse {krate}::{rust};\n\n\
             # async fn run({parameters}) -> Result<(), customer_api_core::Error> {{\n\
             {}{client}.send({rust}::{}({})).await?;\n# Ok(())\n# }}\n```",
            if is_empty { "" } else { "let output = " },
            constructor.name,
            constructor.arguments(),
            rust = operation.rust,
        );
    }
    out
}

/// Returns whether the client retries the call after a failure that may have happened.
pub(crate) fn is_retried(operation: &Operation) -> bool {
    match operation.idempotency {
        Idempotency::Safe | Idempotency::Idempotent => true,
        Idempotency::NonIdempotent => false,
    }
}
