//! Every byte that goes out, for every operation, with every optional field set and unset.

mod bare;
mod json;

use crate::support::TOKEN;

/// All headers of a request, sorted.
fn headers(body: Option<usize>) -> Vec<String> {
    let mut headers = vec![
        "accept: application/json".to_owned(),
        format!("authorization: Bearer {TOKEN}"),
    ];
    if let Some(length) = body {
        headers.push(format!("content-length: {length}"));
        headers.push("content-type: application/json".to_owned());
    }
    headers.push("host: SERVER".to_owned());
    headers.push(format!(
        "user-agent: revnue-customers/{}",
        env!("CARGO_PKG_VERSION")
    ));
    headers
}
