//! Whether the body of a 2xx can be the provider's own.
//!
//! A gateway's sign-in page also has the status 200. A response with such a page must not count as a success, not even for an operation
//! whose result depends only on the status.

use std::str;

use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use serde::de::IgnoredAny;

use super::text::marked;

/// The longest text that can mean "done", in bytes. Providers write a word or a sentence. Pages are longer.
const LONGEST_TEXT: usize = 256;

/// Describes a body that can't be the provider's own, for an error's text. `None` for a body that can be the provider's own.
///
/// An empty body, JSON or the beginning of JSON counts as the provider's own, whatever the headers state. A short, printable text counts as
/// the provider's own unless it begins with `<` or the headers name an encoding. Any other body counts as foreign.
pub(super) fn foreign(body: &[u8], text: &[u8], headers: &HeaderMap) -> Option<String> {
    if text.is_empty() || is_json(text) {
        return None;
    }
    let what = match encoding(headers).or_else(|| magic(body)) {
        Some(encoding) => format!("it is encoded as {encoding}, which the request did not ask for"),
        None if is_wide(body) => "it is in UTF-16 or UTF-32".to_owned(),
        None if text.starts_with(b"<") => "it is a page of HTML or XML".to_owned(),
        None if text.len() <= LONGEST_TEXT && is_printable(text) => return None,
        None => "it is neither JSON nor a short text".to_owned(),
    };
    Some(declared_as(what, media_type(headers)))
}

/// Describes a body that is a page for a browser. `None` for every other body, XML included.
pub(super) fn page(text: &[u8], headers: &HeaderMap) -> Option<String> {
    let begins = |with: &[u8]| {
        let begin = text.get(..with.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(with))
    };
    let declared = media_type(headers);
    let is_declared = declared.is_some_and(|declared| {
        ["text/html", "application/xhtml+xml"]
            .iter()
            .any(|page| declared.eq_ignore_ascii_case(page))
    });
    if !(begins(b"<!doctype html") || begins(b"<html") || begins(b"<") && is_declared) {
        return None;
    }
    Some(declared_as("it is a page of HTML".to_owned(), declared))
}

fn declared_as(what: String, media_type: Option<&str>) -> String {
    match media_type {
        Some(media_type) => format!("{what} (declared as {media_type})"),
        None => what,
    }
}

/// Returns whether the text is JSON, or JSON that ends too early. Inside a string, invalid UTF-8 is accepted, except within an escape.
fn is_json(text: &[u8]) -> bool {
    let outcome = match str::from_utf8(text) {
        Ok(text) => serde_json::from_str::<IgnoredAny>(text),
        Err(_) => serde_json::from_str::<IgnoredAny>(&marked(text)),
    };
    match outcome {
        Ok(_) => true,
        Err(error) => error.is_eof(),
    }
}

/// Returns the encoding that the headers name, if they name one.
fn encoding(headers: &HeaderMap) -> Option<&'static str> {
    let named = headers.get_all(CONTENT_ENCODING).iter();
    let named = named.filter_map(|value| value.to_str().ok());
    let mut named = named.flat_map(|value| value.split(',')).map(str::trim);
    named
        .find(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"))
        .map(|name| {
            let known = ["gzip", "deflate", "br", "zstd", "compress"];
            let known = known
                .into_iter()
                .find(|known| known.eq_ignore_ascii_case(name));
            known.unwrap_or("something unknown")
        })
}

/// Returns the encoding that the first bytes reveal.
fn magic(body: &[u8]) -> Option<&'static str> {
    match body {
        [0x1f, 0x8b, ..] => Some("gzip"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Some("zstd"),
        _ => None,
    }
}

fn is_wide(body: &[u8]) -> bool {
    body.starts_with(&[0xff, 0xfe]) || body.starts_with(&[0xfe, 0xff]) || body.contains(&0)
}

