//! How an operation becomes a request: validated and encoded once, so that every attempt sends the same bytes.

mod body;
mod dynamic;
mod encoder;
mod multipart;
mod presence;
mod text_rule;

use std::fmt;

use http::header::{
    CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderName, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};

pub use body::Body;
pub use dynamic::{NumberedPairs, PrefixedFields};
pub use encoder::Encoder;
pub(crate) use encoder::Prepared;
pub use multipart::Part;
pub use text_rule::TextRule;

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The text as one path segment, or one name or value of a query.
pub(crate) fn percent_encoded(text: &str) -> PercentEncode<'_> {
    utf8_percent_encode(text, RESERVED)
}

/// Whether a header is the transport's own: it frames the message, or names its receiver.
pub(crate) fn is_transports(header: &HeaderName) -> bool {
    [
        CONNECTION,
        CONTENT_LENGTH,
        EXPECT,
        HOST,
        TE,
        TRAILER,
        TRANSFER_ENCODING,
        UPGRADE,
    ]
    .contains(header)
        || header.as_str() == "keep-alive"
        || header.as_str() == "proxy-connection"
}

/// The values of a request that must not show up in an error: secrets and personal data.
///
/// See [`Operation::sensitive`](crate::Operation::sensitive).
#[derive(Default)]
pub struct Sensitive<'a> {
    values: Vec<&'a str>,
}

impl<'a> Sensitive<'a> {
    /// Adds a value.
    pub fn text(&mut self, value: &'a str) {
        self.values.push(value);
    }

    /// Adds a value that may be absent.
    pub fn optional(&mut self, value: Option<&'a str>) {
        self.values.extend(value);
    }

    pub(crate) fn into_values(self) -> Vec<&'a str> {
        self.values
    }
}

impl fmt::Debug for Sensitive<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sensitive({} values)", self.values.len())
    }
}
