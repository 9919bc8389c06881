//! What a successful call gives, and what came with it.

mod body;
mod canonical;
mod foreign;
mod from_body;
mod json_path;
mod repair;
mod shape;
mod text;
mod unreadable;

use std::{fmt, time::Duration};

use http::{HeaderMap, StatusCode};

pub use self::{
    body::ResponseBody,
    from_body::FromBody,
    shape::{Member, Record, Shape, Shaped, shaped},
    unreadable::{Unreadable, UnreadableKind},
};

/// A value with what came along: status, headers, attempts, the raw body.
///
/// [`Call::send`](crate::Call::send) gives the value alone; [`Call::response`](crate::Call::response) gives this.
pub struct Response<T> {
    value: T,
    unreadable: Vec<Unreadable>,
    meta: Metadata,
}

pub(crate) struct Metadata {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ResponseBody,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
    pub(crate) attempt_elapsed: Duration,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, mut meta: Metadata) -> Self {
        Self {
            value,
            unreadable: meta.body.take_reports(),
            meta,
        }
    }

    /// The value.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// The value, without what came along.
    pub fn into_value(self) -> T {
        self.value
    }

    /// What in the response is not as documented, and what became of it: values that were taken in another form, values that were
    /// left out, and records without which a list goes on. Empty for nearly all responses.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// The value, and what in the response is not as documented.
    pub fn into_parts(self) -> (T, Vec<Unreadable>) {
        (self.value, self.unreadable)
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.meta.status.as_u16()
    }

    /// The response headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.meta.headers
    }

    /// The raw body. It may hold personal data: think before logging it.
    pub fn body(&self) -> &[u8] {
        self.meta.body.bytes()
    }

    /// How many times the request was handed to the transport.
    pub fn attempts(&self) -> u32 {
        self.meta.attempts
    }

    /// How long the call took, with all its attempts and waits.
    pub fn elapsed(&self) -> Duration {
        self.meta.elapsed
    }

    /// How long the attempt took that succeeded, from sending the request to the end of the response.
    pub fn attempt_elapsed(&self) -> Duration {
        self.meta.attempt_elapsed
    }

    /// What identifies the call to the provider's support, if a header says so: `x-request-id`, `x-trace-id` or
    /// `x-correlation-id`.
    pub fn request_id(&self) -> Option<&str> {
        ["x-request-id", "x-trace-id", "x-correlation-id"]
            .iter()
            .find_map(|name| self.header(name))
    }

    /// When the provider deprecated the operation, as its `Deprecation` header (RFC 9745) says.
    pub fn deprecation(&self) -> Option<&str> {
        self.header("deprecation")
    }

    /// When the provider will remove the operation, as its `Sunset` header (RFC 8594) says.
    pub fn sunset(&self) -> Option<&str> {
        self.header("sunset")
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.meta.headers.get(name)?.to_str().ok()
    }
}

/// Shows the value by its own `Debug`, and neither body nor headers.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("unreadable", &self.unreadable)
            .field("status", &self.status())
            .field("attempts", &self.meta.attempts)
            .field("elapsed", &self.meta.elapsed)
            .finish_non_exhaustive()
    }
}
