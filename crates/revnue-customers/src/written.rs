use std::{collections::BTreeMap, fmt};

use customer_api_core::{error::DecodeError, redact::Redacted, response::ResponseBody};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::{Customer, FieldValue};

/// A customer, as Revnue answers a write.
///
/// What it answers is not documented: perhaps the form of a read, perhaps that of a write, perhaps nothing. So the fields that
/// tell which customer it is are read in every form, and the whole of it is in [`raw`](Self::raw). To be sure of the rest, read
/// the customer again.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenCustomer {
    /// Revnue's id, whether it came as a number or as digits.
    pub id: Option<u64>,
    /// The name.
    pub name: Option<String>,
    /// The category.
    pub category: Option<Reference>,
    /// The country.
    pub country: Option<Reference>,
    /// The answer itself. It holds personal data: think before logging it.
    pub raw: FieldValue,
}

/// What an answer names by its id, by its name, or by both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reference {
    /// The id, where a number stands.
    pub id: Option<u64>,
    /// The name, where a text stands.
    pub name: Option<String>,
}

impl WrittenCustomer {
    /// The customer, if the answer has the form of a read.
    #[must_use]
    pub fn customer(&self) -> Option<Customer> {
        serde_json::from_str(self.raw.json()).ok()
    }

    pub(crate) fn decode(body: &ResponseBody) -> Result<Option<Self>, DecodeError> {
        let Some(raw) = body.optional_json::<FieldValue>()? else {
            return Ok(None);
        };
        if !raw.json().starts_with('{') {
            return Err(DecodeError::shape(""));
        }
        let members: BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(raw.json()).map_err(|_| DecodeError::shape(""))?;
        let member =
            |name: &str| -> Option<Value> { serde_json::from_str(members.get(name)?.get()).ok() };
        Ok(Some(Self {
            id: member("id").as_ref().and_then(number),
            name: member("name").and_then(text),
            category: member("category").and_then(Reference::of),
            country: member("country").and_then(Reference::of),
            raw,
        }))
    }
}

impl Reference {
    fn of(value: Value) -> Option<Self> {
        match value {
            Value::Number(_) => Some(Self {
                id: number(&value),
                name: None,
            }),
            Value::String(name) => Some(Self {
                id: None,
                name: Some(name),
            }),
            Value::Object(mut members) => Some(Self {
                id: members.get("id").and_then(number),
                name: members.remove("name").and_then(text),
            }),
            Value::Null | Value::Bool(_) | Value::Array(_) => None,
        }
    }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::String(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok()
        }
        _ => u64::deserialize(value).ok(),
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

impl fmt::Debug for WrittenCustomer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrittenCustomer")
            .field("id", &self.id)
            .field("name", &Redacted(&self.name))
            .field("category", &self.category)
            .field("country", &self.country)
            .field("raw", &self.raw)
            .finish()
    }
}
