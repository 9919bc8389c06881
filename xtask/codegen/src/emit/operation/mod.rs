//! Emits operations: a constant, a struct of the sent values, and how the request is encoded and the response decoded.

use super::{
    call, record,
    scope::Scope,
    walk::{self, Rules, Spot},
};
use crate::model::{
    Around, Body, Dynamic, Field, Format, Operation, Output, Place, Type, template,
};

mod about;
mod dynamic;
mod media;
mod presence;

pub(crate) use presence::sentences as rules;

use about::{constructor_deprecation, constructor_docs, heading, info};

pub(crate) fn operation(scope: &mut Scope<'_>, operation: &Operation, krate: &str) -> String {
    let name = &operation.rust;
    let parameters: Vec<&Field> = operation
        .parameters
        .iter()
        .map(|parameter| &parameter.field)
        .collect();
    let body_fields: &[Field] = operation.body.as_ref().map_or(&[], |body| &body.fields);
    let dynamic: &[Dynamic] = operation.body.as_ref().map_or(&[], |body| &body.dynamic);
    let is_empty = !parameters
        .iter()
        .copied()
        .chain(body_fields)
        .any(|field| field.required);
    let hides = record::any_hidden(
        scope,
        &parameters
            .iter()
            .copied()
            .chain(body_fields)
            .collect::<Vec<_>>(),
    );
    let own_debug = operation.body.is_some()
        || hides && parameters.iter().any(|field| field.notes.is_sensitive());

    let mut rules = Rules::default();
    let encode = encode(scope, &mut rules, operation);
    let mut out = rules.statics();
    out += "\n";

    let mut docs = heading(operation);
    // For an inner operation, hand-written code offers another type, which documents its own calls.
    if !operation.inner {
        docs.add_section(call::section(
            &mut Scope::new(scope.api, ""),
            krate,
            operation,
        ));
    }
    out += &docs.lines("///");
    let mut derives = vec!["Clone"];
    derives.extend((!own_debug).then_some("Debug"));
    derives.extend(is_empty.then_some("Default"));
    out += &format!(
        "#[derive({})]\n#[must_use = \"an operation does nothing until a client sends it\"]\n",
        derives.join(", ")
    );
    if parameters.is_empty() && operation.body.is_none() {
        out += &format!("#[non_exhaustive]\npub struct {name};\n\n");
    } else {
        out += &format!("pub struct {name} {{\n");
        for field in &parameters {
            out += &format!("pub(crate) {}: {},\n", field.rust, scope.held(field, true));
        }
        if operation.body.is_some() {
            out += "pub(crate) body: Body,\n";
        }
        out += "}\n\n";
    }
    out += &body(scope, operation, is_empty);

    out += &format!("impl {name} {{\n{}\n", info(scope, operation));
    out += &constructor(scope, operation, &parameters, body_fields, is_empty);
    let siblings: Vec<Field> = parameters.iter().map(|field| (*field).clone()).collect();
    for field in parameters.iter().filter(|field| !field.required) {
        out += "\n";
        out += &record::setter(scope, field, &siblings, "", |value| {
            format!("self.{} = {value};\n", field.rust)
        });
    }
    for field in body_fields.iter().filter(|field| !field.required) {
        out += "\n";
        out += &record::setter(scope, field, body_fields, "", |value| {
            format!("self.body.{} = {value};\n", field.rust)
        });
    }
    out += &dynamic::methods(dynamic);
    out += "}\n\n";

    out += &implementation(scope, operation, &encode, &parameters, body_fields);
    if own_debug {
        out += "\n";
        let own = parameters
            .iter()
            .map(|field| (*field, format!("self.{}", field.rust)));
        let inner = body_fields
            .iter()
            .map(|field| (field, format!("self.body.{}", field.rust)));
        out += &record::debug(scope, name, own.chain(inner), &dynamic::debug(dynamic));
    }
    out
}

pub(crate) fn method(operation: &Operation) -> String {
    format!("{:?}", operation.method).to_ascii_uppercase()
}

fn constructor(
    scope: &mut Scope<'_>,
    operation: &Operation,
    parameters: &[&Field],
    body_fields: &[Field],
    is_empty: bool,
) -> String {
    let required: Vec<&Field> = parameters
        .iter()
        .copied()
        .chain(body_fields)
        .filter(|field| field.required)
        .collect();
    let mut out = constructor_docs(operation, &required).lines("///");
    out += &constructor_deprecation(scope, operation);
    if is_empty {
        let value = if parameters.is_empty() && operation.body.is_none() {
            "Self"
        } else {
            "Self::default()"
        };
        return out + &format!("pub fn new() -> Self {{\n{value}\n}}\n");
    }
    let (list, count) = record::parameters(scope, &required);
    out += &record::too_many(count);
    let mut fields = record::initializers(scope, parameters.iter().copied());
    if let Some(body) = &operation.body {
        fields += &format!(
            "body: Body {{\n{}{}}},\n",
            record::initializers(scope, body_fields),
            dynamic::initializers(scope, &body.dynamic),
        );
    }
    out + &format!("pub fn new({list}) -> Self {{\nSelf {{\n{fields}}}\n}}\n")
}

/// Emits the body struct. Its fields are visible in the crate, so that hand-written code can read the sent values.
fn body(scope: &mut Scope<'_>, operation: &Operation, is_empty: bool) -> String {
    let Some(Body {
        format,
        fields,
        is_value,
        dynamic,
        ..
    }) = &operation.body
    else {
        return String::new();
    };
    let is_json = *format == Format::Json;
    let mut derives = vec!["Clone"];
    derives.extend(is_empty.then_some("Default"));
    if is_json {
        scope.need("serde", "", "Serialize");
        derives.push("Serialize");
    }
    let mut out = format!("#[derive({})]\n", derives.join(", "));
    if *is_value {
        out += "#[serde(transparent)]\n";
    }
    out += "pub(crate) struct Body {\n";
    for field in fields {
        if is_json {
            out += &record::serde_attributes(scope.api, field, true, false);
        }
        out += &format!("pub(crate) {}: {},\n", field.rust, scope.held(field, true));
    }
    out += &dynamic::fields(scope, dynamic);
    out + "}\n\n"
}

