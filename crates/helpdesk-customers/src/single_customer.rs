//! Reads the response to a request for one customer: bare or in an envelope. A response that is not a customer is kept as it arrived.

use customer_api_core::{
    error::DecodeError,
    response::{FromBody, ResponseBody, UnreadableKind},
};
use serde_json::Value;

use crate::{Customer, GetCustomer, odd::Place};

impl FromBody<GetCustomer> for Customer {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        let response: Option<Value> = body.optional_json()?;
        from_response(response.unwrap_or_default(), body)
    }
}

fn from_response(mut response: Value, body: &ResponseBody) -> Result<Customer, DecodeError> {
    if let Some(item @ Value::Object(_)) = response.get_mut("item") {
        return customer(item.take(), Place::at(body, "item"));
    }
    // A customer's own fields may be called `item` or `items`.
    if !Customer::is_shape_of(&response) {
        for key in ["item", "items"] {
            if let Some(item) = response.get_mut(key).and_then(only) {
                return customer(item, Place::at(body, key).element(0));
            }
        }
        if let Some(item) = only(&mut response) {
            return customer(item, Place::whole(body).element(0));
        }
        // Neither `item` nor `items` contains exactly one customer, so their values are reported.
        for key in ["item", "items"] {
            if let Some(value) = response.get(key).filter(|value| !value.is_null()) {
                Place::at(body, key).report(UnreadableKind::TakenOut, value)?;
            }
        }
    }
    customer(response, Place::whole(body))
}

fn customer(response: Value, place: Place<'_>) -> Result<Customer, DecodeError> {
    if Customer::is_result(&response) {
        return Ok(Customer::unread(response));
    }
    if !response.is_object() && !response.is_null() {
        place.report(UnreadableKind::TakenOut, &response)?;
    }
    place.customer(response)
}

/// Returns the only element of a list, if it is an object.
fn only(list: &mut Value) -> Option<Value> {
    match list.as_array_mut()?.as_mut_slice() {
        [item @ Value::Object(_)] => Some(item.take()),
        _ => None,
    }
}
