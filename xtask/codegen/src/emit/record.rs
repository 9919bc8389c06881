//! Emits structs: objects of requests and responses.

use super::{
    deprecation,
    docs::{self, Docs},
    scope::{Held, Scope, hides, is_eq},
    shape,
    walk::{self, Spot},
    words,
};
use crate::{
    model::{Api, Field, Model, Type},
    visible::literal,
};

pub(crate) fn record(scope: &mut Scope<'_>, model: &Model, fields: &[Field]) -> String {
    let name = &model.rust;
    let sent = model.used.sent;
    let received = model.used.received;
    let shows_all = !fields.iter().any(|field| field.notes.is_sensitive());
    let without_required = !fields.iter().any(|field| field.required);

    let mut derives = vec!["Clone"];
    derives.extend(shows_all.then_some("Debug"));
    derives.extend((sent && without_required).then_some("Default"));
    derives.push("PartialEq");
    if fields
        .iter()
        .all(|field| is_eq(scope.api, &field.slot.value, &mut Vec::new()))
    {
        derives.push("Eq");
    }
    scope.need("serde", "", "Serialize");
    derives.push("Serialize");
    if received {
        scope.need("serde", "", "Deserialize");
        derives.push("Deserialize");
    }

    let mut out = heading(model).lines("///");
    out += &format!(
        "#[derive({})]\n{}#[non_exhaustive]\npub struct {name} {{\n",
        derives.join(", "),
        tag(model)
    );
    for field in fields {
        let visibility = if received { "pub" } else { "pub(crate)" };
        if received {
            out += &field_docs(field, fields, sent).lines("///");
        }
        out += &serde_attributes(scope.api, field, sent, received);
        out += &format!(
            "{visibility} {}: {},\n",
            field.rust,
            scope.held(field, sent)
        );
    }
    out += "}\n\n";
    if received {
        out += &shape::record(scope, model, fields);
    }
    if sent {
        out += &format!(
            "impl {name} {{\n{}",
            constructor(scope, model, fields, without_required)
        );
        for field in fields.iter().filter(|field| !field.required) {
            out += "\n";
            out += &setter(scope, field, fields, "#[must_use]\n", |value| {
                format!("self.{} = {value};\n", field.rust)
            });
        }
        out += &sensitive(scope, fields);
        out += "}\n\n";
    }
    if !shows_all {
        out += &debug(
            scope,
            name,
            fields
                .iter()
                .map(|field| (field, format!("self.{}", field.rust))),
            "",
        );
    }
    out
}

/// Returns serde's attribute of an object that writes its discriminator. The union reads the discriminator.
fn tag(model: &Model) -> String {
    model.tag.as_ref().map_or_else(String::new, |tag| {
        format!(
            "#[serde(tag = {}, rename = {})]\n",
            literal(&tag.name),
            literal(&tag.value)
        )
    })
}

/// Returns the documentation of a model.
pub(crate) fn heading(model: &Model) -> Docs {
    let mut docs = Docs::new();
    match model
        .notes
        .description
        .as_ref()
        .or(model.notes.title.as_ref())
    {
        Some(text) if !text.trim().is_empty() => docs.describe(text),
        _ => docs.say(format!("The provider's {}.", words::code(&model.wire))),
    }
    docs.say(
        docs::deprecated(
            &model.notes,
            model
                .notes
                .replacement
                .as_deref()
                .map(words::paragraph)
                .as_deref(),
        )
        .unwrap_or_default(),
    );
    docs.say(docs::provenance(&model.notes).unwrap_or_default());
    if !model.used.always {
        docs.say("Only with the cargo feature `undocumented`.");
    }
    docs
}

/// Returns serde's attributes of a field. They give the field its name on the wire, omit the field if it is not set, and check the
/// form of objects that are read.
pub(crate) fn serde_attributes(api: &Api, field: &Field, sent: bool, received: bool) -> String {
    let mut parts = Vec::new();
    if field.wire != field.rust {
        parts.push(format!("rename = {}", literal(&field.wire)));
    }
    if Held::of(field, sent).is_option() {
        if received {
            parts.push("default".to_owned());
        }
        parts.push("skip_serializing_if = \"Option::is_none\"".to_owned());
    }
    if received && shape::holds_record(api, &field.slot.value) {
        parts.push("deserialize_with = \"customer_api_core::response::shaped\"".to_owned());
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!("#[serde({})]\n", parts.join(", "))
    }
}

fn constructor(
    scope: &mut Scope<'_>,
    model: &Model,
    fields: &[Field],
    without_required: bool,
) -> String {
    let required: Vec<&Field> = fields.iter().filter(|field| field.required).collect();
    let mut docs = Docs::new();
    if without_required {
        docs.say(format!("Makes a `{}` with no value set.", model.rust));
        return format!(
            "{}#[must_use]\npub fn new() -> Self {{\nSelf::default()\n}}\n",
            docs.lines("///")
        );
    }
    docs.say(format!(
        "Makes a `{}` with its required values.",
        model.rust
    ));
    docs.list(
        &required
            .iter()
            .map(|field| docs::argument(field))
            .collect::<Vec<_>>(),
    );
    let mut out = docs.lines("///");
    let (parameters, _) = parameters(scope, &required);
    out += &too_many(required.len());
    out += &format!(
        "pub fn new({parameters}) -> Self {{\nSelf {{\n{}}}\n}}\n",
        initializers(scope, fields)
    );
    out
}

