//! A body that is one of several objects: an internally tagged enum, with one constructor per variant.

use super::{constructor_deprecation, is_optional};
use crate::{
    emit::{
        docs::{self, Docs},
        record,
        scope::Scope,
        walk::{self, Rules, Spot},
        words,
    },
    identifiers,
    model::{Api, BodyVariant, Field, Operation, Shape, Slot, Type},
    visible::literal,
};

pub(super) fn body(
    scope: &mut Scope<'_>,
    derive: &str,
    tag: &str,
    variants: &[BodyVariant],
) -> String {
    let mut out = format!(
        "{derive}#[serde(tag = {})]\n{}pub(crate) enum Body {{\n",
        literal(tag),
        lints(scope, variants),
    );
    for variant in variants {
        if variant.value != variant.rust {
            out += &format!("#[serde(rename = {})]\n", literal(&variant.value));
        }
        out += &format!("{} {{\n", variant.rust);
        for field in &variant.fields {
            out += &record::serde_attributes(scope.api, field, true, false);
            out += &format!("{}: {},\n", field.rust, scope.held(field, true));
        }
        out += "},\n";
    }
    out + "}\n\n"
}

/// Two lints may object to the provider's words. They are allowed only where they could fire.
fn lints(scope: &Scope<'_>, variants: &[BodyVariant]) -> String {
    let mut lints = Vec::new();
    if share_a_word(variants) {
        lints.push("clippy::enum_variant_names");
    }
    // The lint fires if one variant is more than 200 bytes larger than the others.
    let is_large = variants.iter().any(|variant| {
        let sizes = variant
            .fields
            .iter()
            .map(|field| size(scope.api, &field.slot));
        sizes.sum::<usize>() > 200
    });
    if is_large {
        lints.push("clippy::large_enum_variant");
    }
    if lints.is_empty() {
        return String::new();
    }
    format!(
        "#[allow({}, reason = \"the provider's words, one at a time\")]\n",
        lints.join(", ")
    )
}

/// Returns whether all names begin or end alike, or one repeats the enum's.
fn share_a_word(variants: &[BodyVariant]) -> bool {
    let words = |name: &str| -> Vec<String> {
        identifiers::field_name(name)
            .unwrap_or_default()
            .split('_')
            .map(str::to_owned)
            .collect()
    };
    let all: Vec<Vec<String>> = variants
        .iter()
        .map(|variant| words(&variant.rust))
        .collect();
    let alike = |pick: fn(&Vec<String>) -> Option<&String>| {
        let first = all.first().and_then(pick);
        all.iter().all(|words| pick(words) == first)
    };
    alike(|words| words.first())
        || alike(|words| words.last())
        || all.iter().flatten().any(|word| word == "body")
}

/// Returns an upper bound for the size in bytes. Room for absence is free, or already counted.
fn size(api: &Api, slot: &Slot) -> usize {
    match &slot.value {
        Type::Broken | Type::Boolean | Type::Flag | Type::Date => 8,
        Type::Integer(_) | Type::Double => 16,
        Type::Text(_) | Type::List(_) | Type::Map(_) => 24,
        Type::Timestamp => 64,
        Type::Free => 80,
        Type::Model(id) => match api.model(*id).map(|model| &model.shape) {
            Some(Shape::Record(fields)) => fields.iter().map(|field| size(api, &field.slot)).sum(),
            _ => 32,
        },
    }
}

pub(super) fn constructors(
    scope: &mut Scope<'_>,
    operation: &Operation,
    parameters: &[&Field],
    variants: &[BodyVariant],
) -> String {
    let mut all = Vec::new();
    for variant in variants {
        let required: Vec<&Field> = parameters
            .iter()
            .copied()
            .chain(&variant.fields)
            .filter(|field| field.required)
            .collect();
        let mut docs = Docs::new();
        match &variant.notes.description {
            Some(text) if !text.trim().is_empty() => docs.describe(text),
            _ => docs.say(format!(
                "Makes a call of {} for {}.",
                words::code(&operation.id),
                words::code(&variant.value)
            )),
        }
        docs.list(
            &required
                .iter()
                .map(|field| docs::argument(field))
                .collect::<Vec<_>>(),
        );
        docs.say(docs::provenance(&variant.notes).unwrap_or_default());
        let mut out = docs.lines("///");
        out += &constructor_deprecation(scope, operation);
        let (list, count) = record::parameters(scope, &required);
        out += &record::too_many(count);
        let own = record::initializers(scope, parameters.iter().copied());
        let inner = record::initializers(scope, &variant.fields);
        out += &format!(
            "pub fn {}({list}) -> Self {{\nSelf {{\n{own}body: Body::{} {{\n{inner}}},\n}}\n}}\n",
            variant.constructor, variant.rust,
        );
        all.push(out);
    }
    all.join("\n")
}

