//! One emitted file: its imports and its types.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    characters::{self, Characters},
    model::{Api, Field, ModelId, Rule, Shape, Slot, Type, Width},
    visible::{character, literal},
};

/// The items that a file imports.
pub(crate) struct Scope<'a> {
    pub(crate) api: &'a Api,
    /// The type that the file defines, which it does not import.
    own: &'a str,
    imports: BTreeMap<&'static str, BTreeMap<&'static str, BTreeSet<String>>>,
}

/// The type of a field: the plain type, or one with room for absence or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    Plain,
    Option,
    Nullable,
    OptionNullable,
}

impl Held {
    /// In a request, null is a value. In a response, null means that the value is absent.
    pub(crate) fn of(field: &Field, sent: bool) -> Self {
        match (field.required, field.slot.nullable) {
            (true, false) => Self::Plain,
            (false, true) if sent => Self::OptionNullable,
            (true, true) if sent => Self::Nullable,
            _ => Self::Option,
        }
    }

    pub(crate) fn is_option(self) -> bool {
        matches!(self, Self::Option | Self::OptionNullable)
    }
}

impl<'a> Scope<'a> {
    pub(crate) fn new(api: &'a Api, own: &'a str) -> Self {
        Self {
            api,
            own,
            imports: BTreeMap::new(),
        }
    }

    /// Imports `root::module::item` and returns the item's name.
    pub(crate) fn need(&mut self, root: &'static str, module: &'static str, item: &str) -> String {
        if item != self.own {
            self.imports
                .entry(root)
                .or_default()
                .entry(module)
                .or_default()
                .insert(item.to_owned());
        }
        item.to_owned()
    }

    pub(crate) fn core(&mut self, module: &'static str, item: &str) -> String {
        self.need("customer_api_core", module, item)
    }

    pub(crate) fn model(&mut self, id: ModelId) -> String {
        let name = self.api.type_name(id).to_owned();
        self.need("crate::generated", "models", &name)
    }

    /// Returns the `use` declarations: std, then other crates, then this one.
    pub(crate) fn uses(&self) -> String {
        let mut groups = [String::new(), String::new(), String::new()];
        for (root, modules) in &self.imports {
            let rank = match *root {
                "std" => 0,
                "crate::generated" => 2,
                _ => 1,
            };
            let [first, second, third] = &mut groups;
            let group = [first, second, third].into_iter().nth(rank);
            let parts: Vec<String> = modules
                .iter()
                .map(|(module, items)| part(module, items))
                .collect();
            if let Some(group) = group {
                match parts.as_slice() {
                    [one] => group.push_str(&format!("use {root}::{one};\n")),
                    _ => group.push_str(&format!("use {root}::{{{}}};\n", parts.join(", "))),
                }
            }
        }
        groups
            .into_iter()
            .filter(|group| !group.is_empty())
            .map(|group| group + "\n")
            .collect()
    }

    pub(crate) fn plain(&mut self, value: &Type) -> String {
        match value {
            // This text never reaches a file: no code is emitted for a broken description.
            Type::Broken => "()".to_owned(),
            Type::Text(_) => "String".to_owned(),
            Type::Timestamp => self.core("time", "Timestamp"),
            Type::Date => self.core("time", "Date"),
            Type::Integer(integer) => match integer.width {
                Width::Signed32 => "i32",
                Width::Signed64 => "i64",
                Width::Unsigned64 => "u64",
            }
            .to_owned(),
            Type::Double => "f64".to_owned(),
            Type::Boolean | Type::Flag => "bool".to_owned(),
            Type::Free => "serde_json::Value".to_owned(),
            Type::Model(id) => self.model(*id),
            Type::List(items) => format!("Vec<{}>", self.inner(items)),
            Type::Map(values) => {
                let map = self.need("std", "collections", "BTreeMap");
                format!("{map}<String, {}>", self.inner(values))
            }
        }
    }

    /// Returns the type of an array's item or a map's value.
    fn inner(&mut self, slot: &Slot) -> String {
        let plain = self.plain(&slot.value);
        if slot.nullable {
            format!("Option<{plain}>")
        } else {
            plain
        }
    }

    /// Returns the type of a field.
    pub(crate) fn held(&mut self, field: &Field, sent: bool) -> String {
        let plain = self.plain(&field.slot.value);
        match Held::of(field, sent) {
            Held::Plain => plain,
            Held::Option => format!("Option<{plain}>"),
            Held::Nullable => format!("{}<{plain}>", self.core("nullable", "Nullable")),
            Held::OptionNullable => {
                format!("Option<{}<{plain}>>", self.core("nullable", "Nullable"))
            }
        }
    }

