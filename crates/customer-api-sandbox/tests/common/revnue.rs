//! A client of the Revnue server.

use std::time::Duration;

use customer_api_sandbox::{RevnueCustomer, RevnueOptions, Sandbox};

use super::{Client, JSON, Response, sample_time};

const TOKEN: (&str, &str) = ("Authorization", "Bearer revnue-sandbox-token");

/// An update of a customer of company 1.
pub(crate) const UPDATE: &str = r#"{"company":1,"city":"Nadi"}"#;

/// Starts a sandbox with these options and a clock that stands still.
pub(crate) async fn started(options: RevnueOptions) -> Sandbox {
    Sandbox::builder()
        .revnue(options)
        .stepped_clock(sample_time(), Duration::ZERO)
        .start()
        .await
        .unwrap()
}

/// Sends a request on a new connection.
pub(crate) async fn call(sandbox: &Sandbox, method: &str, target: &str, body: &str) -> Response {
    let mut client = Client::connect(sandbox.revnue().base_url()).await;
    let headers: &[_] = if body.is_empty() {
        &[TOKEN]
    } else {
        &[TOKEN, JSON]
    };
    client.send(method, target, headers, body).await;
    client.response().await
}

/// Reads a customer of company 1.
pub(crate) async fn read(sandbox: &Sandbox, id: u64) -> Response {
    let target = format!("{}/?company=1", path(id));
    call(sandbox, "GET", &target, "").await
}

pub(crate) fn path(id: u64) -> String {
    format!("/api/v2/customer/{id}")
}

/// Seeds a customer of company 1.
pub(crate) fn seed(sandbox: &Sandbox) -> u64 {
    let customer = RevnueCustomer::new(1, "Harbour Lane")
        .with("category", 17)
        .with("fax", "1");
    sandbox.revnue().seed_customer(customer)
}
