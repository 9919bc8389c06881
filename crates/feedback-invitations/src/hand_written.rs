//! What the description can't say about an answer.

/// Nothing but the token is needed to go on, so nothing else is allowed to get in the way: a member that can't be read is as if it
/// were not there.
pub(crate) mod log_in {
    use std::collections::BTreeMap;

    use customer_api_core::{error::DecodeError, response::ResponseBody};
    use serde_json::value::RawValue;

    pub(crate) type Output = crate::AccessToken;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        let members: BTreeMap<String, Box<RawValue>> = body.object()?;
        let text = |name| text(members.get(name)?);
        Ok(Output {
            token: text("token").ok_or_else(|| DecodeError::shape("token"))?,
            expiration: members.get("expiration").and_then(|value| number(value)),
            user_name: text("userName"),
        })
    }

    fn text(value: &RawValue) -> Option<String> {
        serde_json::from_str(value.get()).ok()
    }

    /// A number, or a text that spells one.
    fn number(value: &RawValue) -> Option<f64> {
        let json = value.get();
        serde_json::from_str(json)
            .or_else(|_| serde_json::from_str(&text(value).unwrap_or_default()))
            .ok()
    }
}

/// Texts and integers alike, as they were written.
pub(crate) mod send_invitation {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    pub(crate) type Output = crate::InvitationReceipt;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        Output::decode(body)
    }
}
