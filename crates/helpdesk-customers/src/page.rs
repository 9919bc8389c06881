use customer_api_core::{error::DecodeError, response::ResponseBody};
use serde_json::Value;

use crate::{Customer, customer::number};

/// One page of customers, as [`ListCustomers`](crate::ListCustomers) answers it.
///
/// The numbers are documented; each may be missing all the same, and may come as text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomerPage {
    /// What the vendor calls `type`. What it says of a list is not documented.
    pub type_: Option<String>,
    /// How many customers come before this page.
    pub item_start: Option<u64>,
    /// How many customers there are in all.
    pub item_total: Option<u64>,
    /// The most customers that a page has.
    pub item_limit: Option<u64>,
    /// The customers.
    pub items: Vec<Customer>,
}

impl CustomerPage {
    pub(crate) fn decode(body: &ResponseBody) -> Result<Self, DecodeError> {
        let mut answer: Value = body.json()?;
        let items = match answer.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => items,
            // A page without its list is no empty page.
            _ => return Err(DecodeError::shape("items")),
        };
        let count = |key| answer.get(key).and_then(number);
        Ok(Self {
            type_: answer
                .get("type")
                .and_then(Value::as_str)
                .map(str::to_owned),
            item_start: count("itemStart"),
            item_total: count("itemTotal"),
            item_limit: count("itemLimit"),
            items: items.into_iter().map(Customer::from).collect(),
        })
    }
}
