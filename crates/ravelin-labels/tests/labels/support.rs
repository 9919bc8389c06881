//! Shared parts of the tests: clients, responses, and a server that records every byte.

use std::time::Duration;

use customer_api_core::{
    operation::Operation, retry::ExponentialBackoff, transport::ScriptedResponse,
};
use customer_api_sandbox::Sandbox;
use ravelin_labels::{Client, ClientBuilder, Ravelin};
use testkit::{Recorder, Request, scripted};

pub(crate) const KEY: &str = "sk_test_wvutsrqponmlkjihgfed";

/// Returns a client that receives this response.
pub(crate) fn answering(status: u16, body: &str) -> Client {
    let transport = scripted([ScriptedResponse::status(status).body(body.to_owned())]);
    Client::builder(KEY).transport(transport).build().unwrap()
}

/// Returns a builder of a client for the sandbox, with no waits between attempts and with small limits.
pub(crate) fn sandbox_client(sandbox: &Sandbox) -> ClientBuilder<Client> {
    Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .timeout(Duration::from_secs(10))
        .max_response_bytes(64 * 1024)
}

/// Sends an operation, and returns the bytes of its only request.
pub(crate) async fn sent(operation: impl Operation<Service = Ravelin>) -> Request {
    let recorder = Recorder::start("{}").await;
    let client = Client::builder(KEY).base_url(recorder.base_url());
    // This test does not check whether the operation can read the empty object as a response.
    let _ = client.build().unwrap().send(operation).await;
    recorder.request()
}
