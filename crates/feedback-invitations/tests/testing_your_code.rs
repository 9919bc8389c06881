//! How to test code that uses this crate: against the sandbox, a scripted transport, and a mock server.
//!
//! `docs/testing-your-code.md` quotes from here.
#![cfg(test)]

use customer_api_core::transport::{ScriptedResponse, ScriptedTransport};
use customer_api_sandbox::{Fault, Sandbox};
use feedback_invitations::{Client, Delivery, Programme, Recipient, SendInvitation};
use httpmock::{Method::POST, MockServer};

/// The code to be tested, which is given its client.
async fn ask(radar: &Client, email: &str) -> &'static str {
    let programme = Programme::new("client-1", "programme-1");
    let person = Recipient::new("location-1").email(email);
    match radar.send(SendInvitation::new(&programme, person)).await {
        Ok(_) => "asked",
        Err(error) if error.delivery() == Delivery::Unknown => "perhaps asked",
        Err(_) => "not asked",
    }
}

#[tokio::test]
async fn in_the_sandbox_somebody_is_asked() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.customer_radar();
    let radar = Client::builder(server.username(), server.password()).base_url(server.base_url());
    let radar = radar.build().unwrap();

    assert_eq!(ask(&radar, "ana@shop.example").await, "asked");
    assert_eq!(server.outbox().len(), 1);
}

#[tokio::test]
async fn in_the_sandbox_a_response_is_lost() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.customer_radar();
    let radar = Client::builder(server.username(), server.password()).base_url(server.base_url());
    let radar = radar.build().unwrap();

    let lost = Fault::reset_before_head().processed();
    server.fault_on("sendInvitation", lost).unwrap();
    assert_eq!(ask(&radar, "ana@shop.example").await, "perhaps asked");
    // The message was sent exactly once, although the response was lost.
    assert_eq!(server.outbox().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn by_a_script_there_is_no_response_in_time() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(200).body(r#"{"token":"t"}"#))
        .then(ScriptedResponse::hang());
    let radar = Client::builder("user", "password").transport(transport.clone());
    let radar = radar.build().unwrap();

    // The clock is paused, so the 30 s of an attempt take no time.
    assert_eq!(ask(&radar, "ana@shop.example").await, "perhaps asked");
    // The first request was the login, and the second one the invitation.
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn by_a_mock_server_the_login_is_refused() {
    let server = MockServer::start_async().await;
    let login = server
        .mock_async(|when, then| {
            when.method(POST).path("/auth/login");
            then.status(401);
        })
        .await;
    let radar = Client::builder("user", "wrong").base_url(server.base_url());
    let radar = radar.build().unwrap();

    assert_eq!(ask(&radar, "ana@shop.example").await, "not asked");
    login.assert_async().await;
}
