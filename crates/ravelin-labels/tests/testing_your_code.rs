//! How to test code that uses this crate: against the sandbox, a scripted transport, and a mock server.
//!
//! `docs/testing-your-code.md` quotes from here.
#![cfg(test)]

use std::collections::HashMap;

use customer_api_core::{
    Environment,
    transport::{ScriptedResponse, ScriptedTransport},
};
use customer_api_sandbox::{Fault, Sandbox};
use httpmock::{Method::POST, MockServer};
use ravelin_labels::{Client, Delivery, LabelCustomer, PaymentFraudReview};

/// The code to be tested, which is given its client.
async fn block(ravelin: &Client, customer: &str) -> &'static str {
    let label = LabelCustomer::payment_fraud(customer, PaymentFraudReview::Fraudster);
    match ravelin.send(label).await {
        Ok(_) => "blocked",
        Err(error) if error.delivery() == Delivery::Unknown => "to be looked at",
        Err(_) => "not blocked",
    }
}

#[tokio::test]
async fn in_the_sandbox_a_customer_is_blocked() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.ravelin();
    let ravelin = Client::builder(server.secret_key()).base_url(server.base_url());
    let ravelin = ravelin.build().unwrap();

    assert_eq!(block(&ravelin, "cust-1").await, "blocked");
    assert_eq!(server.reviews("cust-1").len(), 1);
}

#[tokio::test]
async fn in_the_sandbox_a_response_is_lost() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.ravelin();
    let ravelin = Client::builder(server.secret_key()).base_url(server.base_url());
    let ravelin = ravelin.build().unwrap();

    let lost = Fault::reset_before_head().processed();
    server.fault_on("labelCustomer", lost).unwrap();
    assert_eq!(block(&ravelin, "cust-1").await, "to be looked at");
    // The label was applied exactly once, although the response was lost.
    assert_eq!(server.applied_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn by_a_script_there_is_no_response_in_time() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::hang());
    let ravelin = Client::builder("sk_1").transport(transport.clone());
    let ravelin = ravelin.build().unwrap();

    // The clock is paused, so the 30 s of an attempt take no time.
    assert_eq!(block(&ravelin, "cust-1").await, "to be looked at");
    let requests = transport.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].uri().path(), "/v2/customer/cust-1/labels");
}

#[tokio::test]
async fn by_a_mock_server_it_is_refused() {
    let server = MockServer::start_async().await;
    let label = server
        .mock_async(|when, then| {
            when.method(POST).path("/v2/customer/cust-1/labels");
            then.status(400);
        })
        .await;
    let ravelin = Client::builder("sk_1").base_url(server.base_url());
    let ravelin = ravelin.build().unwrap();

    assert_eq!(block(&ravelin, "cust-1").await, "not blocked");
    label.assert_async().await;
}

#[tokio::test]
async fn by_its_variables_a_client_finds_the_sandbox() {
    let sandbox = Sandbox::start().await.unwrap();
    let variables = HashMap::from([
        (
            "RAVELIN_SECRET_KEY",
            sandbox.ravelin().secret_key().to_owned(),
        ),
        ("RAVELIN_BASE_URL", sandbox.ravelin().base_url().to_owned()),
    ]);
    let environment = Environment::from_lookup(move |name| variables.get(name).map(Into::into));
    let ravelin = Client::builder_from(&environment).unwrap().build().unwrap();

    assert_eq!(block(&ravelin, "cust-1").await, "blocked");
}
