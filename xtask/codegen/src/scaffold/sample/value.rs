//! Makes one sample value of every type.

use std::collections::BTreeSet;

use super::Chain;
use crate::{
    model::{Api, Field, Integer, ModelId, Rule, Shape, Slot, Type, Width},
    visible::literal,
};

/// A value as code and as text.
#[derive(Debug, Default)]
pub(super) struct Value {
    /// The argument of a constructor or a setter.
    pub(super) argument: String,
    /// The same value, as an expression of the exact type.
    owned: String,
    pub(super) json: String,
    /// The value's text outside JSON; several texts for an array.
    pub(super) texts: Vec<String>,
}

/// Makes values, and collects the names that they need.
pub(super) struct Sampler<'a> {
    api: &'a Api,
    /// Whether optional values are set.
    all: bool,
    /// The index of the variant that every union takes. A union with fewer variants counts from its first one again.
    variant: usize,
    pub(super) names: BTreeSet<String>,
    pub(super) times: BTreeSet<&'static str>,
    pub(super) is_deprecated: bool,
    /// How many objects are around the value.
    depth: usize,
}

/// Optional values are set only down to this depth of nested objects, because rustfmt takes twice as long with every
/// level of nested calls.
const DEEPEST: usize = 8;

impl<'a> Sampler<'a> {
    pub(super) fn new(api: &'a Api, all: bool, variant: usize) -> Self {
        Self {
            api,
            all,
            variant,
            names: BTreeSet::new(),
            times: BTreeSet::new(),
            is_deprecated: false,
            depth: 0,
        }
    }

    /// Returns the value of a field, unless it is omitted.
    pub(super) fn field(&mut self, field: &Field, is_header: bool) -> Option<Value> {
        if !field.required && (!self.all || self.depth > DEEPEST) {
            return None;
        }
        self.is_deprecated |= field.notes.deprecated && !field.required;
        let mut value = self.value(&field.slot.value, is_header);
        if field.slot.nullable && !matches!(field.slot.value, Type::Text(_)) {
            // The argument is anything that converts to a `Nullable`, so its type must be explicit.
            value.argument.clone_from(&value.owned);
        }
        Some(value)
    }

    fn value(&mut self, value: &Type, is_header: bool) -> Value {
        match value {
            // A broken description never gets this far.
            Type::Broken => Value::default(),
            Type::Text(rule) => {
                let text = text(rule, is_header);
                Value {
                    argument: literal(&text),
                    owned: format!("{}.to_owned()", literal(&text)),
                    json: json(&text),
                    texts: vec![text],
                }
            }
            Type::Timestamp => {
                self.times.insert("Timestamp");
                let text = "2024-02-29T12:00:00Z";
                let rust = format!("{text:?}.parse::<Timestamp>().unwrap()");
                plain(&rust, &rust, text, true)
            }
            Type::Date => {
                self.times.insert("Date");
                let rust = "Date::new(2024, 2, 29).unwrap()";
                plain(rust, rust, "2024-02-29", true)
            }
            Type::Integer(integer) => {
                let (number, suffix) = number(*integer);
                plain(&number, &format!("{number}_{suffix}"), &number, false)
            }
            Type::Double => plain("1.5", "1.5_f64", "1.5", false),
            Type::Boolean | Type::Flag => plain("true", "true", "true", false),
            Type::Free => {
                let rust = "serde_json::json!({ \"any\": [1, null] })";
                plain(rust, rust, "{\"any\":[1,null]}", false)
            }
            Type::Model(id) => self.model(*id),
            Type::List(items) => self.list(items, is_header),
            Type::Map(values) => {
                let value = self.inner(values, is_header);
                let rust = format!(
                    "std::collections::BTreeMap::from([(\"key\".to_owned(), {})])",
                    value.owned
                );
                plain(&rust, &rust, &format!("{{\"key\":{}}}", value.json), false)
            }
        }
    }

    /// Makes a list of two items, so that the encoded list contains a separator.
    fn list(&mut self, items: &Slot, is_header: bool) -> Value {
        let item = self.inner(items, is_header);
        let borrows = !items.nullable && matches!(items.value, Type::Text(_));
        let one = if borrows { &item.argument } else { &item.owned };
        let text = item.texts.first().cloned().unwrap_or_default();
        Value {
            argument: format!("[{one}, {one}]"),
            owned: format!("vec![{0}, {0}]", item.owned),
            json: format!("[{0},{0}]", item.json),
            texts: vec![text.clone(), text],
        }
    }

