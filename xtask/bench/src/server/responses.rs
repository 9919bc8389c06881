//! The prepared responses, in the forms that the providers document.

use std::io::Write as _;

/// The path of the list of all reviews.
pub(super) const REVIEWS: &str = "/v2/label/customer";

const RECEIPT: &str = r#"{"timestamp":"2026-01-23T16:33:02Z","category":"paymentFraud","author":{"name":"Ana","email":"ana@shop.example"},"review":"FRAUDSTER","reviewBand":"RED","reviewText":"chargeback confirmed on the phone","entityId":"cust-1","entityType":"customer"}"#;
const REVIEW: &str = r#"{"customerId":"cust-1","label":"FRAUDSTER","comment":"chargeback confirmed on the phone","reviewer":{"name":"Ana","email":"ana@shop.example"},"timestamp":"2026-01-23T16:33:02Z"}"#;
const WRITTEN: &str = r#"{"message":"Customer updated.","type":"result"}"#;
const TOKEN: &str = r#"{"token":"eyJ0eXAiOiJKV1QifQ.e30.c2lnbmF0dXJl","userName":"testing"}"#;
const ACCEPTED: &str = r#"{"code":"00000","description":"success","data":"846673197418938368"}"#;

/// Writes the response to a request.
pub(super) fn write(response: &mut Vec<u8>, method: &str, target: &str) {
    let segments: Vec<&str> = target.split('/').skip(1).collect();
    let body = match (method, segments.as_slice()) {
        ("POST", ["v2", "customer", _, "labels"]) => RECEIPT,
        ("GET", ["v2", "label", "customer", _]) => REVIEW,
        ("POST", ["api", "v2", "customer"]) | ("PUT", ["api", "v2", "customer", _]) => WRITTEN,
        ("POST", ["auth", "login"]) => TOKEN,
        ("POST", ["invitation"]) => ACCEPTED,
        _ => return frame(response, "404 Not Found", b"{}"),
    };
    json(response, body.as_bytes());
}

/// Writes a response with a JSON body.
pub(super) fn json(response: &mut Vec<u8>, body: &[u8]) {
    frame(response, "200 OK", body);
}

fn frame(response: &mut Vec<u8>, status: &str, body: &[u8]) {
    // Writing to a vector can't fail.
    let _ = write!(
        response,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    response.extend_from_slice(body);
}
