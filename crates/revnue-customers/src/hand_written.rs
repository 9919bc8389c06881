//! What the description can't say about a response.

/// A list, or an envelope around one.
pub(crate) mod list_customers {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    pub(crate) type Output = crate::CustomerPage;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        Output::decode(body)
    }
}

/// Custom fields keep their digits.
pub(crate) mod get_customer {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    pub(crate) type Output = crate::Customer;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        body.read()
    }
}

/// A customer in one form or another, or nothing.
pub(crate) mod write {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    pub(crate) type Output = Option<crate::WrittenCustomer>;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        crate::WrittenCustomer::decode(body)
    }
}

#[cfg(feature = "undocumented")]
pub(crate) use self::write as create_customer;
pub(crate) use self::{write as replace_customer, write as update_customer};
