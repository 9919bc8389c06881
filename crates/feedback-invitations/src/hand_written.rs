//! What the description can't say about a response.

/// Texts and integers alike, as they were written.
pub(crate) mod send_invitation {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    pub(crate) type Output = crate::InvitationReceipt;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        Output::decode(body)
    }
}
