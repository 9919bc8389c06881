//! What the tests share: clients, responses, and a server that writes down every byte.

mod operations;
mod recorder;

use std::time::Duration;

use customer_api_core::{
    rate_limit::Unlimited,
    retry::ExponentialBackoff,
    transport::{ScriptedResponse, ScriptedTransport},
};
use customer_api_sandbox::{RevnueOptions, Sandbox};
use revnue_customers::{Client, ClientBuilder};

pub(crate) use operations::{every_operation, seeded};
pub(crate) use recorder::{Sent, sent};

pub(crate) const TOKEN: &str = "wvutsrqponmlkjihgfed";

pub(crate) const CUSTOMER: &str = include_str!("../../fixtures/customer.synthetic.json");

/// The settings of a client whose calls get these responses, and the record of what it sent.
pub(crate) fn scripted(
    responses: impl IntoIterator<Item = ScriptedResponse>,
) -> (ClientBuilder<Client>, ScriptedTransport) {
    let transport = ScriptedTransport::new();
    for response in responses {
        transport.push(response);
    }
    let builder = Client::builder(TOKEN).transport(transport.clone());
    (builder, transport)
}

/// A response with JSON, or with whatever the text is.
pub(crate) fn ok(body: &str) -> ScriptedResponse {
    ScriptedResponse::status(200).body(body.to_owned())
}

/// A client whose only call gets this response.
pub(crate) fn answering(status: u16, body: &str) -> Client {
    let (builder, _) = scripted([ScriptedResponse::status(status).body(body.to_owned())]);
    builder.build().unwrap()
}

/// A sandbox with these switches, and a client for it.
pub(crate) async fn start(options: RevnueOptions) -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().revnue(options).start().await.unwrap();
    let client = sandbox_client(&sandbox).build().unwrap();
    (sandbox, client)
}

/// The settings of a client for the sandbox: no limit, no waits between attempts, and small responses.
pub(crate) fn sandbox_client(sandbox: &Sandbox) -> ClientBuilder<Client> {
    let revnue = sandbox.revnue();
    Client::builder(revnue.token())
        .base_url(revnue.base_url())
        .rate_limiter(Unlimited)
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .timeout(Duration::from_secs(10))
        .max_response_bytes(64 * 1024)
}
