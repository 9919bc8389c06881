//! How to test code that uses this crate: against the sandbox, a scripted transport, and a mock server.
//!
//! `docs/testing-your-code.md` quotes from here.
#![cfg(test)]

use customer_api_core::transport::{ScriptedResponse, ScriptedTransport};
use customer_api_sandbox::{Fault, OmnideskCustomer, Sandbox};
use helpdesk_customers::{Client, Delivery, Upsert, Upserted};
use httpmock::{Method::POST, MockServer};

/// The code to be tested, which is given its client.
async fn register(omnidesk: &Client, name: &str) -> &'static str {
    let upsert = Upsert::new("cust-1", 1, name, "Lopez");
    match omnidesk.upsert(upsert).await {
        Ok(Upserted::Created { .. }) => "welcome",
        Ok(_) => "welcome back",
        Err(error) if error.delivery() == Delivery::Unknown => "one moment",
        Err(_) => "try again",
    }
}

#[tokio::test]
async fn in_the_sandbox_a_customer_comes_back() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.omnidesk();
    let omnidesk = Client::builder(server.api_key(), server.base_url());
    let omnidesk = omnidesk.build().unwrap();

    let anna = OmnideskCustomer::new(1, "cust-1").with_names("Anna", "Lopez");
    server.seed_customer(anna);
    assert_eq!(register(&omnidesk, "Ana").await, "welcome back");
    assert_eq!(server.customers().len(), 1);
}

#[tokio::test]
async fn in_the_sandbox_a_response_is_lost() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.omnidesk();
    let omnidesk = Client::builder(server.api_key(), server.base_url());
    let omnidesk = omnidesk.build().unwrap();

    let lost = Fault::reset_before_head().processed();
    server.fault_on("createCustomerCrud", lost).unwrap();
    assert_eq!(register(&omnidesk, "Ana").await, "one moment");
    // The first call created the customer, although its response was lost. The second call finds the customer.
    assert_eq!(register(&omnidesk, "Ana").await, "welcome back");
    assert_eq!(server.customers().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn by_a_script_there_is_no_response_in_time() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(200).body(r#"{"itemTotal":0,"items":[]}"#))
        .then(ScriptedResponse::hang());
    let omnidesk = Client::builder("key", "https://account.omnidesk.com");
    let omnidesk = omnidesk.transport(transport.clone()).build().unwrap();

    // The clock is paused, so the 30 s of an attempt take no time.
    assert_eq!(register(&omnidesk, "Ana").await, "one moment");
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn by_a_mock_server_the_search_is_refused() {
    let server = MockServer::start_async().await;
    let search = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/api/v2/customer/SearchByPrimaryExternalID");
            then.status(403);
        })
        .await;
    let omnidesk = Client::builder("key", server.base_url()).build().unwrap();

    assert_eq!(register(&omnidesk, "Ana").await, "try again");
    search.assert_async().await;
}
