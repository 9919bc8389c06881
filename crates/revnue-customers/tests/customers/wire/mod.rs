//! Tests every byte that is sent, for every operation, with every optional field set and unset.

mod bare;
mod json;

use crate::support::{Request, TOKEN};

/// Returns the expected request, perhaps with a JSON body.
fn request(line: &str, body: Option<&str>) -> Request {
    let mut headers = vec![
        "accept: application/json".to_owned(),
        format!("authorization: Bearer {TOKEN}"),
        format!("user-agent: revnue-customers/{}", env!("CARGO_PKG_VERSION")),
    ];
    headers.extend(body.map(|_| "content-type: application/json".to_owned()));
    Request::expected(line, headers, body)
}