    /// Returns the type that a constructor or a setter takes, and the conversion to the value (without its `Option`).
    pub(crate) fn argument(&mut self, field: &Field) -> (String, String) {
        let name = &field.rust;
        if field.slot.nullable {
            let plain = self.plain(&field.slot.value);
            let nullable = self.core("nullable", "Nullable");
            return (
                format!("impl Into<{nullable}<{plain}>>"),
                format!("{name}.into()"),
            );
        }
        match &field.slot.value {
            Type::Text(_) => ("impl Into<String>".to_owned(), format!("{name}.into()")),
            Type::Free => (
                "impl Into<serde_json::Value>".to_owned(),
                format!("{name}.into()"),
            ),
            Type::List(items) if !items.nullable && matches!(items.value, Type::Text(_)) => (
                "impl IntoIterator<Item = impl Into<String>>".to_owned(),
                format!("{name}.into_iter().map(Into::into).collect()"),
            ),
            Type::List(items) if !items.nullable && is_union(self.api, &items.value) => {
                let item = self.inner(items);
                (
                    format!("impl IntoIterator<Item = impl Into<{item}>>"),
                    format!("{name}.into_iter().map(Into::into).collect()"),
                )
            }
            Type::List(items) => {
                let item = self.inner(items);
                (
                    format!("impl IntoIterator<Item = {item}>"),
                    format!("{name}.into_iter().collect()"),
                )
            }
            value if is_union(self.api, value) => (
                format!("impl Into<{}>", self.plain(value)),
                format!("{name}.into()"),
            ),
            value => (self.plain(value), name.clone()),
        }
    }
}

/// Returns whether a value is a union. Each object of a union converts to the union.
fn is_union(api: &Api, value: &Type) -> bool {
    matches!(value, Type::Model(id) if api.model(*id).is_some_and(|model| matches!(model.shape, Shape::Union(_))))
}

fn part(module: &str, items: &BTreeSet<String>) -> String {
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    match (module, items.as_slice()) {
        ("", [item]) => (*item).to_owned(),
        ("", items) => format!("{{{}}}", items.join(", ")),
        (module, [item]) => format!("{module}::{item}"),
        (module, items) => format!("{module}::{{{}}}", items.join(", ")),
    }
}

/// Returns whether a value is cheaper to copy than to borrow. Clippy requires passing such a value by copy.
pub(crate) fn is_copy(value: &Type) -> bool {
    matches!(
        value,
        Type::Integer(_) | Type::Double | Type::Boolean | Type::Flag | Type::Date
    )
}

/// Returns whether values can be compared for full equality.
pub(crate) fn is_eq(api: &Api, value: &Type, seen: &mut Vec<ModelId>) -> bool {
    match value {
        Type::Double => false,
        Type::List(inner) | Type::Map(inner) => is_eq(api, &inner.value, seen),
        Type::Model(id) if !seen.contains(id) => {
            seen.push(*id);
            match api.model(*id).map(|model| &model.shape) {
                Some(Shape::Record(fields)) => fields
                    .iter()
                    .all(|field| is_eq(api, &field.slot.value, seen)),
                Some(Shape::Union(alternatives)) => alternatives
                    .iter()
                    .all(|one| is_eq(api, &Type::Model(one.model), seen)),
                _ => true,
            }
        }
        _ => true,
    }
}

/// Returns whether a value contains something that must not be printed and that can be searched for in a message.
pub(crate) fn hides(api: &Api, value: &Type, seen: &mut Vec<ModelId>) -> bool {
    match value {
        Type::List(inner) | Type::Map(inner) => hides(api, &inner.value, seen),
        Type::Model(id) if !seen.contains(id) => {
            seen.push(*id);
            match api.model(*id).map(|model| &model.shape) {
                Some(Shape::Record(fields)) => fields.iter().any(|field| {
                    field.notes.is_sensitive() && is_searchable(&field.slot.value)
                        || hides(api, &field.slot.value, seen)
                }),
                Some(Shape::Union(alternatives)) => alternatives
                    .iter()
                    .any(|one| hides(api, &Type::Model(one.model), seen)),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Returns whether a value, or the items of a list, can be searched for in a message.
pub(crate) fn is_searchable(value: &Type) -> bool {
    match value {
        Type::Text(_) | Type::Timestamp | Type::Integer(_) | Type::Free => true,
        Type::List(items) => is_searchable(&items.value),
        _ => false,
    }
}

/// Returns a rule as a constant expression.
pub(crate) fn rule(rule: &Rule) -> String {
    let mut out = "TextRule::new()".to_owned();
    if let Some(min) = rule.min_length.filter(|min| *min > 0) {
        out.push_str(&format!(".min_length({min})"));
    }
    if let Some(max) = rule.max_length {
        out.push_str(&format!(".max_length({max})"));
    }
    if let Some(pattern) = &rule.pattern {
        out.push_str(&format!(".pattern({})", literal(pattern)));
        if let Some(Characters { least, ranges }) = characters::of(pattern) {
            let ranges: Vec<String> = ranges
                .into_iter()
                .map(|(first, last)| format!("({}, {})", character(first), character(last)))
                .collect();
            out.push_str(&format!(".characters({least}, &[{}])", ranges.join(", ")));
        }
    }
    out
}
