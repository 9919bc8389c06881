//! A server that receives one request, writes down its bytes, and responses 200.

use std::convert::Infallible;

use bytes::Bytes;
use customer_api_core::operation::Operation;
use futures_core::Stream;
use helpdesk_customers::{Client, Omnidesk};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};

use super::KEY;

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
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"items\":[]}")
                .await
                .unwrap();
            String::from_utf8(bytes).unwrap()
        });
        Self { base_url, request }
    }

    pub(crate) fn client(&self) -> Client {
        Client::builder(KEY, &*self.base_url).build().unwrap()
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

impl Sent {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{name}: ");
        self.headers
            .iter()
            .find_map(|line| line.strip_prefix(&*prefix))
    }
}

/// Sends an operation and gives the bytes of its request.
pub(crate) async fn sent(operation: impl Operation<Service = Omnidesk>) -> Sent {
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

/// The parts of a multipart body: names and values.
pub(super) async fn read_multipart(content_type: &str, body: Bytes) -> Vec<(String, String)> {
    let boundary = multer::parse_boundary(content_type).unwrap();
    let mut multipart = multer::Multipart::new(Once(Some(body)), boundary);
    let mut parts = Vec::new();
    while let Some(field) = multipart.next_field().await.unwrap() {
        assert_eq!((field.file_name(), field.content_type()), (None, None));
        let name = field.name().unwrap().to_owned();
        let value = field.bytes().await.unwrap();
        parts.push((name, String::from_utf8(value.into()).unwrap()));
    }
    parts
}

/// A stream of one piece.
struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.take().map(Ok))
    }
}
