use customer_api_core::{
    error::DecodeError,
    response::{FromBody, ResponseBody},
};
use serde_json::Value;

use crate::{
    Customer,
    odd::{self, Form, Place},
};

/// One page of customers, as [`ListCustomers`](crate::ListCustomers) answers it.
///
/// The numbers are documented; each may be missing all the same, and may come as text. A value from which no number can be had is an
/// error, and so is a page without its list; `null` is an empty one where the total is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomerPage {
    /// What the provider calls `type`. What it says of a list is not documented.
    pub type_: Option<String>,
    /// How many customers come before this page.
    pub item_start: Option<u64>,
    /// How many customers there are in all.
    pub item_total: Option<u64>,
    /// The most customers that a page has.
    pub item_limit: Option<u64>,
    /// The customers. What is no object is left out, and [`Response::unreadable`](crate::Response::unreadable) tells of it.
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
            // A back end may print an empty list so.
            Some(Value::Null) if item_total == Some(0) => Vec::new(),
            // A page without its list is no empty page.
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

/// What tells of the list is not guessed: a value that makes no sense is an error. One that is missing or `null` says nothing.
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
