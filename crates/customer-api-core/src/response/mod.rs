//! The result of a successful call, with its metadata.

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
pub(crate) use shape::read_shaped;

/// A value with its metadata: status, headers, attempts, the raw body.
///
/// [`Call::send`](crate::Call::send) returns only the value. [`Call::response`](crate::Call::response) returns this type.
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

    /// Returns the value.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Returns the value without its metadata.
    pub fn into_value(self) -> T {
        self.value
    }

    /// Returns the parts of the response that are not as documented, and how each was handled: converted values, omitted values, and
    /// records that a list omits. Empty for nearly all responses.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// Returns the value, and the parts of the response that are not as documented.
    pub fn into_parts(self) -> (T, Vec<Unreadable>) {
        (self.value, self.unreadable)
    }

    /// Returns the HTTP status.
    pub fn status(&self) -> u16 {
        self.meta.status.as_u16()
    }

    /// Returns the response headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.meta.headers
    }

    /// Returns the raw body. The body may contain personal data, so take care when you log it.
    pub fn body(&self) -> &[u8] {
        self.meta.body.bytes()
    }

    /// Returns how many times the request was passed to the transport.
    pub fn attempts(&self) -> u32 {
        self.meta.attempts
    }

    /// Returns how long the call took, with all its attempts and waits.
    pub fn elapsed(&self) -> Duration {
        self.meta.elapsed
    }

    /// Returns how long the successful attempt took, from sending the request to the end of the response.
    pub fn attempt_elapsed(&self) -> Duration {
        self.meta.attempt_elapsed
    }

    /// Returns the id by which the provider's support can find the call, if a header contains it: `x-request-id`, `x-trace-id` or
    /// `x-correlation-id`.
    pub fn request_id(&self) -> Option<&str> {
        ["x-request-id", "x-trace-id", "x-correlation-id"]
            .iter()
            .find_map(|name| self.header(name))
    }

    /// Returns the time at which the provider deprecated the operation, according to its `Deprecation` header (RFC 9745).
    pub fn deprecation(&self) -> Option<&str> {
        self.header("deprecation")
    }

    /// Returns the time at which the provider will remove the operation, according to its `Sunset` header (RFC 8594).
    pub fn sunset(&self) -> Option<&str> {
        self.header("sunset")
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.meta.headers.get(name)?.to_str().ok()
    }
}

/// Shows the value with its own `Debug`. Does not show the body or the headers.
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
