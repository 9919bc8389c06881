//! What the description leaves to people: an odd answer, and setters that keep two fields together.

use crate::generated::operations::{AddPart, ChangeThing};

/// `OPTIONS /v1/ping` answers with whatever it likes.
pub(crate) mod read_oddly {
    use customer_api_core::{error::DecodeError, response::ResponseBody};

    /// Any JSON, or nothing.
    pub(crate) type Output = Option<serde_json::Value>;

    pub(crate) fn decode(body: &ResponseBody) -> Result<Output, DecodeError> {
        body.optional_json()
    }
}

impl AddPart {
    /// Links a channel: its name and the address there, which belong together.
    pub fn link_channel(self, channel: impl Into<String>, address: impl Into<String>) -> Self {
        self.set_channel(channel).set_channel_address(address)
    }
}

impl ChangeThing {
    /// Says why, on one line: the provider cuts a note off at a line break.
    pub fn note(self, note: &str) -> Self {
        self.set_note(note.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}
