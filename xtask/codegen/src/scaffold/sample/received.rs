//! Makes sample responses with the required values and the values that a test gives.

use std::collections::BTreeMap;

use super::value::{json, number, text};
use crate::model::{Api, ModelId, Shape, Slot, Type};

/// Values at their places in a response, as JSON. A place is the list of the member names that lead to the value.
pub(in crate::scaffold) type Given = BTreeMap<Vec<String>, String>;

/// Returns a response as JSON.
pub(in crate::scaffold) fn response(api: &Api, slot: &Slot, given: &Given) -> String {
    value(api, slot, given, &mut Vec::new())
}

fn value(api: &Api, slot: &Slot, given: &Given, at: &mut Vec<String>) -> String {
    if let Some(value) = given.get(at) {
        return value.clone();
    }
    let is_around = given.keys().any(|place| place.starts_with(at));
    if slot.nullable && !is_around {
        return "null".to_owned();
    }
    match &slot.value {
        // A broken description never gets this far.
        Type::Broken => "null".to_owned(),
        Type::Text(rule) => json(&text(rule, false)),
        Type::Timestamp => json("2024-02-29T12:00:00Z"),
        Type::Date => json("2024-02-29"),
        Type::Integer(integer) => number(*integer).0,
        Type::Double => "1.5".to_owned(),
        Type::Boolean | Type::Flag => "true".to_owned(),
        Type::Free | Type::Map(_) => "{}".to_owned(),
        Type::List(_) => "[]".to_owned(),
        Type::Model(id) => object(api, *id, given, at),
    }
}

fn object(api: &Api, id: ModelId, given: &Given, at: &mut Vec<String>) -> String {
    let Some(model) = api.model(id) else {
        return "null".to_owned();
    };
    match &model.shape {
        Shape::Record(fields) => {
            let tag = model.tag.as_ref();
            let mut members: Vec<String> = tag
                .map(|tag| format!("{}:{}", json(&tag.name), json(&tag.value)))
                .into_iter()
                .collect();
            for field in fields.iter().filter(|field| !field.notes.write_only) {
                at.push(field.wire.clone());
                if field.required || given.keys().any(|place| place.starts_with(at)) {
                    let inner = value(api, &field.slot, given, at);
                    members.push(format!("{}:{inner}", json(&field.wire)));
                }
                at.pop();
            }
            format!("{{{}}}", members.join(","))
        }
        Shape::Union(alternatives) => match alternatives.first() {
            Some(one) => object(api, one.model, given, at),
            None => "null".to_owned(),
        },
        Shape::Choice(variants) => {
            json(variants.first().map_or("sample", |variant| &*variant.wire))
        }
    }
}
