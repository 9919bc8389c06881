//! Emits enums of objects, which the discriminator tells apart. The enums are always open.

use super::{
    docs::Docs,
    record,
    scope::{Scope, hides, is_eq},
    words,
};
use crate::{
    model::{Alternative, Api, Model, Shape, Slot, Type},
    visible::literal,
};

pub(crate) fn union(scope: &mut Scope<'_>, model: &Model, alternatives: &[Alternative]) -> String {
    let name = &model.rust;
    for (root, module, item) in [
        ("serde", "", "Serialize"),
        ("customer_api_core", "", "UnlistedObject"),
    ] {
        scope.need(root, module, item);
    }
    let mut derives = vec!["Clone", "Debug", "PartialEq"];
    let are_eq = |one: &Alternative| is_eq(scope.api, &Type::Model(one.model), &mut Vec::new());
    if alternatives.iter().all(are_eq) {
        derives.push("Eq");
    }
    derives.push("Serialize");
    let mut out = record::heading(model).lines("///");
    // Each object writes its own discriminator.
    out += &format!(
        "#[derive({})]\n#[serde(untagged)]\n{}#[non_exhaustive]\npub enum {name} {{\n",
        derives.join(", "),
        lint(scope.api, alternatives),
    );
    for one in alternatives {
        out += &variant_docs(scope.api, one).lines("///");
        out += &format!("{}({}),\n", one.rust, scope.model(one.model));
    }
    out += "/// An object of a kind that the description does not list, kept as it was written.\n\
            Unlisted(UnlistedObject),\n}\n\n";
    out += &methods(scope, model, alternatives);
    if model.used.sent {
        for one in alternatives {
            out += &format!(
                "impl From<{object}> for {name} {{\nfn from(value: {object}) -> Self {{\nSelf::{}(value)\n}}\n}}\n\n",
                one.rust,
                object = scope.model(one.model),
            );
        }
    }
    if model.used.received {
        out += &reading(scope, name, alternatives);
    }
    out
}

/// Returns the attribute that allows clippy's lint about variants of different sizes, if an object is large enough for the lint.
fn lint(api: &Api, alternatives: &[Alternative]) -> &'static str {
    let is_large = |one: &Alternative| size_of_model(api, one, 0) > LARGE;
    if alternatives.iter().any(is_large) {
        "#[allow(clippy::large_enum_variant, reason = \"the provider's objects, one at a time\")]\n"
    } else {
        ""
    }
}

fn size_of_model(api: &Api, one: &Alternative, depth: usize) -> usize {
    let slot = Slot {
        value: Type::Model(one.model),
        nullable: false,
    };
    size(api, &slot, depth)
}

/// Clippy's lint fires if one variant is more than this number of bytes larger than the others.
const LARGE: usize = 200;

/// An object that is nested more deeply than this counts as large.
const DEEPEST: usize = 8;

/// Returns an upper bound for the size in bytes. If an object is larger than [`LARGE`], returns any number above
/// [`LARGE`]. An `Option` or a `Nullable` around the value needs no further bytes, or the bound already includes them.
fn size(api: &Api, slot: &Slot, depth: usize) -> usize {
    if depth > DEEPEST {
        return 1_000;
    }
    match &slot.value {
        Type::Broken | Type::Boolean | Type::Flag | Type::Date => 8,
        Type::Integer(_) | Type::Double => 16,
        Type::Text(_) | Type::List(_) | Type::Map(_) => 24,
        Type::Timestamp => 64,
        Type::Free => 80,
        Type::Model(id) => match api.model(*id).map(|model| &model.shape) {
            // The sum stops when it is large enough, because the fields can contain each other in very many ways.
            Some(Shape::Record(fields)) => fields
                .iter()
                .try_fold(0, |sum, field| {
                    let sum = sum + size(api, &field.slot, depth + 1);
                    if sum > LARGE { Err(sum) } else { Ok(sum) }
                })
                .unwrap_or_else(|sum| sum)
                .max(1),
            Some(Shape::Union(alternatives)) => alternatives
                .iter()
                .map(|one| size_of_model(api, one, depth + 1) + 8)
                .max()
                .unwrap_or(40)
                .max(40),
            _ => 32,
        },
    }
}

fn variant_docs(api: &Api, one: &Alternative) -> Docs {
    let mut docs = Docs::new();
    let value = words::code(&one.tag.value);
    let notes = api.model(one.model).map(|model| &model.notes);
    let said = notes
        .and_then(|notes| notes.description.as_ref().or(notes.title.as_ref()))
        .map(|text| words::first_sentence(text))
        .filter(|text| !text.trim().is_empty());
    match said {
        Some(text) => docs.describe_after(&format!("{value}:"), &text),
        None => docs.say(format!("{value}.")),
    }
    docs
}

