//! A provider with one read.

use customer_api_core::{
    Operation, Service,
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    request::Encoder,
    response::ResponseBody,
};

#[derive(Debug)]
pub(crate) struct Shop;

impl Service for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }

    fn user_agent(&self) -> &'static str {
        "shop/1.0"
    }
}

/// Returns a number.
pub(crate) struct Count;

impl Operation for Count {
    type Service = Shop;
    type Output = u64;
    const INFO: &'static OperationInfo = &OperationInfo::new("count", Method::Get, "/count");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<u64, DecodeError> {
        body.json()
    }
}
