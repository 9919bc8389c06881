//! A customer of the account. The sandbox stores the customer in the form of the provider's writes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// The fields that a write can set, in the provider's spelling.
pub(super) const FIELDS: [&str; 21] = [
    "name",
    "category",
    "contact_person",
    "address_line_1",
    "address_line_2",
    "city",
    "state_province",
    "zip_postal_code",
    "country",
    "phone",
    "mobile",
    "fax",
    "website",
    "general_description",
    "nda_signed",
    "nda_signed_date",
    "msa_signed",
    "msa_signed_date",
    "supplementary_description",
    "additional_description",
    "template",
];

/// A customer of a Revnue account, as the sandbox stores it. A customer belongs to one company.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RevnueCustomer {
    /// The customer's id. The server assigns it when the customer is seeded or created.
    pub id: u64,
    /// The company.
    pub company: u64,
    /// The fields by the provider's names, in the form of the provider's writes. A missing field
    /// is null.
    pub fields: BTreeMap<String, Value>,
}

impl RevnueCustomer {
    /// Makes a customer with only a name.
    #[must_use]
    pub fn new(company: u64, name: impl Into<String>) -> Self {
        Self {
            id: 0,
            company,
            fields: BTreeMap::from([("name".to_owned(), Value::String(name.into()))]),
        }
    }

    /// Sets a field, by the provider's name and in the form of the provider's writes: `category`
    /// and `country` by id, the values of `template` as a list.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.fields.insert(field.to_owned(), value.into());
        self
    }

    /// Returns a field in the form of the provider's writes, or null if the field is not set.
    #[must_use]
    pub fn field(&self, name: &str) -> &Value {
        self.fields.get(name).unwrap_or(&Value::Null)
    }

    /// Sets the fields that a body names, including those that are null.
    pub(super) fn change(&mut self, body: &Value) {
        for name in FIELDS {
            match body.get(name) {
                Some(Value::Null) => {
                    self.fields.remove(name);
                }
                Some(value) => {
                    self.fields.insert(name.to_owned(), value.clone());
                }
                None => {}
            }
        }
    }

    /// Returns the customer in the form of the provider's reads.
    pub(super) fn read_form(&self) -> Value {
        self.shown(|name, value| match name {
            _ if value.is_null() => Value::Null,
            "category" => json!({ "id": value, "name": format!("Category {value}") }),
            "country" => json!(format!("Country {value}")),
            "template" => {
                json!({ "id": value.get("id"), "fields": named(value.get("fields")) })
            }
            _ => value.clone(),
        })
    }

    /// Returns the customer in the form of the provider's writes, with every field.
    pub(super) fn write_form(&self) -> Value {
        self.shown(|_, value| value.clone())
    }

    fn shown(&self, show: impl Fn(&str, &Value) -> Value) -> Value {
        let mut shown = Map::from_iter([("id".to_owned(), json!(self.id))]);
        for name in FIELDS {
            shown.insert(name.to_owned(), show(name, self.field(name)));
        }
        Value::Object(shown)
    }
}

/// Returns the values of custom fields under made-up names: `{"Field 3": …}`.
fn named(fields: Option<&Value>) -> Value {
    let pairs = fields.and_then(Value::as_array).into_iter().flatten();
    let value = |pair: &Value, name| pair.get(name).cloned().unwrap_or_default();
    pairs
        .map(|pair| (format!("Field {}", value(pair, "id")), value(pair, "value")))
        .collect::<Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_and_writing_differ() {
        let customer = RevnueCustomer::new(1, "Harbour Lane")
            .with("category", 17)
            .with("country", 3)
            .with(
                "template",
                json!({ "id": 9, "fields": [{ "id": 4, "value": "250.00" }] }),
            );
        let read = customer.read_form();
        assert_eq!(read["category"], json!({ "id": 17, "name": "Category 17" }));
        assert_eq!(read["country"], "Country 3");
        assert_eq!(
            read["template"],
            json!({ "id": 9, "fields": { "Field 4": "250.00" } })
        );
        assert_eq!(read["fax"], Value::Null);
        assert_eq!(customer.write_form()["category"], 17);
        assert!(read.get("company").is_none());
    }

    #[test]
    fn a_change_takes_null_for_a_value() {
        let mut customer = RevnueCustomer::new(1, "A")
            .with("fax", "1")
            .with("city", "B");
        customer.change(&json!({ "fax": null, "phone": "2" }));
        assert_eq!(customer.field("fax"), &Value::Null);
        assert_eq!(
            (customer.field("city"), customer.field("phone")),
            (&json!("B"), &json!("2"))
        );
    }
}
