//! A client of the Omnidesk server that writes its forms by hand.

use customer_api_sandbox::{OmnideskOptions, Sandbox};
use serde_json::Value;

use super::{Client, Response, sample_time};

pub(crate) const API_KEY: (&str, &str) = ("apiKey", "omnidesk-sandbox-key");
pub(crate) const MULTIPART: (&str, &str) = ("Content-Type", "multipart/form-data; boundary=b-b");
pub(crate) const URLENCODED: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
pub(crate) const CUSTOMERS: &str = "/api/v2/customer";

pub(crate) type Fields<'a> = &'a [(&'a str, &'a str)];

/// Starts a sandbox with these options and a clock that stands still, and connects to its Omnidesk
/// server.
pub(crate) async fn started(options: OmnideskOptions) -> (Sandbox, Desk) {
    let sandbox = Sandbox::builder()
        .omnidesk(options)
        .stepped_clock(sample_time(), std::time::Duration::from_secs(1))
        .start()
        .await
        .unwrap();
    let client = Client::connect(sandbox.omnidesk().base_url()).await;
    (sandbox, Desk(client))
}

pub(crate) struct Desk(pub(crate) Client);

impl Desk {
    /// Sends a POST as multipart, to a path below that of the customers.
    pub(crate) async fn post(&mut self, path: &str, fields: Fields<'_>) -> Response {
        let body = multipart(fields);
        self.send("POST", path, &[API_KEY, MULTIPART], &body).await
    }

    /// Sends a PUT as an urlencoded form.
    pub(crate) async fn put(&mut self, path: &str, fields: Fields<'_>) -> Response {
        let body = urlencoded(fields);
        self.send("PUT", path, &[API_KEY, URLENCODED], &body).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Response {
        self.send("GET", path, &[API_KEY], "").await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Response {
        self.send("DELETE", path, &[API_KEY], "").await
    }

    pub(crate) async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: Fields<'_>,
        body: &str,
    ) -> Response {
        let target = format!("{CUSTOMERS}{path}");
        self.0.send(method, &target, headers, body).await;
        self.0.response().await
    }
}

pub(crate) fn multipart(fields: Fields<'_>) -> String {
    let parts = fields.iter().map(|(name, value)| {
        format!("--b-b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    });
    parts.collect::<String>() + "--b-b--\r\n"
}

pub(crate) fn urlencoded(fields: Fields<'_>) -> String {
    let escape = |text: &str| -> String {
        let bytes = text.bytes().map(|byte| match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' => char::from(byte).to_string(),
            b' ' => "+".to_owned(),
            other => format!("%{other:02X}"),
        });
        bytes.collect()
    };
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Checks a response that reports success.
pub(crate) fn assert_result(response: &Response, message: &str) {
    assert_eq!(response.status, Some(200), "{response:?}");
    let expected = serde_json::json!({ "type": "result", "message": message });
    assert_eq!(response.json(), expected);
}

/// Returns the message of an error with this status.
pub(crate) fn error_message(response: &Response, status: u16) -> String {
    assert_eq!(response.status, Some(status), "{response:?}");
    let body: Value = response.json();
    assert_eq!(body["status"], "error");
    body["message"].as_str().unwrap().to_owned()
}