    /// Returns the value of an array's item or a map's value.
    fn inner(&mut self, slot: &Slot, is_header: bool) -> Value {
        let mut value = self.value(&slot.value, is_header);
        if slot.nullable {
            value.owned = format!("Some({})", value.owned);
        }
        value
    }

    fn model(&mut self, id: ModelId) -> Value {
        let api = self.api;
        let Some(model) = api.model(id) else {
            return Value::default();
        };
        self.names.insert(model.rust.clone());
        let fields = match &model.shape {
            Shape::Record(fields) => fields,
            Shape::Union(alternatives) => {
                let mut around = alternatives.iter().cycle().skip(self.variant);
                let object = around.next().map(|one| self.model(one.model));
                let object = object.unwrap_or_default();
                let rust = format!("{}::from({})", model.rust, object.owned);
                return plain(&rust, &rust, &object.json, false);
            }
            Shape::Choice(variants) => {
                // The client refuses an empty text, `.` and `..` as a path segment.
                let variant = variants
                    .iter()
                    .find(|variant| !["", ".", ".."].contains(&variant.wire.as_str()));
                return match variant {
                    Some(variant) => {
                        let rust = format!("{}::{}", model.rust, variant.rust);
                        plain(&rust, &rust, &variant.wire, true)
                    }
                    None => {
                        let rust = format!("{}::unlisted(\"sample\")", model.rust);
                        plain(&rust, &rust, "sample", true)
                    }
                };
            }
        };
        let mut chain = Chain::default();
        let tag = model.tag.as_ref();
        let mut members: Vec<String> = tag
            .map(|tag| format!("{}:{}", json(&tag.name), json(&tag.value)))
            .into_iter()
            .collect();
        self.depth += 1;
        for field in fields {
            if let Some(value) = self.field(field, false) {
                chain.add(field, &value.argument);
                members.push(format!("{}:{}", json(&field.wire), value.json));
            }
        }
        self.depth -= 1;
        let rust = format!(
            "{}::new({}){}",
            model.rust,
            chain.arguments.join(", "),
            chain.setters
        );
        plain(&rust, &rust, &format!("{{{}}}", members.join(",")), false)
    }
}

/// Makes a value that is one text outside JSON. In JSON, the text is a string if `is_string`, otherwise unchanged.
fn plain(argument: &str, owned: &str, text: &str, is_string: bool) -> Value {
    Value {
        argument: argument.to_owned(),
        owned: owned.to_owned(),
        json: if is_string {
            json(text)
        } else {
            text.to_owned()
        },
        texts: vec![text.to_owned()],
    }
}

/// Returns a JSON string.
pub(in crate::scaffold) fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Returns a text of an allowed length. Its characters are encoded differently in a URL, in a form and in JSON, if the
/// length allows such characters. In headers, ASCII is safest.
pub(in crate::scaffold) fn text(rule: &Rule, is_header: bool) -> String {
    let sample = if is_header { "a b&c" } else { "a b&ü" };
    let longest = rule.max_length.unwrap_or(u32::MAX);
    let shortest = rule.min_length.unwrap_or(0);
    let length = u32::try_from(sample.chars().count())
        .unwrap_or(u32::MAX)
        .clamp(shortest, longest.max(shortest));
    sample
        .chars()
        .chain(std::iter::repeat('x'))
        .take(length as usize)
        .collect()
}

/// Returns a number within the limits, and the name of its type.
pub(in crate::scaffold) fn number(integer: Integer) -> (String, &'static str) {
    let (from, to) = integer.width.range();
    let from = integer.minimum.map_or(from, |min| min.max(from));
    let to = integer.maximum.map_or(to, |max| max.min(to));
    let suffix = match integer.width {
        Width::Signed32 => "i32",
        Width::Signed64 => "i64",
        Width::Unsigned64 => "u64",
    };
    (1_i128.clamp(from, to.max(from)).to_string(), suffix)
}