fn encode(scope: &mut Scope<'_>, rules: &mut Rules, operation: &Operation) -> String {
    let mut out = String::new();
    for parameter in &operation.parameters {
        let spot = Spot::place(format!("self.{}", parameter.field.rust));
        out += &walk::checks(scope, rules, &parameter.field, &parameter.field.wire, &spot);
    }
    if let Some(Body {
        fields, is_value, ..
    }) = &operation.body
    {
        out += &presence::checks(operation, fields);
        for field in fields {
            let spot = Spot::place(format!("self.body.{}", field.rust));
            // An object that is the whole body has no name on the wire.
            let is_whole = *is_value && matches!(field.slot.value, Type::Model(_));
            let wire = if is_whole { "" } else { &field.wire };
            out += &walk::checks(scope, rules, field, wire, &spot);
        }
    }
    for name in template(&operation.path) {
        for parameter in operation
            .parameters
            .iter()
            .filter(|parameter| parameter.place == Place::Path && parameter.field.wire == name)
        {
            let spot = Spot::place(format!("self.{}", parameter.field.rust));
            out += &walk::send(scope, &parameter.field, &spot, "path", true);
        }
    }
    for (place, call, fallible) in [
        (Place::Query, "query", false),
        (Place::Header, "header", true),
    ] {
        for parameter in operation
            .parameters
            .iter()
            .filter(|parameter| parameter.place == place)
        {
            let spot = Spot::place(format!("self.{}", parameter.field.rust));
            let notes = &parameter.field.notes;
            let hidden = place == Place::Header && (notes.secret || notes.personal);
            let call = if hidden { "sensitive_header" } else { call };
            out += &walk::send(scope, &parameter.field, &spot, call, fallible);
        }
    }
    out += &media::headers(operation);
    match &operation.body {
        Some(Body {
            format: Format::Json,
            ..
        }) => return out + "request.json(&self.body)\n",
        Some(Body {
            format,
            fields,
            dynamic,
            ..
        }) => {
            let call = if *format == Format::Form {
                "form"
            } else {
                "multipart"
            };
            for field in fields {
                out += &walk::send(
                    scope,
                    field,
                    &Spot::place(format!("self.body.{}", field.rust)),
                    call,
                    false,
                );
            }
            out += &dynamic::send(dynamic, call);
        }
        _ => {}
    }
    // A tail call reads better than `?` and `Ok(())`.
    match out.strip_suffix("?;\n") {
        Some(head) => format!("{head}\n"),
        None => out + "Ok(())\n",
    }
}

fn implementation(
    scope: &mut Scope<'_>,
    operation: &Operation,
    encode: &str,
    parameters: &[&Field],
    body_fields: &[Field],
) -> String {
    for (module, item) in [
        ("error", "DecodeError"),
        ("error", "ValidationError"),
        ("operation", "Operation"),
        ("request", "Encoder"),
        ("response", "ResponseBody"),
    ] {
        scope.core(module, item);
    }
    let request = if encode.contains("request.") || encode.contains("request)") {
        "request"
    } else {
        "_request"
    };
    let (output, decode) = output(scope, operation);
    let sensitive = sensitive(scope, operation, parameters, body_fields);
    format!(
        "impl Operation for {} {{\ntype Service = crate::{};\ntype Output = {output};\n\
         const INFO: &'static OperationInfo = &Self::INFO;\n\n\
         fn encode(&self, {request}: &mut Encoder<'_>) -> Result<(), ValidationError> {{\n{encode}}}\n\n\
         fn decode(body: &ResponseBody) -> Result<Self::Output, DecodeError> {{\n{decode}\n}}\n{sensitive}}}\n",
        operation.rust, scope.api.service,
    )
}

fn output(scope: &mut Scope<'_>, operation: &Operation) -> (String, String) {
    if let Some(Output { name, around }) = &operation.output_type {
        let name = format!("crate::{name}");
        let output = match around {
            Around::Nothing => name,
            Around::Option => format!("Option<{name}>"),
            Around::Vec => format!("Vec<{name}>"),
        };
        scope.core("response", "FromBody");
        return (output, "FromBody::<Self>::from_body(body)".to_owned());
    }
    let Some(slot) = &operation.output else {
        return ("()".to_owned(), "body.ignore()".to_owned());
    };
    let value = scope.plain(&slot.value);
    if slot.nullable {
        (
            format!("Option<{value}>"),
            "body.read_optional()".to_owned(),
        )
    } else {
        (value, "body.read()".to_owned())
    }
}

fn sensitive(
    scope: &mut Scope<'_>,
    operation: &Operation,
    parameters: &[&Field],
    body_fields: &[Field],
) -> String {
    let mut statements = String::new();
    for field in parameters {
        statements += &walk::sensitive(scope, field, &Spot::place(format!("self.{}", field.rust)));
    }
    for field in body_fields {
        statements += &walk::sensitive(
            scope,
            field,
            &Spot::place(format!("self.body.{}", field.rust)),
        );
    }
    if let Some(body) = &operation.body {
        statements += &dynamic::sensitive(&body.dynamic);
    }
    if statements.is_empty() {
        return statements;
    }
    let values = scope.core("request", "Sensitive");
    format!("\nfn sensitive<'a>(&'a self, values: &mut {values}<'a>) {{\n{statements}}}\n")
}
