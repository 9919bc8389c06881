use customer_api_core::{
    error::DecodeError,
    response::{FromBody, ResponseBody},
};
use serde_json::Value;

use crate::{
    Customer,
    odd::{self, Form, Place},
};

/// One page of customers, the response of [`ListCustomers`](crate::ListCustomers).
///
/// The numbers are documented. Nevertheless each number may be missing, or be a string. A value that can't be read as a number is an
/// error. A page without its list is an error, too. `null` is an empty list if the total is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomerPage {
    /// The provider's `type`. Its meaning for a list is not documented.
    pub type_: Option<String>,
    /// How many customers come before this page.
    pub item_start: Option<u64>,
    /// How many customers there are in all.
    pub item_total: Option<u64>,
    /// The maximum number of customers on a page.
    pub item_limit: Option<u64>,
    /// The customers. An element that is not an object is omitted, and [`Response::unreadable`](crate::Response::unreadable) reports it.
    pub items: Vec<Customer>,
}

impl<O> FromBody<O> for CustomerPage {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        let mut response: Value = body.json()?;
        let items = response.get_mut("items").map(Value::take);
        let count = |key| strict(&response, key, odd::number, body);
        let item_total = count("itemTotal")?;
        let items = match items {
            Some(Value::Array(items)) => items,
            // A back end may write an empty list as `null`.
            Some(Value::Null) if item_total == Some(0) => Vec::new(),
            // A page without its list is not an empty page.
            _ => return Err(DecodeError::shape("items")),
        };
        Ok(Self {
            type_: strict(&response, "type", only_text, body)?,
            item_start: count("itemStart")?,
            item_total,
            item_limit: count("itemLimit")?,
            items: Place::at(body, "items").customers(items)?,
        })
    }
}

/// Reads a member that describes the list, without guessing: a value that can't be read is an error. A missing or `null` value is `None`.
fn strict<T>(
    response: &Value,
    key: &str,
    read: fn(&Value) -> Option<Form<T>>,
    body: &ResponseBody,
) -> Result<Option<T>, DecodeError> {
    let value = response.get(key).filter(|value| !value.is_null());
    if value.is_some_and(|value| read(value).is_none()) {
        return Err(DecodeError::shape(key));
    }
    Place::whole(body).member(response, key, read)
}

fn only_text(value: &Value) -> Option<Form<String>> {
    value.as_str().map(|text| Form::Documented(text.to_owned()))
}
