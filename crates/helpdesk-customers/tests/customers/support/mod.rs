//! Shared by the tests: clients, responses, and a server that records every byte.

mod bodies;
mod operations;

use std::time::Duration;

use customer_api_core::{
    operation::Operation,
    retry::ExponentialBackoff,
    transport::{ScriptedResponse, ScriptedTransport},
};
use customer_api_sandbox::Sandbox;
use helpdesk_customers::{Client, ClientBuilder, Error, Omnidesk};
use testkit::Recorder;

pub(crate) use bodies::read;
pub(crate) use operations::SeededOmnidesk;
pub(crate) use testkit::{Request, ok};

pub(crate) const KEY: &str = "wvutsrqponmlkjihgfed";
pub(crate) const ORIGIN: &str = "https://account.omnidesk.example";

/// The settings of a client whose calls get these responses, and the record of what it sent.
pub(crate) fn scripted(
    responses: impl IntoIterator<Item = ScriptedResponse>,
) -> (ClientBuilder<Client>, ScriptedTransport) {
    let transport = testkit::scripted(responses);
    let builder = Client::builder(KEY, ORIGIN).transport(transport.clone());
    (builder, transport)
}

/// A client whose only call gets this response.
pub(crate) fn answering(status: u16, body: &str) -> Client {
    let (builder, _) = scripted([ScriptedResponse::status(status).body(body.to_owned())]);
    builder.build().unwrap()
}

/// The fields of the only request that a client makes for an operation, as independent parsers read them.
pub(crate) fn fields_of(
    settings: impl FnOnce(ClientBuilder<Client>) -> ClientBuilder<Client>,
    operation: impl Operation<Service = Omnidesk>,
) -> Vec<(String, String)> {
    let (builder, transport) = scripted([ok("{\"items\":[]}")]);
    let client = settings(builder).build().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let outcome = runtime.block_on(async { client.send(operation).await.map(drop) });
    assert!(outcome.is_ok(), "{outcome:?}");
    let requests = transport.requests();
    let [request] = requests.as_slice() else {
        panic!("{} requests", requests.len());
    };
    let content_type = request.headers().get("content-type");
    let content_type = content_type.map(|value| value.to_str().unwrap());
    runtime.block_on(read(content_type, request.body().clone()))
}

/// Sends an operation and returns the bytes of its only request.
pub(crate) async fn sent(operation: impl Operation<Service = Omnidesk>) -> Request {
    sent_by(async |client| client.send(operation).await.map(drop)).await
}

/// Makes a call and returns the bytes of its only request.
pub(crate) async fn sent_by(call: impl AsyncFnOnce(Client) -> Result<(), Error>) -> Request {
    let recorder = Recorder::start("{\"items\":[]}").await;
    let client = Client::builder(KEY, recorder.base_url()).build().unwrap();
    let outcome = call(client).await;
    assert!(outcome.is_ok(), "{outcome:?}");
    recorder.request()
}

/// The settings of a client for the sandbox: no waits between attempts, and small limits.
pub(crate) fn sandbox_client(sandbox: &Sandbox) -> ClientBuilder<Client> {
    let omnidesk = sandbox.omnidesk();
    Client::builder(omnidesk.api_key(), omnidesk.base_url())
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .timeout(Duration::from_secs(10))
        .max_response_bytes(64 * 1024)
}
