//! Reads `multipart/form-data`. The clients of this project write that format with another library.
//! Therefore one bug in a library can't affect both sides.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::Stream;
use multer::{Field, Multipart};

use super::Rejection;
use crate::parameters::Parameters;

/// Returns the fields of a complete body.
pub(super) fn read(content_type: &str, body: &[u8]) -> Result<Parameters, Rejection> {
    let boundary = multer::parse_boundary(content_type).map_err(|_| Rejection::MalformedBody)?;
    let whole = Whole(Some(Bytes::copy_from_slice(body)));
    let reading = pin!(fields(Multipart::new(whole, boundary)));
    // The body is complete, so there is nothing to wait for.
    match reading.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Some(fields)) => Ok(fields),
        Poll::Ready(None) | Poll::Pending => Err(Rejection::MalformedBody),
    }
}

async fn fields(mut multipart: Multipart<'_>) -> Option<Parameters> {
    let mut fields = Parameters::default();
    while let Some(field) = multipart.next_field().await.ok()? {
        if !is_text(&field) {
            return None;
        }
        let name = unescape(field.name()?);
        let value = String::from_utf8(field.bytes().await.ok()?.into()).ok()?;
        fields.push(name, value);
    }
    Some(fields)
}

/// Whether a part is a plain text. The providers do not accept a file, or a part of another type,
/// as a field.
fn is_text(field: &Field<'_>) -> bool {
    let disposition = field.headers().get("content-disposition");
    let disposition = disposition.and_then(|value| value.as_bytes().split(|b| *b == b';').next());
    let form_data =
        disposition.is_some_and(|kind| kind.trim_ascii().eq_ignore_ascii_case(b"form-data"));
    let plain = field
        .content_type()
        .is_none_or(|kind| kind.essence_str() == "text/plain");
    form_data && plain && field.file_name().is_none()
}

/// Decodes the three escapes that the HTML standard defines for names.
fn unescape(name: &str) -> String {
    name.replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

/// A stream of one item, which is ready immediately.
struct Whole(Option<Bytes>);

impl Stream for Whole {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=xx";

    fn part(headers: &str, value: &str) -> String {
        format!("--xx\r\nContent-Disposition: {headers}\r\n\r\n{value}\r\n")
    }

    #[test]
    fn text_parts_are_fields() {
        let body = [
            part("form-data; name=\"a\"", "one\r\n--x"),
            part("form-data; name=\"b%22%0D%0A ü\"", "+ & ="),
            part(
                "form-data; name=\"a\"\r\nContent-Type: text/plain; charset=utf-8",
                "",
            ),
            "--xx--\r\n".to_owned(),
        ];
        let fields = read(TYPE, body.concat().as_bytes()).unwrap();
        let expected = [("a", "one\r\n--x"), ("b\"\r\n ü", "+ & ="), ("a", "")];
        assert_eq!(fields, Parameters::of(&expected));
    }

    #[test]
    fn everything_else_is_malformed() {
        let end = "--xx--\r\n";
        let a = part("form-data; name=\"a\"", "1");
        let bodies = [
            String::new(),
            a.clone(),
            "{\"a\":1}".to_owned(),
            part("form-data", "1") + end,
            part("attachment; name=\"a\"", "1") + end,
            part("form-data; name=\"a\"; filename=\"f\"", "1") + end,
            part(
                "form-data; name=\"a\"\r\nContent-Type: application/json",
                "1",
            ) + end,
        ];
        for body in bodies {
            let read = read(TYPE, body.as_bytes());
            assert!(matches!(read, Err(Rejection::MalformedBody)), "{body}");
        }
        let other = (a + end).replace("xx", "yy");
        assert!(read(TYPE, other.as_bytes()).is_err());
        assert!(read("multipart/form-data", b"--xx--\r\n").is_err());
    }
}
