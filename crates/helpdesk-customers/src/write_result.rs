use std::fmt;

use customer_api_core::{
    error::DecodeError,
    generated::Redacted,
    response::{FromBody, ResponseBody},
};
use serde_json::Value;

use crate::odd::{self, Place};

/// The provider's response to a successful write.
///
/// Only some responses are documented, and none names the customer that was created. Any 2xx that does not report a failure
/// is a success, whatever its body. A body that is not JSON leaves `message` and `raw` empty.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteResult {
    /// The provider's message, such as `Customer updated.`: prose, not a code. Never branch on it.
    pub message: Option<String>,
    /// The response as it arrived; `null` if it has no body. It may contain personal data: think before logging it.
    pub raw: Value,
}

impl<O> FromBody<O> for WriteResult {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        let raw: Value = body.optional_json()?.unwrap_or_default();
        let message = Place::whole(body).member(&raw, "message", odd::text)?;
        Ok(Self { message, raw })
    }
}

impl fmt::Debug for WriteResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteResult")
            .field("message", &Redacted(&self.message))
            .field("raw", &Redacted(&self.raw))
            .finish()
    }
}
