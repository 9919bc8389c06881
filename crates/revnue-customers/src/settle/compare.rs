//! Compares the sent fields with a customer that a read returned.

use customer_api_core::settle::{Comparison, Marker};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Customer;

/// The dates. Their form in a read is not documented.
const DATES: [&str; 2] = ["nda_signed_date", "msa_signed_date"];

/// The field that contains a marker.
const MARKED: &str = "additional_description";

/// The fields that were sent, by the provider's names.
pub(super) struct Sent {
    fields: Map<String, Value>,
    /// Whether the write empties every field that it does not send.
    replaces: bool,
}

impl Sent {
    /// Takes the fields from a body. With `replaces`, fields that were not sent are compared too, because a replacement empties them.
    pub(super) fn new(body: &impl Serialize, replaces: bool) -> Self {
        let mut fields = match serde_json::to_value(body) {
            Ok(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        // The company only locates the customer. No read shows the company.
        fields.remove("company");
        Self { fields, replaces }
    }

    /// Returns the marker that was sent, if any.
    pub(super) fn marker(&self) -> Option<Marker> {
        self.fields.get(MARKED)?.as_str().and_then(Marker::of_text)
    }

    /// Compares every field. `is_whole` states whether the whole customer could be read.
    pub(super) fn compare(&self, customer: &Customer, is_whole: bool) -> Comparison {
        let shown = serde_json::to_value(customer).unwrap_or_default();
        let mut comparison = Comparison::new();
        for (name, sent) in &self.fields {
            let shown = shown.get(name).unwrap_or(&Value::Null);
            // A value that could not be read was removed, and looks empty.
            if is_empty(shown) && !is_whole {
                comparison.field(name.clone(), None);
                continue;
            }
            compare_field(name, sent, shown, &mut comparison);
        }
        let shown = shown.as_object().into_iter().flatten();
        for (name, shown) in shown.filter(|_| self.replaces) {
            let is_sent = name == "id" || self.fields.contains_key(name);
            if !is_sent && !is_empty(shown) {
                comparison.field(name.clone(), Some(false));
            }
        }
        comparison
    }
}

/// Whether a customer contains a marker.
pub(super) fn shows(customer: &Customer, marker: &Marker) -> bool {
    let text = customer.additional_description.as_deref();
    text.is_some_and(|text| marker.is_in_text(text))
}

fn compare_field(name: &str, sent: &Value, shown: &Value, comparison: &mut Comparison) {
    let own = name.to_owned();
    if is_empty(sent) {
        return comparison.field(own, Some(is_empty(shown)));
    }
    match name {
        "category" => {
            let id = shown.get("id").filter(|id| !id.is_null());
            let is_equal = match id {
                Some(id) => Some(id == sent),
                // The read shows a category without an id, or no category.
                None => is_empty(shown).then_some(false),
            };
            comparison.field(own, is_equal);
        }
        // A write sends an id, and a read shows a name.
        "country" => comparison.field(own, is_empty(shown).then_some(false)),
        "contact_person" => {
            for (part, sent) in sent.as_object().into_iter().flatten() {
                let shown = shown.get(part).unwrap_or(&Value::Null);
                comparison.field(format!("{name}.{part}"), Some(is_same(sent, shown)));
            }
        }
        "template" => {
            let shown_id = shown.get("id").unwrap_or(&Value::Null);
            let id = sent.get("id").unwrap_or(&Value::Null);
            comparison.field("template.id", Some(is_same(id, shown_id)));
            // A write sends a list of values with ids. A read shows a map, and the meaning of its keys is not documented.
            comparison.field("template.fields", None);
        }
        _ if DATES.contains(&name) => {
            let is_equal = is_same(sent, shown).then_some(true);
            comparison.field(own, is_equal.or(is_empty(shown).then_some(false)));
        }
        _ => comparison.field(own, Some(is_same(sent, shown))),
    }
}

/// Whether two values are the same. White space around texts does not count, and all forms of an empty value are equal.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.trim() == other.trim(),
        _ => one == other || is_empty(one) && is_empty(other),
    }
}

/// Whether a value is empty. `false`, and an object whose members are all empty, count as empty.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use customer_api_core::nullable::Nullable;
    use serde_json::json;

    use super::*;
    use crate::{NewContactPerson, NewField, NewTemplate, ReplaceCustomer, UpdateCustomer};

    fn customer(fields: Value) -> Customer {
        let mut all = json!({"id": 7, "name": "Acme"});
        for (name, value) in fields.as_object().unwrap() {
            all[name] = value.clone();
        }
        serde_json::from_value(all).unwrap()
    }

    /// Returns the names of the equal fields and of the fields that were not compared, or `None` if any field differs.
    fn compared(sent: &Sent, shown: Value) -> Option<(Vec<String>, Vec<String>)> {
        let comparison = sent.compare(&customer(shown), true);
        if !comparison.is_equal() {
            return None;
        }
        let evidence = comparison.evidence(());
        let own = |name: &str| name.to_owned();
        Some((
            evidence.equal().map(own).collect(),
            evidence.not_compared().map(own).collect(),
        ))
    }

    #[test]
    fn what_changes_its_form_is_compared_as_far_as_it_can_be() {
        let template = NewTemplate::new(3, [NewField::new(1, "x")]);
        let update = UpdateCustomer::new(7, 1)
            .category(5)
            .country(64)
            .contact_person(NewContactPerson::new().name("Ana"))
            .nda_signed_date(customer_api_core::time::Date::new(2026, 1, 1).unwrap())
            .template(template);
        let sent = Sent::new(&update.body, false);
        let shown = json!({
            "category": {"id": 5, "name": "Retail"}, "country": "Fiji", "contact_person": {"name": "Ana", "email": "x@y.example"},
            "nda_signed_date": "1 Jan 2026", "template": {"id": 3, "fields": {"f": 1}},
        });
        let (equal, unseen) = compared(&sent, shown).unwrap();
        assert_eq!(equal, ["category", "contact_person.name", "template.id"]);
        assert_eq!(unseen, ["country", "nda_signed_date", "template.fields"]);
    }

    #[test]
    fn null_empties_a_field_however_that_is_shown() {
        let update = UpdateCustomer::new(7, 1).city(Nullable::Null).fax("");
        let sent = Sent::new(&update.body, false);
        assert!(compared(&sent, json!({"city": "", "fax": null})).is_some());
        assert!(compared(&sent, json!({"city": "Suva"})).is_none());
    }

    #[test]
    fn a_replacement_empties_what_it_does_not_send() {
        let replace = ReplaceCustomer::new(7, 1, "Acme").city("Suva");
        let sent = Sent::new(&replace.body, true);
        assert!(compared(&sent, json!({"city": "Suva", "msa_signed": false})).is_some());
        for left in [
            json!({"city": "Suva", "phone": "1"}),
            json!({"city": "Suva", "country": "Fiji"}),
        ] {
            assert!(compared(&sent, left).is_none());
        }
    }

    #[test]
    fn what_could_not_be_read_is_not_taken_for_empty() {
        let update = UpdateCustomer::new(7, 1).city("Suva").name("Acme");
        let sent = Sent::new(&update.body, false);
        let comparison = sent.compare(&customer(json!({})), false);
        let evidence = comparison.evidence(());
        assert_eq!(evidence.not_compared().collect::<Vec<_>>(), ["city"]);
    }
}
