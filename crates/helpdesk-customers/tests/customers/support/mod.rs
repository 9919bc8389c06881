//! What the tests share: clients, responses, and a server that writes down every byte.

mod operations;
mod recorder;

use std::time::Duration;

use bytes::Bytes;
use customer_api_core::{
    operation::Operation,
    retry::ExponentialBackoff,
    transport::{ScriptedResponse, ScriptedTransport},
};
use customer_api_sandbox::Sandbox;
use helpdesk_customers::{Client, ClientBuilder, Omnidesk};

pub(crate) use operations::{every_operation, seeded};
pub(crate) use recorder::{Recorder, Sent, sent};

pub(crate) const KEY: &str = "wvutsrqponmlkjihgfed";
pub(crate) const ORIGIN: &str = "https://account.omnidesk.example";

/// The settings of a client whose calls get these responses, and the record of what it sent.
pub(crate) fn scripted(
    responses: impl IntoIterator<Item = ScriptedResponse>,
) -> (ClientBuilder<Client>, ScriptedTransport) {
    let transport = ScriptedTransport::new();
    for response in responses {
        transport.push(response);
    }
    let builder = Client::builder(KEY, ORIGIN).transport(transport.clone());
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

/// Reads a body by what its content type says.
pub(crate) async fn read(content_type: Option<&str>, body: Bytes) -> Vec<(String, String)> {
    match content_type {
        None => Vec::new(),
        Some("application/x-www-form-urlencoded") => {
            form_urlencoded::parse(&body).into_owned().collect()
        }
        Some(multipart) => recorder::read_multipart(multipart, body).await,
    }
}

/// The settings of a client for the sandbox: no waits between attempts, and small limits.
pub(crate) fn sandbox_client(sandbox: &Sandbox) -> ClientBuilder<Client> {
    let omnidesk = sandbox.omnidesk();
    Client::builder(omnidesk.api_key(), omnidesk.base_url())
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .timeout(Duration::from_secs(10))
        .max_response_bytes(64 * 1024)
}
