//! Shared by the tests: clients, responses, invitations, and a server that records every byte.

mod reader;

use std::time::Duration;

use customer_api_core::{
    operation::Operation,
    retry::ExponentialBackoff,
    transport::{ScriptedResponse, ScriptedTransport},
};
use customer_api_sandbox::{CustomerRadarOptions, Sandbox};
use feedback_invitations::{
    Client, ClientBuilder, CustomerRadar, Programme, Recipient, SendInvitation,
};
use testkit::Recorder;

pub(crate) use reader::{Json, read};
pub(crate) use testkit::{Request, ok};

pub(crate) const USERNAME: &str = "testing";
pub(crate) const PASSWORD: &str = "testing12345";

/// A token that does not occur in the provider's samples.
pub(crate) const TOKEN: &str = "eyJ0.planted.token";

pub(crate) const LOGGED_IN: &str = include_str!("../../fixtures/login.response.json");
pub(crate) const ACCEPTED: &str = include_str!("../../fixtures/invitation.response.json");

/// The settings of a client whose calls get these responses, logins included, and the record of what it sent.
pub(crate) fn scripted(
    responses: impl IntoIterator<Item = ScriptedResponse>,
) -> (ClientBuilder<Client>, ScriptedTransport) {
    let transport = testkit::scripted(responses);
    let builder = Client::builder(USERNAME, PASSWORD)
        .transport(transport.clone())
        .backoff(ExponentialBackoff::new().base(Duration::ZERO));
    (builder, transport)
}

/// The response of a login that returns this token, without its expiration.
pub(crate) fn logged_in(token: &str) -> ScriptedResponse {
    ok(&format!(r#"{{"token":"{token}"}}"#))
}

/// A client that logs in, and whose only other call gets this response.
pub(crate) fn answering(status: u16, body: &str) -> Client {
    let response = ScriptedResponse::status(status).body(body.to_owned());
    scripted([logged_in(TOKEN), response]).0.build().unwrap()
}

/// Sends an operation, and returns the bytes of every request that it needed. One response serves both calls.
pub(crate) async fn sent(operation: impl Operation<Service = CustomerRadar>) -> Vec<Request> {
    let recorder = Recorder::start(format!(
        r#"{{"token":"{TOKEN}","expiration":1517434473.269,"userName":"{USERNAME}","code":"00000"}}"#
    ));
    let recorder = recorder.await;
    let client = Client::builder(USERNAME, PASSWORD).base_url(recorder.base_url());
    let outcome = client.build().unwrap().send(operation).await.map(drop);
    assert!(outcome.is_ok(), "{outcome:?}");
    recorder.requests()
}

pub(crate) fn programme() -> Programme {
    Programme::new("client-1", "programme-1")
}

/// An invitation for one person.
pub(crate) fn invitation() -> SendInvitation {
    SendInvitation::new(
        &programme(),
        Recipient::new("location-1").email("a@b.example"),
    )
}

/// A sandbox with these switches, and a client for it.
pub(crate) async fn start(options: CustomerRadarOptions) -> (Sandbox, Client) {
    let builder = Sandbox::builder().customer_radar(options);
    let sandbox = builder.start().await.unwrap();
    let client = sandbox_client(&sandbox).build().unwrap();
    (sandbox, client)
}

/// The settings of a client for the sandbox: no waits between attempts, and small responses.
pub(crate) fn sandbox_client(sandbox: &Sandbox) -> ClientBuilder<Client> {
    let radar = sandbox.customer_radar();
    Client::builder(radar.username(), radar.password())
        .base_url(radar.base_url())
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .timeout(Duration::from_secs(10))
        .max_response_bytes(64 * 1024)
}
