use std::fmt;

use bytes::Bytes;
use http::HeaderValue;

use super::{Part, multipart};

/// The body of a request, as typed parts. Encoded once a call; every attempt sends the same bytes.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Body {
    /// No body.
    #[default]
    Empty,
    /// Encoded JSON, sent as `application/json`.
    Json(Vec<u8>),
    /// Pairs, sent as `application/x-www-form-urlencoded` in this order.
    Form(Vec<(String, String)>),
    /// Parts, sent as `multipart/form-data` in this order.
    Multipart(Vec<Part>),
}

/// Says what kind of body it is, and how large, but not what it holds.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Json(json) => write!(f, "Json({} bytes)", json.len()),
            Self::Form(pairs) => write!(f, "Form({} pairs)", pairs.len()),
            Self::Multipart(parts) => write!(f, "Multipart({} parts)", parts.len()),
        }
    }
}

impl Body {
    /// The content type and the bytes.
    pub(crate) fn encode(self) -> (Option<HeaderValue>, Bytes) {
        match self {
            Self::Empty => (None, Bytes::new()),
            Self::Json(json) => (
                Some(HeaderValue::from_static("application/json")),
                json.into(),
            ),
            Self::Form(pairs) => {
                let form = form_urlencoded::Serializer::new(String::new())
                    .extend_pairs(pairs)
                    .finish();
                (
                    Some(HeaderValue::from_static(
                        "application/x-www-form-urlencoded",
                    )),
                    form.into(),
                )
            }
            Self::Multipart(parts) => multipart::encode(&parts),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_form_is_written_as_forms_are() {
        let (content_type, body) = Body::Form(vec![
            ("a b".into(), "+64 & \"x\"=é\r\n".into()),
            ("c".into(), String::new()),
        ])
        .encode();
        assert_eq!(content_type.unwrap(), "application/x-www-form-urlencoded");
        assert_eq!(body, "a+b=%2B64+%26+%22x%22%3D%C3%A9%0D%0A&c=");
    }

    #[test]
    fn no_value_is_printed() {
        for body in [
            Body::Json(b"s3cret".to_vec()),
            Body::Form(vec![("s3cret".into(), "s3cret".into())]),
            Body::Multipart(vec![Part::text("a", "s3cret")]),
        ] {
            assert!(!format!("{body:?}").contains("s3cret"));
        }
    }

    proptest! {
        #[test]
        fn every_form_reads_back(pairs in prop::collection::vec((any::<String>(), any::<String>()), 1..6)) {
            let (_, body) = Body::Form(pairs.clone()).encode();
            let read: Vec<_> = form_urlencoded::parse(&body).into_owned().collect();
            prop_assert_eq!(read, pairs);
        }
    }
}