/// Returns the parameters of a constructor.
pub(crate) fn parameters(scope: &mut Scope<'_>, required: &[&Field]) -> (String, usize) {
    let parameters: Vec<String> = required
        .iter()
        .map(|field| format!("{}: {}", field.rust, scope.argument(field).0))
        .collect();
    (parameters.join(", "), required.len())
}

/// Emits `name: value,` for every field. Required fields come from the constructor's parameters. The other fields are
/// `None`.
pub(crate) fn initializers<'f>(
    scope: &mut Scope<'_>,
    fields: impl IntoIterator<Item = &'f Field>,
) -> String {
    let mut out = String::new();
    for field in fields {
        if field.required {
            let (_, value) = scope.argument(field);
            if value == field.rust {
                out += &format!("{value},\n");
            } else {
                out += &format!("{}: {value},\n", field.rust);
            }
        } else {
            out += &format!("{}: None,\n", field.rust);
        }
    }
    out
}

/// Allows more parameters than clippy does, because the provider's description decides how many are required.
pub(crate) fn too_many(parameters: usize) -> String {
    if parameters > 7 {
        "#[expect(clippy::too_many_arguments, reason = \"the provider requires them all\")]\n"
            .to_owned()
    } else {
        String::new()
    }
}

/// Emits a chainable setter; `assign` stores the value. Operations are `must_use` as types, so their setters need no
/// attribute.
pub(crate) fn setter(
    scope: &mut Scope<'_>,
    field: &Field,
    siblings: &[Field],
    attribute: &str,
    assign: impl FnOnce(&str) -> String,
) -> String {
    let (parameter, value) = scope.argument(field);
    let name = &field.rust;
    let (parameter, value) = match field.slot.value {
        // A flag has only one value, so the setter takes no argument.
        Type::Flag => (String::new(), "true".to_owned()),
        _ => (format!(", {name}: {parameter}"), value),
    };
    let visibility = if field.notes.hand_written {
        "pub(crate)"
    } else {
        "pub"
    };
    let mut out = field_docs(field, siblings, true).lines("///");
    out += &deprecation(&field.notes, replacement(field, siblings).as_deref());
    out += &format!(
        "{attribute}{visibility} fn {}(mut self{parameter}) -> Self {{\n{}self\n}}\n",
        field.setter(),
        assign(&format!("Some({value})")),
    );
    out
}

pub(crate) fn field_docs(field: &Field, siblings: &[Field], sent: bool) -> Docs {
    docs::field(field, sent, replacement(field, siblings).as_deref())
}

/// Returns the replacement of a deprecated field as markdown: another field by its name, or the description's words.
fn replacement(field: &Field, siblings: &[Field]) -> Option<String> {
    let wanted = field.notes.replacement.as_ref()?;
    Some(
        match siblings.iter().find(|sibling| sibling.wire == *wanted) {
            Some(sibling) => format!("use `{}`", sibling.rust),
            None => words::paragraph(wanted),
        },
    )
}

fn sensitive(scope: &mut Scope<'_>, fields: &[Field]) -> String {
    let mut statements = String::new();
    for field in fields
        .iter()
        .filter(|field| walk::is_hiding(scope, field))
        .collect::<Vec<_>>()
    {
        statements += &walk::sensitive(scope, field, &Spot::place(format!("self.{}", field.rust)));
    }
    if statements.is_empty() {
        return statements;
    }
    let values = scope.core("request", "Sensitive");
    format!(
        "\npub(crate) fn sensitive<'a>(&'a self, values: &mut {values}<'a>) {{\n{statements}}}\n"
    )
}

/// Emits a `Debug` that shows whether a secret is there, and hides its value.
pub(crate) fn debug<'f>(
    scope: &mut Scope<'_>,
    name: &str,
    fields: impl Iterator<Item = (&'f Field, String)>,
    more: &str,
) -> String {
    let fields: String = fields
        .map(|(field, place)| debug_field(scope, field, &Spot::place(place)))
        .collect();
    format!(
        "{}f.debug_struct({name:?}){fields}{more}.finish()\n}}\n}}\n",
        debug_opening(scope, name)
    )
}

pub(crate) fn debug_opening(scope: &mut Scope<'_>, name: &str) -> String {
    scope.need("std", "", "fmt");
    format!(
        "impl fmt::Debug for {name} {{\nfn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {{\n"
    )
}

/// Emits `.field(…)` with the value, or with its replacement.
pub(crate) fn debug_field(scope: &mut Scope<'_>, field: &Field, spot: &Spot) -> String {
    let name = field.rust.trim_end_matches('_');
    if field.notes.is_sensitive() {
        let redacted = scope.core("generated", "Redacted");
        format!(".field({name:?}, &{redacted}({}))", spot.reference())
    } else {
        format!(".field({name:?}, {})", spot.reference())
    }
}

/// Returns whether any value inside these fields must not be printed.
pub(crate) fn any_hidden(scope: &Scope<'_>, fields: &[&Field]) -> bool {
    fields.iter().any(|field| {
        field.notes.is_sensitive() || hides(scope.api, &field.slot.value, &mut Vec::new())
    })
}
