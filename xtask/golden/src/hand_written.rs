//! The hand-written code for the parts that a description can't express: an odd response, a request with an additional
//! rule, and setters that keep two fields together.

use std::iter;

use customer_api_core::{
    error::{DecodeError, ValidationError},
    operation::{Operation, OperationInfo},
    request::{Encoder, Sensitive},
    response::{FromBody, ResponseBody},
};
use serde_json::Value;

use crate::{
    Nasty,
    generated::operations::{AddPart, ChangeThing, PlaceOrder as Request, ReadOddly},
};

/// The response of `OPTIONS /v1/ping`: any JSON, or nothing.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper around one value")]
pub struct Oddity(pub Value);

impl FromBody<ReadOddly> for Option<Oddity> {
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        Ok(body.optional_json()?.map(Oddity))
    }
}

/// Orders parts, at most a dozen of each.
#[derive(Clone, Debug)]
#[must_use = "an operation does nothing until a client sends it"]
pub struct PlaceOrder {
    parts: Vec<(i64, usize)>,
    request: Request,
}

impl PlaceOrder {
    /// Orders the given number of each part, for a buyer.
    pub fn new(parts: impl IntoIterator<Item = (i64, usize)>, buyer: &str) -> Self {
        let parts: Vec<_> = parts.into_iter().collect();
        let each = parts
            .iter()
            .flat_map(|(part, count)| iter::repeat_n(*part, *count));
        Self {
            request: Request::new(each).buyer(buyer),
            parts,
        }
    }
}

impl Operation for PlaceOrder {
    type Service = Nasty;
    type Output = ();
    const INFO: &'static OperationInfo = &Request::INFO;

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        if self.parts.iter().any(|(_, count)| *count > 12) {
            return Err(ValidationError::other("parts", "has more than a dozen"));
        }
        self.request.encode(request)
    }

    fn decode(body: &ResponseBody) -> Result<Self::Output, DecodeError> {
        Request::decode(body)
    }

    fn sensitive<'a>(&'a self, values: &mut Sensitive<'a>) {
        self.request.sensitive(values);
    }
}

impl AddPart {
    /// Links a channel: its name and the address in that channel, which belong together.
    pub fn link_channel(self, channel: impl Into<String>, address: impl Into<String>) -> Self {
        self.set_channel(channel).set_channel_address(address)
    }
}

impl ChangeThing {
    /// Sets the note, on one line, because the provider cuts a note off at a line break.
    pub fn note(self, note: &str) -> Self {
        self.set_note(note.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}
