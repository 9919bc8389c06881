//! Shared parts of the tests: clients, responses, and a server that records every byte.

mod operations;

use std::time::Duration;

use customer_api_core::{
    operation::Operation,
    rate_limit::Unlimited,
    retry::ExponentialBackoff,
    transport::{ScriptedResponse, ScriptedTransport},
};
use customer_api_sandbox::{RevnueOptions, Sandbox};
use revnue_customers::{Client, ClientBuilder, Revnue};
use testkit::Recorder;

pub(crate) use operations::SeededRevnue;
pub(crate) use testkit::{Request, ok};

pub(crate) const TOKEN: &str = "wvutsrqponmlkjihgfed";

pub(crate) const CUSTOMER: &str = include_str!("../../fixtures/customer.synthetic.json");

/// Returns a builder of a client whose calls receive these responses, and the record of its requests.
pub(crate) fn scripted(
    responses: impl IntoIterator<Item = ScriptedResponse>,
) -> (ClientBuilder<Client>, ScriptedTransport) {
    let transport = testkit::scripted(responses);
    let builder = Client::builder(TOKEN).transport(transport.clone());
    (builder, transport)
}

/// Returns a client whose only call receives this response.
pub(crate) fn answering(status: u16, body: &str) -> Client {
    let (builder, _) = scripted([ScriptedResponse::status(status).body(body.to_owned())]);
    builder.build().unwrap()
}

/// Sends an operation, and returns the bytes of its only request.
pub(crate) async fn sent(operation: impl Operation<Service = Revnue>) -> Request {
    let recorder = Recorder::start("{\"id\":1,\"results\":[]}").await;
    let client = Client::builder(TOKEN).base_url(recorder.base_url());
    let outcome = client.build().unwrap().send(operation).await.map(drop);
    assert!(outcome.is_ok(), "{outcome:?}");
    recorder.request()
}

/// Starts a sandbox with these switches, and builds a client for it.
pub(crate) async fn start(options: RevnueOptions) -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().revnue(options).start().await.unwrap();
    let client = sandbox_client(&sandbox).build().unwrap();
    (sandbox, client)
}

/// Returns a builder of a client for the sandbox, with no limit, no waits between attempts, and small responses.
pub(crate) fn sandbox_client(sandbox: &Sandbox) -> ClientBuilder<Client> {
    let revnue = sandbox.revnue();
    Client::builder(revnue.token())
        .base_url(revnue.base_url())
        .rate_limiter(Unlimited)
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .timeout(Duration::from_secs(10))
        .max_response_bytes(64 * 1024)
}
