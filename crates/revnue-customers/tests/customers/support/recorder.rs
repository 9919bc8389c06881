//! A server that receives one request, writes down its bytes, and responses 200 with one customer.

use customer_api_core::operation::Operation;
use revnue_customers::{Client, Revnue};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

use super::TOKEN;

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
                .write_all(
                    b"HTTP/1.1 200 OK\r\ncontent-length: 21\r\n\r\n{\"id\":1,\"results\":[]}",
                )
                .await
                .unwrap();
            String::from_utf8(bytes).unwrap()
        });
        Self { base_url, request }
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder(TOKEN)
            .base_url(&*self.base_url)
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

/// A request as it went over the wire. The order of header lines has no meaning, so they are sorted.
#[derive(Debug, PartialEq)]
pub(crate) struct Sent {
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

/// Sends an operation and gives the bytes of its request.
pub(crate) async fn sent(operation: impl Operation<Service = Revnue>) -> Sent {
    let recorder = Recorder::start().await;
    let outcome = recorder.client().send(operation).await.map(drop);
    assert!(outcome.is_ok(), "{outcome:?}");
    let request = recorder.request().await;
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap();
    let mut headers: Vec<_> = headers.split("\r\n").map(str::to_owned).collect();
    headers.sort();
    Sent {
        line: line.to_owned(),
        headers,
        body: body.to_owned(),
    }
}
