use std::fmt;

use customer_api_core::{error::DecodeError, redact::Redacted, response::ResponseBody};
use serde_json::Value;

use crate::{
    Customer,
    odd::{self, Place},
};

/// What a search found.
///
/// The vendor documents no answer, neither of a customer that is found nor of one that is not. So every shape that its other
/// answers have is understood: an envelope with `items` or with `item`, a list, a customer. Nothing but an empty list means
/// that there is nobody; whatever else can't be read, and a result with a message, is [`Unclear`](Self::Unclear), and nothing
/// follows from it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// An empty list.
    Nobody,
    /// These customers, one at least. Nothing promises that it is one at most, or that they match exactly.
    Customers(Vec<Customer>),
    /// Anything else, as it came; `null` stands for an answer without a body as well.
    Unclear(Value),
}

impl Found {
    /// The customers; none if there is nobody, or the answer is unclear.
    #[must_use]
    pub fn customers(&self) -> &[Customer] {
        match self {
            Self::Customers(customers) => customers,
            Self::Nobody | Self::Unclear(_) => &[],
        }
    }

    /// Whether the answer says that there is nobody.
    #[must_use]
    pub fn is_nobody(&self) -> bool {
        matches!(self, Self::Nobody)
    }

    pub(crate) fn decode(body: &ResponseBody) -> Result<Self, DecodeError> {
        let answer: Option<Value> = body.optional_json()?;
        Self::from_answer(answer.unwrap_or_default(), body)
    }

    fn from_answer(mut answer: Value, body: &ResponseBody) -> Result<Self, DecodeError> {
        if let Value::Array(items) = answer {
            return Self::from_list(items, Place::whole(body));
        }
        // An empty list that has a total says two things at once, and nobody knows what a total says that is no number.
        let total = answer.get("itemTotal").filter(|total| !total.is_null());
        let has_none = total
            .is_none_or(|total| odd::number(total).is_some_and(|total| total.into_value() == 0));
        match answer.get_mut("items") {
            Some(Value::Array(items)) if !items.is_empty() || has_none => {
                return Self::from_list(std::mem::take(items), Place::at(body, "items"));
            }
            _ => {}
        }
        match answer.get_mut("item") {
            Some(item @ Value::Object(_)) if !Customer::is_result(item) => {
                let customer = Place::at(body, "item").customer(item.take())?;
                return Ok(Self::Customers(vec![customer]));
            }
            // What is said to the call stands in the place of a customer.
            Some(Value::Object(_)) => return Ok(Self::Unclear(answer)),
            _ => {}
        }
        if Customer::is_shape_of(&answer) && !Customer::is_result(&answer) {
            let customer = Place::whole(body).customer(answer)?;
            return Ok(Self::Customers(vec![customer]));
        }
        Ok(Self::Unclear(answer))
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

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("Nobody"),
            Self::Customers(customers) => f.debug_tuple("Customers").field(customers).finish(),
            Self::Unclear(answer) => f.debug_tuple("Unclear").field(&Redacted(answer)).finish(),
        }
    }
}
