//! What the description can't say about a response.

/// Numbers may come as text, and a page without its list is no page.
pub(crate) mod list_customers {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    pub(crate) type Output = crate::CustomerPage;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        Output::decode(body)
    }
}

/// Single items of another controller come in an envelope. What is no customer is kept as it came.
pub(crate) mod get_customer {
    use customer_api_core::{
        error::DecodeError,
        response::{ResponseBody, UnreadableKind},
    };
    use serde_json::Value;

    use crate::{Customer, odd::Place};

    pub(crate) type Output = Customer;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        let response: Option<Value> = body.optional_json()?;
        from_response(response.unwrap_or_default(), body)
    }

    fn from_response(mut response: Value, body: &ResponseBody) -> Result<Customer, DecodeError> {
        if let Some(item @ Value::Object(_)) = response.get_mut("item") {
            return customer(item.take(), Place::at(body, "item"));
        }
        // A customer may have lists of its own.
        if !Customer::is_shape_of(&response) {
            for key in ["item", "items"] {
                if let Some(item) = response.get_mut(key).and_then(only) {
                    return customer(item, Place::at(body, key).element(0));
                }
            }
            if let Some(item) = only(&mut response) {
                return customer(item, Place::whole(body).element(0));
            }
            // What stands in the place of a customer is none.
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

    /// The only element of a list, if it is an object.
    fn only(list: &mut Value) -> Option<Value> {
        match list.as_array_mut()?.as_mut_slice() {
            [item @ Value::Object(_)] => Some(item.take()),
            _ => None,
        }
    }
}

/// A list, if a guide is right.
pub(crate) mod get_timeline {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    pub(crate) type Output = crate::Timeline;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        Output::decode(body)
    }
}

/// Any of several shapes.
pub(crate) mod search {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    pub(crate) type Output = crate::Found;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        Output::decode(body)
    }
}

pub(crate) use self::{search as search_by_channel_value, search as search_by_external_id};

/// A message, more, or nothing.
pub(crate) mod write {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    pub(crate) type Output = crate::WriteResult;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        Output::decode(body)
    }
}

#[cfg(feature = "undocumented")]
pub(crate) use self::{write as purge_customer_data_irreversibly, write as remove_channel};
pub(crate) use self::{
    write as add_channel, write as add_external_event, write as create_customer,
    write as create_customer_crud, write as delete_customer, write as rename_customer,
    write as sync_with_crm, write as update_customer, write as update_customer_by_external_id,
};
