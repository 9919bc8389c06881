use std::fmt;

use bytes::Bytes;
use http::HeaderValue;

use super::{Part, multipart};
use crate::error::ValidationError;

/// The body of a request. It is encoded once per call, and every attempt sends the same bytes.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// Encoded JSON, sent as `application/json`.
    Json(Vec<u8>),
    /// Encoded pairs, sent as `application/x-www-form-urlencoded`.
    Form(String),
    /// Parts, sent as `multipart/form-data` in this order.
    Multipart(Vec<Part>),
}

/// Shows the kind and the size of the body, not its contents.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Json(json) => write!(f, "Json({} bytes)", json.len()),
            Self::Form(form) => write!(f, "Form({} bytes)", form.len()),
            Self::Multipart(parts) => write!(f, "Multipart({} parts)", parts.len()),
        }
    }
}

impl Body {
    /// Checks that the body can be encoded so that it arrives unchanged.
    pub(super) fn check(&self) -> Result<(), ValidationError> {
        match self {
            Self::Multipart(parts) => multipart::check(parts),
            Self::Empty | Self::Json(_) | Self::Form(_) => Ok(()),
        }
    }

    /// Returns the content type and the bytes.
    pub(crate) fn encode(self) -> (Option<HeaderValue>, Bytes) {
        match self {
            Self::Empty => (None, Bytes::new()),
            Self::Json(json) => (
                Some(HeaderValue::from_static("application/json")),
                json.into(),
            ),
            Self::Form(form) => (
                Some(HeaderValue::from_static(
                    "application/x-www-form-urlencoded",
                )),
                form.into(),
            ),
            Self::Multipart(parts) => multipart::encode(&parts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_printed() {
        for body in [
            Body::Json(b"s3cret".to_vec()),
            Body::Form("s3cret=s3cret".into()),
            Body::Multipart(vec![Part::text("a", "s3cret")]),
        ] {
            assert!(!format!("{body:?}").contains("s3cret"));
        }
    }
}
