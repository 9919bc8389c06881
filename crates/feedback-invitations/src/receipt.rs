use customer_api_core::{
    error::DecodeError,
    response::{FromBody, ResponseBody},
};
use serde::{Deserialize, Serialize};

use crate::response::Response;

/// What Customer Radar answers to an invitation that it accepted.
///
/// Accepted is not delivered: the send rules of the account may still delay the message, or hold it back for good, and no response
/// tells (inferred from <https://customerradar.zendesk.com/hc/en-us/articles/10709138320527-Send-Rules>).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InvitationReceipt {
    /// The `data` of the response, as it was written, whether as a text or as a number.
    ///
    /// Its meaning is not documented, and a batch has one only: it is something to quote to the provider's support, not the id of
    /// a message. Nothing, if the response has none.
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
