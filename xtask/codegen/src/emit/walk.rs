//! Emits statements for nested values: limits to check, values to hide, fields to send.

use super::scope::{Held, Scope, hides, is_searchable, rule};
use crate::{
    identifiers,
    model::{Alternative, Api, Field, ModelId, Rule, Shape, Slot, Type},
    visible::literal,
};

/// An expression, and whether it is already a reference.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) expression: String,
    pub(crate) is_reference: bool,
}

impl Spot {
    pub(crate) fn place(expression: impl Into<String>) -> Self {
        Self {
            expression: expression.into(),
            is_reference: false,
        }
    }

    pub(crate) fn bound(expression: impl Into<String>) -> Self {
        Self {
            expression: expression.into(),
            is_reference: true,
        }
    }

    pub(crate) fn reference(&self) -> String {
        if self.is_reference {
            self.expression.clone()
        } else {
            format!("&{}", self.expression)
        }
    }
}

/// Emits the statements of `inner`, which run if the field has a value.
pub(crate) fn present(
    scope: &mut Scope<'_>,
    field: &Field,
    spot: &Spot,
    inner: impl FnOnce(&mut Scope<'_>, &Spot) -> String,
) -> String {
    if Held::of(field, true) == Held::Plain {
        return inner(scope, spot);
    }
    let statements = inner(scope, &Spot::bound("value"));
    if statements.is_empty() {
        return statements;
    }
    let pattern = held_pattern(scope, field, "value");
    format!(
        "if let {pattern} = {} {{\n{statements}}}\n",
        spot.reference()
    )
}

/// Returns a pattern that matches a field that has a value. `value` is the pattern of the value itself.
fn held_pattern(scope: &mut Scope<'_>, field: &Field, value: &str) -> String {
    let held = Held::of(field, true);
    if matches!(held, Held::Nullable | Held::OptionNullable) {
        scope.core("nullable", "Nullable");
    }
    match held {
        Held::Plain => value.to_owned(),
        Held::Option => format!("Some({value})"),
        Held::Nullable => format!("Nullable::Value({value})"),
        Held::OptionNullable => format!("Some(Nullable::Value({value}))"),
    }
}

/// Emits the statements of `inner`, which run for each item of an array or value of a map.
fn each(inner: String, spot: &Spot, slot: &Slot, is_map: bool) -> String {
    if inner.is_empty() {
        return inner;
    }
    let items = match (is_map, slot.nullable) {
        (false, false) => spot.reference(),
        (false, true) => format!("{}.iter().flatten()", spot.expression),
        (true, false) => format!("{}.values()", spot.expression),
        (true, true) => format!("{}.values().flatten()", spot.expression),
    };
    format!("for item in {items} {{\n{inner}}}\n")
}

/// The rules that one operation checks, each with the name of its static.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    list: Vec<(String, Rule)>,
}

impl Rules {
    /// Returns the name of the static for a rule. If another place already has that name, the two places share the static if their rules
    /// are equal. Otherwise `_INNER` is added to the name.
    fn name(&mut self, fields: &[&str], rule: &Rule) -> String {
        let mut name = identifiers::constant_name(fields);
        while let Some((_, other)) = self.list.iter().find(|(taken, _)| *taken == name) {
            if other == rule {
                return name;
            }
            name.push_str("_INNER");
        }
        self.list.push((name.clone(), rule.clone()));
        name
    }

    pub(crate) fn statics(&self) -> String {
        self.list
            .iter()
            .map(|(name, checked)| format!("static {name}: TextRule = {};\n", rule(checked)))
            .collect()
    }
}

/// Emits checks of a field's limits, and of the limits inside the field. `wire` is the field's name in errors.
pub(crate) fn checks(
    scope: &mut Scope<'_>,
    rules: &mut Rules,
    field: &Field,
    wire: &str,
    spot: &Spot,
) -> String {
    check_field(scope, rules, field, spot, wire, &[&field.rust])
}

fn check_field(
    scope: &mut Scope<'_>,
    rules: &mut Rules,
    field: &Field,
    spot: &Spot,
    wire: &str,
    path: &[&str],
) -> String {
    let value = &field.slot.value;
    if let Some((union, alternatives)) = as_union(scope.api, value) {
        // Emits a single `if let` with a nested pattern, because clippy refuses two nested `if let`s: one for the value, one for its
        // object.
        return check_alternatives(scope, rules, alternatives, wire, path, |scope, object| {
            let pattern = format!("{}::{object}", scope.model(union));
            let pattern = held_pattern(scope, field, &pattern);
            format!("{pattern} = {}", spot.reference())
        });
    }
    present(scope, field, spot, |scope, spot| {
        check_value(scope, rules, value, spot, wire, path)
    })
}

fn as_union<'a>(api: &'a Api, value: &Type) -> Option<(ModelId, &'a [Alternative])> {
    let Type::Model(id) = value else { return None };
    match api.model(*id).map(|model| &model.shape) {
        Some(Shape::Union(alternatives)) => Some((*id, alternatives)),
        _ => None,
    }
}

