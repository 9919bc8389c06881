//! `multipart/form-data`, as browsers write it (RFC 7578 and the HTML standard).

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
};

use bytes::Bytes;
use http::HeaderValue;

use crate::error::{Problem, ValidationError};

/// One part of a `multipart/form-data` body.
#[derive(Clone)]
pub struct Part {
    name: String,
    value: String,
}

impl Part {
    /// Creates a text part without a content type.
    #[must_use]
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Checks that every name can be written so that it arrives unchanged.
///
/// Browsers write a quotation mark and a line break as `%22`, `%0D` and `%0A`. Other programs write them with a backslash. A reader
/// decodes only one of the two escapes, or neither. Therefore a name that contains `"`, a line break, `\`, `%22`, `%0D` or `%0A` might
/// arrive as another name.
pub(super) fn check(parts: &[Part]) -> Result<(), ValidationError> {
    let escapes = ["%22", "%0d", "%0a"];
    for part in parts {
        let name = part.name.as_str();
        let refused = |problem| Err(ValidationError::new(name.to_owned(), problem));
        if name.is_empty() {
            return refused(Problem::Empty);
        }
        if name.contains(char::is_control) {
            return refused(Problem::ControlCharacter);
        }
        let lower = name.to_ascii_lowercase();
        if name.contains(['"', '\\']) || escapes.iter().any(|escape| lower.contains(escape)) {
            let reason = "must not contain `\"`, `\\`, `%22`, `%0D` or `%0A` in a multipart form, because it may arrive as another name";
            return refused(Problem::Other(reason.into()));
        }
    }
    Ok(())
}

/// Returns the content type, with its boundary, and the bytes. The names must be [checked](check).
pub(super) fn encode(parts: &[Part]) -> (Option<HeaderValue>, Bytes) {
    let boundary = boundary(parts);
    let size: usize = parts
        .iter()
        .map(|part| part.name.len() + part.value.len() + boundary.len() + 64)
        .sum();
    let mut body = String::with_capacity(size + boundary.len() + 8);
    for part in parts {
        for piece in [
            "--",
            &boundary,
            "\r\nContent-Disposition: form-data; name=\"",
            &part.name,
            "\"\r\n\r\n",
        ] {
            body.push_str(piece);
        }
        body.push_str(&part.value);
        body.push_str("\r\n");
    }
    for piece in ["--", &boundary, "--\r\n"] {
        body.push_str(piece);
    }
    (
        HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}")).ok(),
        body.into(),
    )
}

/// Returns a boundary that no part contains. The first candidate is almost certainly valid, so the body is searched once.
fn boundary(parts: &[Part]) -> String {
    loop {
        let candidate = format!("{:016x}{:016x}", random(), random());
        if parts
            .iter()
            .all(|part| !part.value.contains(&candidate) && !part.name.contains(&candidate))
        {
            return candidate;
        }
    }
}

/// Returns a number that is random enough for a boundary: the keys of the standard library's hasher come from the system.
fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    /// Reads a body back with an independent parser.
    fn read(content_type: &HeaderValue, body: Bytes) -> Vec<(String, String)> {
        let boundary = multer::parse_boundary(content_type.to_str().unwrap()).unwrap();
        let stream = tokio_stream(body);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut multipart = multer::Multipart::new(stream, boundary);
            let mut parts = Vec::new();
            while let Some(field) = multipart.next_field().await.unwrap() {
                parts.push((
                    field.name().unwrap().to_owned(),
                    String::from_utf8(field.bytes().await.unwrap().into()).unwrap(),
                ));
            }
            parts
        })
    }

    fn tokio_stream(
        body: Bytes,
    ) -> impl futures_core::Stream<Item = Result<Bytes, Infallible>> + Send + 'static {
        struct Once(Option<Bytes>);
        impl futures_core::Stream for Once {
            type Item = Result<Bytes, Infallible>;
            fn poll_next(
                mut self: std::pin::Pin<&mut Self>,
                _: &mut std::task::Context<'_>,
            ) -> std::task::Poll<Option<Self::Item>> {
                std::task::Poll::Ready(self.0.take().map(Ok))
            }
        }
        Once(Some(body))
    }

    #[test]
    fn writes_the_bytes_that_browsers_write() {
        let (content_type, body) =
            encode(&[Part::text("na me%ü", "va\"lue\r\n--é"), Part::text("b", "")]);
        let content_type = content_type.unwrap();
        let boundary = content_type
            .to_str()
            .unwrap()
            .strip_prefix("multipart/form-data; boundary=")
            .unwrap()
            .to_owned();
        assert_eq!(
            body,
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"na me%ü\"\r\n\r\nva\"lue\r\n--é\r\n\
                 --{boundary}\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n\r\n--{boundary}--\r\n"
            )
        );
    }

    #[test]
    fn a_name_that_might_arrive_as_another_is_refused() {
        for (name, problem) in [
            ("", Problem::Empty),
            ("a\rb", Problem::ControlCharacter),
            ("a\nb", Problem::ControlCharacter),
            ("a\0b", Problem::ControlCharacter),
        ] {
            let error = check(&[Part::text("fine", ""), Part::text(name, "x")]).unwrap_err();
            assert_eq!((error.field(), error.problem()), (name, &problem));
        }
        for name in ["a\"b", "a%22b", "a%0Db", "a%0db", "a%0Ab", "a\\b", "a\\"] {
            let error = check(&[Part::text(name, "x")]).unwrap_err();
            assert_eq!(error.field(), name);
            assert!(matches!(error.problem(), Problem::Other(_)), "{error}");
        }
        for name in ["a b", "a%b", "100%", "größe & co", "a[0].b;c='d'"] {
            assert_eq!(check(&[Part::text(name, "x")]), Ok(()));
        }
    }

    proptest! {
        #[test]
        fn every_value_reads_back(
            values in prop::collection::vec(("\\PC{1,12}", any::<String>()), 1..6),
        ) {
            let parts: Vec<_> = values.iter().map(|(name, value)| Part::text(name, value)).collect();
            prop_assume!(check(&parts).is_ok());
            let (content_type, body) = encode(&parts);
            prop_assert_eq!(read(&content_type.unwrap(), body), values);
        }
    }
}
