//! What the description can't say about an answer.

/// Numbers may come as text, and a page without its list is no page.
pub(crate) mod list_customers {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    pub(crate) type Output = crate::CustomerPage;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        Output::decode(body)
    }
}

/// Single items of another controller come in an envelope.
pub(crate) mod get_customer {
    use customer_api_core::{error::DecodeError, response::ResponseBody};
    use serde_json::Value;

    pub(crate) type Output = crate::Customer;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        let mut answer: Value = body.json()?;
        if let Some(item @ Value::Object(_)) = answer.get_mut("item") {
            return Ok(item.take().into());
        }
        if answer.is_object() {
            Ok(answer.into())
        } else {
            Err(DecodeError::shape(""))
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
