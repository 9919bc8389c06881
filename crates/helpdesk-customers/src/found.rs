use std::{collections::BTreeSet, fmt};

use customer_api_core::{
    error::DecodeError,
    generated::Redacted,
    response::{FromBody, ResponseBody},
};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::Value;

use crate::{
    Customer,
    odd::{self, Form, Place},
};

/// The result of a search.
///
/// The provider does not document the response of a search. Therefore the crate understands every shape of the provider's other responses:
/// an envelope with `items` or with `item`, a list, a customer. Only an empty list means that no customer was found. The list can be bare
/// or in its documented envelope. The envelope must have no other members and no member twice, and its total, if there is one, must be 0.
/// [`Unclear`](Self::Unclear) allows no conclusion. It stands for a list whose total is greater than the number of customers in it, for a
/// result with a message, and for every other response that can't be read.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// An empty list, and nothing else.
    Nobody,
    /// One or more customers. The provider promises neither that there is only one nor that the customers match exactly.
    Customers(Vec<Customer>),
    /// Any other response, as it arrived. `null` also stands for a response without a body.
    Unclear(Value),
}

impl Found {
    /// Returns the customers. The slice is empty for [`Nobody`](Self::Nobody) and [`Unclear`](Self::Unclear).
    #[must_use]
    pub fn customers(&self) -> &[Customer] {
        match self {
            Self::Customers(customers) => customers,
            Self::Nobody | Self::Unclear(_) => &[],
        }
    }

    /// Whether the response states that there is no such customer.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        matches!(self, Self::Nobody)
    }

    fn from_response(mut response: Value, body: &ResponseBody) -> Result<Self, DecodeError> {
        if let Value::Array(items) = response {
            return Self::from_list(items, Place::whole(body));
        }
        // If a member comes twice, only the last one can be read here.
        if response.is_object() && body.json::<Names>()?.is_any_repeated {
            return Ok(Self::Unclear(response));
        }
        let has_item = response.get("item").is_some_and(Value::is_object);
        let is_bare = is_bare_envelope(&response);
        let total = response.get("itemTotal").and_then(number);
        match response.get_mut("items") {
            Some(Value::Array(items)) if items.is_empty() => {
                return Ok(if is_bare {
                    Self::Nobody
                } else {
                    Self::Unclear(response)
                });
            }
            Some(Value::Array(_)) if has_item => return Ok(Self::Unclear(response)),
            // A customer that is not in the list may match, too.
            Some(Value::Array(items)) if total.is_some_and(|total| total > items.len() as u64) => {
                return Ok(Self::Unclear(response));
            }
            Some(Value::Array(items)) => {
                return Self::from_list(std::mem::take(items), Place::at(body, "items"));
            }
            _ => {}
        }
        match response.get_mut("item") {
            Some(item @ Value::Object(_)) if !Customer::is_result(item) => {
                let customer = Place::at(body, "item").customer(item.take())?;
                return Ok(Self::Customers(vec![customer]));
            }
            // A message about the call is in the place of a customer.
            Some(Value::Object(_)) => return Ok(Self::Unclear(response)),
            _ => {}
        }
        if Customer::is_shape_of(&response) && !Customer::is_result(&response) {
            let customer = Place::whole(body).customer(response)?;
            return Ok(Self::Customers(vec![customer]));
        }
        Ok(Self::Unclear(response))
    }

    fn from_list(items: Vec<Value>, place: Place<'_>) -> Result<Self, DecodeError> {
        Ok(if items.is_empty() {
            Self::Nobody
        } else if items
            .iter()
            .all(|item| item.is_object() && !Customer::is_result(item))
        {
            Self::Customers(place.customers(items)?)
        } else {
            Self::Unclear(Value::Array(items))
        })
    }
}

impl<O> FromBody<O> for Found {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        let response: Option<Value> = body.optional_json()?;
        Self::from_response(response.unwrap_or_default(), body)
    }
}

/// Whether an object has only the members of a list's envelope, with values that show neither a failure nor further customers.
fn is_bare_envelope(response: &Value) -> bool {
    let mut members = response.as_object().into_iter().flatten();
    members.all(|(name, value)| {
        let number = || number(value);
        match name.as_str() {
            "items" => true,
            "type" => value.is_null() || value.is_string(),
            "status" => is_success(value),
            "itemTotal" => value.is_null() || number() == Some(0),
            // The provider does not document whether `itemStart` counts from 0 or from 1.
            "itemStart" => value.is_null() || number().is_some_and(|start| start <= 1),
            "itemLimit" => value.is_null() || number().is_some(),
            _ => false,
        }
    })
}

/// Reads a count, whether it is a number or a text.
fn number(value: &Value) -> Option<u64> {
    odd::number(value).map(Form::into_value)
}

/// Whether a `status` reports success. Only the status of an error is documented.
fn is_success(status: &Value) -> bool {
    match status {
        Value::Null | Value::Bool(true) => true,
        Value::String(text) => ["success", "ok", "result"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word)),
        other => other
            .as_u64()
            .is_some_and(|status| (200..300).contains(&status)),
    }
}

/// The names of an object's members.
struct Names {
    is_any_repeated: bool,
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Names, A::Error> {
                let mut names = BTreeSet::new();
                let mut is_any_repeated = false;
                while let Some((name, IgnoredAny)) = members.next_entry::<String, _>()? {
                    is_any_repeated |= !names.insert(name);
                }
                Ok(Names { is_any_repeated })
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("Nobody"),
            Self::Customers(customers) => f.debug_tuple("Customers").field(customers).finish(),
            Self::Unclear(response) => f.debug_tuple("Unclear").field(&Redacted(response)).finish(),
        }
    }
}
