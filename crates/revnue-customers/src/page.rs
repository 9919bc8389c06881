use std::fmt;

use customer_api_core::{
    error::DecodeError,
    generated::Redacted,
    response::{FromBody, Member, Record, ResponseBody, Shaped, shaped},
};
use serde::Deserialize;

use crate::Customer;

/// The customers of one response of [`ListCustomers`](crate::ListCustomers).
///
/// The page can be the whole list only if [`next`](Self::next) is `None`. To read the whole list, use
/// [`Client::customers`](crate::Client::customers). The list from that method also checks the count and the headers, and ends with an
/// error if the list is known to be incomplete.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CustomerPage {
    /// The customers, except those that can't be read. [`Response::unreadable`](crate::Response::unreadable) reports those.
    pub customers: Vec<Customer>,
    /// The link to the next page, if the response is an envelope that names one. The link is not checked.
    pub next: Option<String>,
    /// The total number of customers, if the response is an envelope that states it.
    pub count: Option<u64>,
}

/// A list with its link to the next page and its total.
#[derive(Deserialize)]
struct Envelope {
    #[serde(deserialize_with = "shaped")]
    results: Vec<Customer>,
    #[serde(default)]
    next: Option<String>,
    #[serde(default)]
    count: Option<u64>,
}

impl Record for Envelope {
    const MEMBERS: &'static [Member] = &[
        Member::strict("results", Vec::<Customer>::SHAPE),
        Member::strict("next", Option::<String>::SHAPE),
        Member::strict("count", Option::<u64>::SHAPE),
    ];
}

impl<O> FromBody<O> for CustomerPage {
    /// Reads an array or an envelope with `results`. Anything else is an error, and never an empty list.
    fn from_body(body: &ResponseBody) -> Result<Self, DecodeError> {
        let text = body.bytes().trim_ascii_start();
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        if text.trim_ascii_start().starts_with(b"[") {
            return Ok(Self {
                customers: body.read()?,
                next: None,
                count: None,
            });
        }
        let envelope: Envelope = body.read()?;
        Ok(Self {
            customers: envelope.results,
            // An empty link counts as no link, like `null`.
            next: envelope.next.filter(|next| !next.is_empty()),
            count: envelope.count,
        })
    }
}

impl fmt::Debug for CustomerPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomerPage")
            .field("customers", &self.customers)
            .field("next", &Redacted(&self.next))
            .field("count", &self.count)
            .finish()
    }
}