fn is_printable(text: &[u8]) -> bool {
    let is_plain = |letter: char| !letter.is_control() || matches!(letter, '\t' | '\n' | '\r');
    str::from_utf8(text).is_ok_and(|text| text.chars().all(is_plain))
}

/// Returns the media type that the headers declare, if it is printable and short.
fn media_type(headers: &HeaderMap) -> Option<&str> {
    let declared = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let essence = declared.split(';').next().unwrap_or_default().trim();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"/+.-".contains(&byte);
    (essence.len() <= 60 && essence.contains('/') && essence.bytes().all(is_token))
        .then_some(essence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &[u8], header: Option<(&'static str, &'static str)>) -> Option<String> {
        let mut headers = HeaderMap::new();
        if let Some((name, value)) = header {
            headers.insert(name, value.parse().unwrap());
        }
        let text = body
            .strip_prefix(b"\xEF\xBB\xBF")
            .unwrap_or(body)
            .trim_ascii();
        foreign(body, text, &headers)
    }

    #[test]
    fn what_may_be_the_providers_words() {
        let gzip = Some(("content-encoding", "gzip"));
        let html = Some(("content-type", "text/html; charset=utf-8"));
        for body in [
            &b""[..],
            b" \r\n",
            b"null",
            b"{}",
            b"\xEF\xBB\xBF{\"a\":1}",
            // A Latin-1 echo.
            b"{\"note\":\"gr\xFC\xDFe\"}",
            // Cut off.
            b"{\"a\":[1,",
            b"\"OK\"",
        ] {
            for header in [None, gzip, html] {
                assert_eq!(of(body, header), None, "{}", body.escape_ascii());
            }
        }
        for body in ["OK", "Label saved.\n", "gr\u{fc}\u{df}e", &"x".repeat(256)] {
            assert_eq!(of(body.as_bytes(), None), None, "{body}");
            assert_eq!(of(body.as_bytes(), html), None, "{body}");
            assert_eq!(
                of(body.as_bytes(), Some(("content-encoding", "identity"))),
                None
            );
        }
    }

    #[test]
    fn what_is_not() {
        let wide: Vec<u8> = "{\"a\":1}"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        for (body, header, said) in [
            (&b"\x1f\x8b\x08\0\0"[..], None, "it is encoded as gzip"),
            (
                b"OK",
                Some(("content-encoding", "Deflate")),
                "encoded as deflate",
            ),
            (
                b"\x0b\x02\x80",
                Some(("content-encoding", "br")),
                "encoded as br",
            ),
            (
                b"OK",
                Some(("content-encoding", "x\"y")),
                "encoded as something unknown",
            ),
            (&wide, None, "UTF-16 or UTF-32"),
            (b"\0\0\0{", None, "UTF-16 or UTF-32"),
            (b"a\0b", None, "UTF-16 or UTF-32"),
            (b"\xEF\xBB\xBF <!doctype html>", None, "HTML or XML"),
            (
                b"<?xml version=\"1.0\"?>",
                Some(("content-type", "text/xml")),
                "(declared as text/xml)",
            ),
            (b"caf\xE9", None, "neither JSON nor a short text"),
            (b"a\x07b", None, "neither JSON nor a short text"),
            (&[b'x'; 257], None, "neither JSON nor a short text"),
            (b"{\"a\":1} x", None, ""),
        ] {
            match of(body, header) {
                Some(what) => assert!(what.contains(said) && !said.is_empty(), "{what}"),
                // A short text that is not JSON.
                None => assert!(said.is_empty(), "{}", body.escape_ascii()),
            }
        }
    }

    #[test]
    fn a_header_is_not_trusted_in_an_error() {
        let what = of(b"<a>", Some(("content-type", "text/x; a=\"planted\""))).unwrap();
        assert!(what.ends_with("(declared as text/x)"), "{what}");
        let what = of(b"<a>", Some(("content-type", "planted@shop.example/x"))).unwrap();
        assert!(!what.contains("planted"), "{what}");
    }
}
