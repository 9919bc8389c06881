//! Bodies as independent parsers read them.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;

/// Reads a body according to its content type.
pub(crate) async fn read(content_type: Option<&str>, body: Bytes) -> Vec<(String, String)> {
    match content_type {
        None => Vec::new(),
        Some("application/x-www-form-urlencoded") => {
            form_urlencoded::parse(&body).into_owned().collect()
        }
        Some(multipart) => read_multipart(multipart, body).await,
    }
}

/// The parts of a multipart body: names and values.
async fn read_multipart(content_type: &str, body: Bytes) -> Vec<(String, String)> {
    let boundary = multer::parse_boundary(content_type).unwrap();
    let mut multipart = multer::Multipart::new(Once(Some(body)), boundary);
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await.unwrap() {
        assert_eq!((field.file_name(), field.content_type()), (None, None));
        let name = field.name().unwrap().to_owned();
        let value = field.bytes().await.unwrap();
        parts.push((name, String::from_utf8(value.into()).unwrap()));
    }
    parts
}

/// A stream of one piece.
struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}
