//! `multipart/form-data`, as browsers write it (RFC 7578 and the HTML standard).

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
};

use bytes::Bytes;
use http::HeaderValue;

/// One part of a `multipart/form-data` body.
#[derive(Clone)]
pub struct Part {
    name: String,
    value: String,
}

impl Part {
    /// A text part, without a content type of its own.
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

/// The content type, with its boundary, and the bytes.
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
            &escaped(&part.name),
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

/// A boundary that no part holds. The first try is almost certainly good, so the body is searched once.
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

/// Random enough for a boundary: the keys of the standard library's hasher come from the system.
fn random() -> u64 {
    RandomState::new().hash_one(0_u8)
}

/// The HTML standard's escapes for a name; everything else is sent as UTF-8.
fn escaped(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
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
        let (content_type, body) = encode(&[
            Part::text("na\"me\r\nü", "va\"lue\r\n--é"),
            Part::text("b", ""),
        ]);
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
                "--{boundary}\r\nContent-Disposition: form-data; name=\"na%22me%0D%0Aü\"\r\n\r\nva\"lue\r\n--é\r\n\
                 --{boundary}\r\nContent-Disposition: form-data; name=\"b\"\r\n\r\n\r\n--{boundary}--\r\n"
            )
        );
    }

    proptest! {
        #[test]
        fn every_value_reads_back(
            values in prop::collection::vec(("[a-zA-Z0-9_ äöüß-]{1,12}", any::<String>()), 1..6),
        ) {
            let parts: Vec<_> = values.iter().map(|(name, value)| Part::text(name, value)).collect();
            let (content_type, body) = encode(&parts);
            prop_assert_eq!(read(&content_type.unwrap(), body), values);
        }
    }
}