fn methods(scope: &mut Scope<'_>, model: &Model, alternatives: &[Alternative]) -> String {
    let tag = alternatives
        .first()
        .map(|one| one.tag.name.as_str())
        .unwrap_or_default();
    let mut docs = Docs::new();
    docs.say(format!(
        "Returns the value of {}, which names the kind of the object. `None` for an unlisted object without such a text.",
        words::code(tag)
    ));
    let mut out = format!(
        "impl {} {{\n{}#[must_use]\npub fn kind(&self) -> Option<&str> {{\nmatch self {{\n",
        model.rust,
        docs.lines("///")
    );
    for one in alternatives {
        out += &format!(
            "Self::{}(_) => Some({}),\n",
            one.rust,
            literal(&one.tag.value)
        );
    }
    out += "Self::Unlisted(value) => value.kind(),\n}\n}\n";
    if model.used.sent {
        let listed: Vec<String> = alternatives
            .iter()
            .map(|one| literal(&one.tag.value))
            .collect();
        let mut docs = Docs::new();
        docs.say("Makes an object of a kind that this crate does not list, such as one that the provider added later.");
        docs.say(format!(
            "Returns `None` if the value is not an object with a text as {}, or if this crate lists the kind.",
            words::code(tag)
        ));
        out += &format!(
            "\n{}#[must_use]\npub fn unlisted(value: impl Into<serde_json::Value>) -> Option<Self> {{\n\
             UnlistedObject::new({}, &[{}], &value.into()).map(Self::Unlisted)\n}}\n",
            docs.lines("///"),
            literal(tag),
            listed.join(", "),
        );
        out += &sensitive(scope, alternatives);
    }
    out + "}\n\n"
}

/// Emits the sensitive values of a union. An unlisted object may contain the values that the listed objects hide.
fn sensitive(scope: &mut Scope<'_>, alternatives: &[Alternative]) -> String {
    let api = scope.api;
    let hiding: Vec<&Alternative> = alternatives
        .iter()
        .filter(|one| hides(api, &Type::Model(one.model), &mut Vec::new()))
        .collect();
    if hiding.is_empty() {
        return String::new();
    }
    let values = scope.core("request", "Sensitive");
    let mut arms: String = hiding
        .iter()
        .map(|one| format!("Self::{}(value) => value.sensitive(values),\n", one.rust))
        .collect();
    arms += "Self::Unlisted(value) => value.sensitive(values),\n";
    if hiding.len() < alternatives.len() {
        arms += "_ => {}\n";
    }
    format!(
        "\npub(crate) fn sensitive<'a>(&'a self, values: &mut {values}<'a>) {{\nmatch self {{\n{arms}}}\n}}\n"
    )
}

fn reading(scope: &mut Scope<'_>, name: &str, alternatives: &[Alternative]) -> String {
    for (root, module, item) in [
        ("serde", "", "Deserialize"),
        ("serde", "", "Deserializer"),
        ("customer_api_core", "generated", "Alternative"),
        ("customer_api_core", "generated", "OpenUnion"),
        ("customer_api_core", "generated", "open_union"),
        ("customer_api_core", "response", "Shape"),
        ("customer_api_core", "response", "Shaped"),
    ] {
        scope.need(root, module, item);
    }
    let tag = alternatives
        .first()
        .map(|one| one.tag.name.as_str())
        .unwrap_or_default();
    let list: String = alternatives
        .iter()
        .map(|one| {
            format!(
                "Alternative::new::<{}>({}, |json| open_union::read(json).map(Self::{})),\n",
                scope.model(one.model),
                literal(&one.tag.value),
                one.rust
            )
        })
        .collect();
    format!(
        "impl OpenUnion for {name} {{\nconst TAG: &'static str = {};\n\
         const ALTERNATIVES: &'static [Alternative<Self>] = &[\n{list}];\n\n\
         fn from_unlisted(value: UnlistedObject) -> Self {{\nSelf::Unlisted(value)\n}}\n}}\n\n\
         impl<'de> Deserialize<'de> for {name} {{\n\
         fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {{\n\
         open_union::deserialize(deserializer)\n}}\n}}\n\n\
         impl Shaped for {name} {{\nconst SHAPE: Shape = Shape::union::<Self>();\n}}\n",
        literal(tag),
    )
}
