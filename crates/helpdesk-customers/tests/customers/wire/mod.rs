//! Every byte that every operation sends, with every optional field set and unset.

mod bare;
mod form;
mod multipart;

use bytes::Bytes;
use customer_api_core::operation::Operation;
use helpdesk_customers::Omnidesk;

use crate::support::{KEY, Request, read, sent};

/// A text with everything that an encoder may encode wrongly, including a line that looks like a boundary.
const AWKWARD: &str = "+64 \"a\" & b=c; 100% é 🙂\r\n--\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n--0123456789abcdef0123456789abcdef--\n'<ß>'";

/// [`AWKWARD`] in the encoding of forms.
const AWKWARD_FORM: &str = "%2B64+%22a%22+%26+b%3Dc%3B+100%25+%C3%A9+%F0%9F%99%82%0D%0A--%0D%0AContent-Disposition%3A+form-data%3B+name%3D%22x%22%0D%0A%0D%0A--0123456789abcdef0123456789abcdef--%0A%27%3C%C3%9F%3E%27";

/// An expected request.
fn request(line: &str, body: Option<(&str, &str)>) -> Request {
    let mut headers = vec![
        "accept: */*".to_owned(),
        format!("apikey: {KEY}"),
        format!(
            "user-agent: helpdesk-customers/{}",
            env!("CARGO_PKG_VERSION")
        ),
    ];
    headers.extend(body.map(|(content_type, _)| format!("content-type: {content_type}")));
    Request::expected(line, headers, body.map(|(_, body)| body))
}

/// A request without a body.
async fn assert_bare(operation: impl Operation<Service = Omnidesk>, line: &str) {
    assert_eq!(sent(operation).await, request(line, None));
}

/// A request with exactly this urlencoded body.
async fn assert_form(operation: impl Operation<Service = Omnidesk>, line: &str, body: &str) {
    let expected = request(line, Some(("application/x-www-form-urlencoded", body)));
    assert_eq!(sent(operation).await, expected);
}

/// A request with exactly these parts, whose names need no escapes, byte for byte and as a server reads them.
async fn assert_multipart(
    operation: impl Operation<Service = Omnidesk>,
    line: &str,
    parts: &[(&str, &str)],
) {
    let sent = sent(operation).await;
    let content_type = sent.header("content-type").unwrap().to_owned();
    let boundary = content_type
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap();
    let mut body = String::new();
    for (name, value) in parts {
        body += &format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    body += &format!("--{boundary}--\r\n");
    assert!(!parts.iter().any(|(_, value)| value.contains(boundary)));
    let read_back = read(Some(&content_type), Bytes::from(sent.body.clone())).await;
    assert_eq!(sent, request(line, Some((&content_type, &body))));
    let parts: Vec<_> = parts
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    assert_eq!(read_back, parts);
}
