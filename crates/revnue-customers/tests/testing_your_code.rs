//! How to test code that uses this crate: against the sandbox, a scripted transport, and a mock server.
//!
//! `docs/testing-your-code.md` quotes from here.
#![cfg(test)]

use customer_api_core::transport::{ScriptedResponse, ScriptedTransport};
use customer_api_sandbox::{Fault, RevnueCustomer, Sandbox};
use httpmock::{Method::PATCH, MockServer};
use revnue_customers::{Client, Delivery, SINGLE_COMPANY, UpdateCustomer};

/// The code to be tested, which is given its client.
async fn relocate(revnue: &Client, customer: u64) -> &'static str {
    let update = UpdateCustomer::new(customer, SINGLE_COMPANY).city("Salem");
    match revnue.send(update).await {
        Ok(_) => "moved",
        Err(error) if error.is_not_found() => "gone",
        Err(error) if error.delivery() == Delivery::Unknown => "to be looked at",
        Err(_) => "not moved",
    }
}

#[tokio::test]
async fn in_the_sandbox_a_customer_moves() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.revnue();
    let revnue = Client::builder(server.token()).base_url(server.base_url());
    let revnue = revnue.build().unwrap();

    let id = server.seed_customer(RevnueCustomer::new(SINGLE_COMPANY, "Harbour Lane"));
    assert_eq!(relocate(&revnue, id).await, "moved");
    assert_eq!(relocate(&revnue, id + 1).await, "gone");
    assert_eq!(server.applied_count(), 1);
}

#[tokio::test]
async fn in_the_sandbox_a_response_is_lost() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.revnue();
    let revnue = Client::builder(server.token()).base_url(server.base_url());
    let revnue = revnue.build().unwrap();

    let id = server.seed_customer(RevnueCustomer::new(SINGLE_COMPANY, "Harbour Lane"));
    let lost = Fault::reset_before_head().processed();
    server.fault_on("updateCustomer", lost).unwrap();
    assert_eq!(relocate(&revnue, id).await, "to be looked at");
    // The update was applied exactly once, although the response was lost.
    assert_eq!(server.applied_count(), 1);
}

#[tokio::test(start_paused = true)]
async fn by_a_script_there_is_no_response_in_time() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::hang());
    let revnue = Client::builder("token").transport(transport.clone());
    let revnue = revnue.build().unwrap();

    // The clock is paused, so the 30 s of an attempt take no time.
    assert_eq!(relocate(&revnue, 4211).await, "to be looked at");
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn by_a_mock_server_it_is_refused() {
    let server = MockServer::start_async().await;
    let update = server
        .mock_async(|when, then| {
            when.method(PATCH).path_prefix("/api/v2/customer/4211");
            then.status(400);
        })
        .await;
    let revnue = Client::builder("token").base_url(server.base_url());
    let revnue = revnue.build().unwrap();

    assert_eq!(relocate(&revnue, 4211).await, "not moved");
    update.assert_async().await;
}
