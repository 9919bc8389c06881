//! What the tests share: clients, responses, and a server that writes down every byte.

use std::time::Duration;

use customer_api_core::{
    retry::ExponentialBackoff,
    transport::{ScriptedResponse, ScriptedTransport},
};
use customer_api_sandbox::Sandbox;
use ravelin_labels::{Client, ClientBuilder};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

pub(crate) const KEY: &str = "sk_test_wvutsrqponmlkjihgfed";

/// A client whose every call gets this response.
pub(crate) fn answering(status: u16, body: &str) -> Client {
    let transport =
        ScriptedTransport::new().then(ScriptedResponse::status(status).body(body.to_owned()));
    Client::builder(KEY).transport(transport).build().unwrap()
}

/// The settings of a client for the sandbox: no waits between attempts, and small limits.
pub(crate) fn sandbox_client(sandbox: &Sandbox) -> ClientBuilder<Client> {
    Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .timeout(Duration::from_secs(10))
        .max_response_bytes(64 * 1024)
}

/// A server that receives one request, writes down its bytes, and responses 200 with an empty object.
pub(crate) struct Recorder {
    pub(crate) base_url: String,
    request: JoinHandle<String>,
}

impl Recorder {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let request = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = Vec::new();
            while !is_whole(&bytes) {
                assert!(
                    stream.read_buf(&mut bytes).await.unwrap() > 0,
                    "the client left early"
                );
            }
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
                .await
                .unwrap();
            String::from_utf8(bytes).unwrap()
        });
        Self { base_url, request }
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder(KEY)
            .base_url(&self.base_url)
            .build()
            .unwrap()
    }

    /// Every byte of the request, with the address of this server made the same for all runs.
    pub(crate) async fn request(self) -> String {
        let address = self.base_url.trim_start_matches("http://").to_owned();
        self.request.await.unwrap().replace(&address, "SERVER")
    }
}

/// Whether the head is there, and as much of a body as it announces.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")
            .map(str::to_owned)
    });
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}
