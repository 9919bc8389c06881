use customer_api_core::{
    error::DecodeError,
    response::{FromBody, ResponseBody},
};
use serde::{Deserialize, Serialize};

use crate::response::Response;

/// Customer Radar's response to an invitation that it accepted.
///
/// An accepted invitation is not a delivered message. The send rules of the account may still delay the message or hold it back
/// permanently, and no response shows whether they did (inferred from
/// <https://customerradar.zendesk.com/hc/en-us/articles/10709138320527-Send-Rules>).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InvitationReceipt {
    /// The `data` of the response as it was written, a string or a number. `None` if the response has no such `data`.
    ///
    /// The meaning of the reference is not documented, and a whole batch has one reference. Quote it to the provider's support. It is not
    /// the id of a message.
    #[serde(default)]
    pub reference: Option<String>,
}

impl<O> FromBody<O> for InvitationReceipt {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        let response = Response::decode(body)?;
        let (reference, odd) = response.data();
        if let Some(odd) = odd {
            body.report(odd)?;
        }
        Ok(Self { reference })
    }
}
