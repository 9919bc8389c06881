use std::fmt;

use customer_api_core::generated::Redacted;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::odd::{self, Form};

/// A customer, as Omnidesk returns it.
///
/// Every field may be missing. Only lists are documented, and their example shows only these fields. [`raw`](Self::raw) is the whole JSON
/// value. [`others`](Self::others) returns the members for which this crate has no field.
///
/// A customer is serialized as `raw`, and deserialized from any JSON value. A field that can't be read is `None`, never an error. For
/// a response, [`Response::unreadable`](crate::Response::unreadable) and [`Page::unreadable`](crate::Page::unreadable) report such fields,
/// and the fields that arrived in another form than documented.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Customer {
    /// Omnidesk's id, whether it arrived as a number or as a text of digits.
    pub id: Option<u64>,
    /// Your own id: `external_primary_id`.
    pub external_id: Option<String>,
    /// The name of the brand. The brand's id is not among the documented fields.
    pub brand_name: Option<String>,
    /// The first name.
    pub firstname: Option<String>,
    /// The last name.
    pub lastname: Option<String>,
    /// The addresses. The form of an element is not documented.
    pub channels: Vec<Value>,
    /// The JSON as it arrived. It contains personal data: think before logging it.
    pub raw: Value,
}

/// The keys that have their own field.
const FIELDS: [&str; 6] = [
    "id",
    "external_primary_id",
    "brand_name",
    "firstname",
    "lastname",
    "channels",
];

impl Customer {
    /// Returns the members without their own field, such as custom fields. The names of custom fields in responses are not documented.
    pub fn others(&self) -> impl Iterator<Item = (&str, &Value)> {
        let members = self.raw.as_object().into_iter().flatten();
        members
            .map(|(key, value)| (key.as_str(), value))
            .filter(|(key, _)| !FIELDS.contains(key))
    }

    /// Whether a value looks like a customer: an object with one of the documented keys.
    pub(crate) fn is_shape_of(value: &Value) -> bool {
        FIELDS.iter().any(|key| value.get(key).is_some())
    }

    /// Whether a value is the provider's message about a call, such as `Customer not found`, and not a customer. An `id` does not decide
    /// this, because a message may also have one.
    pub(crate) fn is_result(value: &Value) -> bool {
        let is_text = |key| value.get(key).is_some_and(Value::is_string);
        value.get("type").and_then(Value::as_str) == Some("result")
            || is_text("message") && value.get("external_primary_id").is_none()
    }

    /// Creates a customer without fields, for a response from which no field can be read.
    pub(crate) fn unread(raw: Value) -> Self {
        Self::new(Fields::default(), raw)
    }

    pub(crate) fn new(fields: Fields, raw: Value) -> Self {
        Self {
            id: fields.id,
            external_id: fields.external_id,
            brand_name: fields.brand_name,
            firstname: fields.firstname,
            lastname: fields.lastname,
            channels: fields.channels.unwrap_or_default(),
            raw,
        }
    }
}

/// The fields that were read from a customer.
#[derive(Default)]
pub(crate) struct Fields {
    pub(crate) id: Option<u64>,
    pub(crate) external_id: Option<String>,
    pub(crate) brand_name: Option<String>,
    pub(crate) firstname: Option<String>,
    pub(crate) lastname: Option<String>,
    pub(crate) channels: Option<Vec<Value>>,
}

impl From<Value> for Customer {
    fn from(raw: Value) -> Self {
        let text = |key| raw.get(key).and_then(odd::text).map(Form::into_value);
        let channels = raw.get("channels").and_then(Value::as_array);
        let fields = Fields {
            id: raw.get("id").and_then(odd::number).map(Form::into_value),
            external_id: text("external_primary_id"),
            brand_name: text("brand_name"),
            firstname: text("firstname"),
            lastname: text("lastname"),
            channels: channels.cloned(),
        };
        Self::new(fields, raw)
    }
}

impl Serialize for Customer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Customer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Debug for Customer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Customer")
            .field("id", &self.id)
            .field("external_id", &Redacted(&self.external_id))
            .field("brand_name", &self.brand_name)
            .field("firstname", &Redacted(&self.firstname))
            .field("lastname", &Redacted(&self.lastname))
            .field("channels", &Redacted(&self.channels))
            .field("raw", &Redacted(&self.raw))
            .finish()
    }
}
