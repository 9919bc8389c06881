use std::fmt;

use customer_api_core::{
    error::DecodeError,
    response::{FromBody, ResponseBody},
};
use serde_json::Value;

/// A customer's timeline.
///
/// A guide states that the response is a list. The form of its entries is not documented. In the timelines of tickets, ids are numbers in
/// one entry and strings in the next, and times have no time zone. Expect such entries here, too.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeline {
    /// The response as it arrived; `null` if it has no body. It contains personal data: think before logging it.
    pub raw: Value,
}

impl Timeline {
    /// Returns the entries. `None` if the response is neither a list nor an envelope with `items`.
    #[must_use]
    pub fn entries(&self) -> Option<&[Value]> {
        let list = self.raw.as_array();
        let items = || self.raw.get("items").and_then(Value::as_array);
        list.or_else(items).map(Vec::as_slice)
    }
}

impl<O> FromBody<O> for Timeline {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        let raw: Option<Value> = body.optional_json()?;
        Ok(Self {
            raw: raw.unwrap_or_default(),
        })
    }
}

impl fmt::Debug for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeline")
            .field("entries", &self.entries().map(<[Value]>::len))
            .finish_non_exhaustive()
    }
}