/// Emits the setters of optional properties. They are the same in every variant, so one setter serves all variants.
pub(super) fn setters(scope: &mut Scope<'_>, variants: &[BodyVariant]) -> String {
    let Some(first) = variants.first() else {
        return String::new();
    };
    let mut out = String::new();
    for field in first.fields.iter().filter(|field| is_optional(field)) {
        let name = &field.rust;
        let arms: Vec<String> = variants
            .iter()
            .map(|variant| format!("Body::{} {{ {name}: slot, .. }}", variant.rust))
            .collect();
        out += "\n";
        out += &record::setter(scope, field, &first.fields, "", |value| {
            format!(
                "let value = {value};\nmatch &mut self.body {{\n{} => *slot = value,\n}}\n",
                arms.join(" | ")
            )
        });
    }
    out
}

/// Emits a `match` over the variants. `inner` returns the arm for a variant's fields.
fn each_variant(
    variants: &[BodyVariant],
    mut inner: impl FnMut(&Field, &Spot) -> String,
) -> String {
    // Variants with equal arms share one arm.
    let mut arms: Vec<(Vec<String>, Vec<&Field>, String)> = Vec::new();
    for variant in variants {
        let mut used: Vec<&Field> = Vec::new();
        let mut statements = String::new();
        for field in &variant.fields {
            let statement = inner(field, &Spot::bound(&field.rust));
            if !statement.is_empty() {
                used.push(field);
                statements += &statement;
            }
        }
        let mut bound: Vec<&str> = used.iter().map(|field| field.rust.as_str()).collect();
        if used.len() < variant.fields.len() {
            bound.push("..");
        }
        let pattern = format!("Body::{} {{ {} }}", variant.rust, bound.join(", "));
        let same_types = |others: &[&Field]| {
            others.len() == used.len()
                && others
                    .iter()
                    .zip(&used)
                    .all(|(one, other)| one.slot == other.slot && one.required == other.required)
        };
        match arms
            .iter_mut()
            .find(|(_, others, text)| *text == statements && same_types(others))
        {
            Some((patterns, ..)) => patterns.push(pattern),
            None => arms.push((vec![pattern], used, statements)),
        }
    }
    if arms.iter().all(|(.., statements)| statements.is_empty()) {
        return String::new();
    }
    let arms: String = arms
        .iter()
        .map(|(patterns, _, statements)| {
            format!("{} => {{\n{statements}}}\n", patterns.join(" | "))
        })
        .collect();
    format!("match &self.body {{\n{arms}}}\n")
}

pub(super) fn checks(scope: &mut Scope<'_>, rules: &mut Rules, variants: &[BodyVariant]) -> String {
    each_variant(variants, |field, spot| {
        walk::checks(scope, rules, field, spot)
    })
}

pub(super) fn sensitive(scope: &mut Scope<'_>, variants: &[BodyVariant]) -> String {
    each_variant(variants, |field, spot| walk::sensitive(scope, field, spot))
}

pub(super) fn debug(
    scope: &mut Scope<'_>,
    name: &str,
    parameters: &[&Field],
    tag: &str,
    variants: &[BodyVariant],
) -> String {
    let own: String = parameters
        .iter()
        .map(|field| {
            record::debug_field(scope, field, &Spot::place(format!("self.{}", field.rust)))
        })
        .collect();
    let own = if own.is_empty() {
        own
    } else {
        format!("debug{own};\n")
    };
    let mut arms = String::new();
    for variant in variants {
        let bound: Vec<&str> = variant
            .fields
            .iter()
            .map(|field| field.rust.as_str())
            .collect();
        let fields: String = variant
            .fields
            .iter()
            .map(|field| record::debug_field(scope, field, &Spot::bound(&field.rust)))
            .collect();
        arms += &format!(
            "Body::{} {{ {} }} => {{\ndebug.field({}, &{}){fields};\n}}\n",
            variant.rust,
            bound.join(", "),
            literal(tag),
            literal(&variant.value),
        );
    }
    format!(
        "{}let mut debug = f.debug_struct({name:?});\n{own}match &self.body {{\n{arms}}}\ndebug.finish()\n}}\n}}\n",
        record::debug_opening(scope, name),
    )
}