fn check_value(
    scope: &mut Scope<'_>,
    rules: &mut Rules,
    value: &Type,
    spot: &Spot,
    wire: &str,
    path: &[&str],
) -> String {
    match value {
        Type::Text(rule) if rule.is_checked() => {
            scope.core("generated", "TextRule");
            format!(
                "request.check({}, {}, &{});\n",
                literal(wire),
                spot.reference(),
                rules.name(path, rule)
            )
        }
        Type::Integer(integer) => {
            let range = match integer.checked() {
                (None, None) => return String::new(),
                (Some(min), None) => format!("{min}.."),
                (None, Some(max)) => format!("..={max}"),
                (Some(min), Some(max)) => format!("{min}..={max}"),
            };
            let value = if spot.is_reference { "*" } else { "" };
            format!(
                "request.check_range({}, {value}{}, {range});\n",
                literal(wire),
                spot.expression
            )
        }
        Type::Double => {
            let value = if spot.is_reference { "*" } else { "" };
            format!(
                "request.check_finite({}, {value}{});\n",
                literal(wire),
                spot.expression
            )
        }
        Type::List(inner) | Type::Map(inner) => {
            let item = Spot::bound("item");
            let statements = check_value(
                scope,
                rules,
                &inner.value,
                &item,
                &format!("{wire}[]"),
                path,
            );
            each(statements, spot, inner, matches!(value, Type::Map(_)))
        }
        Type::Model(id) => {
            let api = scope.api;
            match api.model(*id).map(|model| &model.shape) {
                Some(Shape::Record(fields)) => check_fields(scope, rules, fields, spot, wire, path),
                Some(Shape::Union(alternatives)) => {
                    check_alternatives(scope, rules, alternatives, wire, path, |scope, object| {
                        format!("{}::{object} = {}", scope.model(*id), spot.reference())
                    })
                }
                _ => String::new(),
            }
        }
        _ => String::new(),
    }
}

fn check_fields(
    scope: &mut Scope<'_>,
    rules: &mut Rules,
    fields: &[Field],
    spot: &Spot,
    wire: &str,
    path: &[&str],
) -> String {
    let mut statements = String::new();
    for field in fields {
        let below = Spot::place(format!("{}.{}", spot.expression, field.rust));
        let wire = if wire.is_empty() {
            field.wire.clone()
        } else {
            format!("{wire}.{}", field.wire)
        };
        let mut path = path.to_vec();
        path.push(&field.rust);
        statements += &check_field(scope, rules, field, &below, &wire, &path);
    }
    statements
}

/// Emits the checks of a union's objects. `bind` binds the pattern of an object to the value.
fn check_alternatives(
    scope: &mut Scope<'_>,
    rules: &mut Rules,
    alternatives: &[Alternative],
    wire: &str,
    path: &[&str],
    bind: impl Fn(&mut Scope<'_>, &str) -> String,
) -> String {
    let mut out = String::new();
    for one in alternatives {
        let object = Spot::bound("object");
        let value = Type::Model(one.model);
        let name = identifiers::field_name(&one.rust).unwrap_or_default();
        let mut path = path.to_vec();
        path.push(&name);
        let statements = check_value(scope, rules, &value, &object, wire, &path);
        if !statements.is_empty() {
            let bound = bind(scope, &format!("{}(object)", one.rust));
            out += &format!("if let {bound} {{\n{statements}}}\n");
        }
    }
    out
}

/// Emits statements that collect the texts and integers of a field that must not appear in a message.
pub(crate) fn sensitive(scope: &mut Scope<'_>, field: &Field, spot: &Spot) -> String {
    let own = field.notes.is_sensitive();
    if own && matches!(field.slot.value, Type::Text(_)) && Held::of(field, true) == Held::Option {
        return format!("values.optional({}.as_deref());\n", spot.expression);
    }
    present(scope, field, spot, |scope, spot| {
        sensitive_value(scope, &field.slot.value, own, spot)
    })
}

fn sensitive_value(scope: &mut Scope<'_>, value: &Type, own: bool, spot: &Spot) -> String {
    match value {
        Type::Text(_) if own => format!("values.text({});\n", spot.reference()),
        Type::Integer(_) if own => format!("values.number({});\n", spot.expression),
        Type::Free if own => format!("values.json({});\n", spot.reference()),
        Type::Timestamp if own => format!("values.text({}.as_str());\n", spot.expression),
        Type::List(inner) | Type::Map(inner) => {
            let statements = sensitive_value(scope, &inner.value, own, &Spot::bound("item"));
            each(statements, spot, inner, matches!(value, Type::Map(_)))
        }
        Type::Model(_) if hides(scope.api, value, &mut Vec::new()) => {
            format!("{}.sensitive(values);\n", spot.expression)
        }
        _ => String::new(),
    }
}

/// Returns whether a field holds something that must not appear in a message.
pub(crate) fn is_hiding(scope: &Scope<'_>, field: &Field) -> bool {
    field.notes.is_sensitive() && is_searchable(&field.slot.value)
        || hides(scope.api, &field.slot.value, &mut Vec::new())
}

/// Emits the statement that sends a field. `call` is the method, which takes a name and a value.
pub(crate) fn send(
    scope: &mut Scope<'_>,
    field: &Field,
    spot: &Spot,
    call: &str,
    fallible: bool,
) -> String {
    let end = if fallible { "?;\n" } else { ";\n" };
    present(scope, field, spot, |_, spot| match &field.slot.value {
        Type::List(_) => {
            format!(
                "for item in {} {{\nrequest.{call}({}, item){end}}}\n",
                spot.reference(),
                literal(&field.wire)
            )
        }
        value if super::scope::is_copy(value) && !spot.is_reference => {
            format!(
                "request.{call}({}, {}){end}",
                literal(&field.wire),
                spot.expression
            )
        }
        _ => format!(
            "request.{call}({}, {}){end}",
            literal(&field.wire),
            spot.reference()
        ),
    })
}
