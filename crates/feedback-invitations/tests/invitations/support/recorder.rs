//! A server that gives out a token, accepts an invitation, and writes down the bytes of both requests.

use std::sync::{Arc, Mutex};

use customer_api_core::operation::Operation;
use feedback_invitations::{Client, CustomerRadar};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use super::{PASSWORD, TOKEN, USERNAME};

/// A request as it went over the wire. The order of header lines has no meaning, so they are sorted.
#[derive(Debug, PartialEq)]
pub(crate) struct Sent {
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

/// Sends an operation, and gives the bytes of every request that it took.
pub(crate) async fn sent(operation: impl Operation<Service = CustomerRadar>) -> Vec<Sent> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let base_url = format!("http://{address}");
    let requests = Arc::new(Mutex::new(Vec::new()));
    let received = Arc::clone(&requests);
    let server = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = receive(&mut stream).await;
            received.lock().unwrap().push(request);
            response(&mut stream).await;
        }
    });
    let client = Client::builder(USERNAME, PASSWORD)
        .base_url(base_url)
        .build()
        .unwrap();
    let outcome = client.send(operation).await.map(drop);
    assert!(outcome.is_ok(), "{outcome:?}");
    server.abort();
    let requests = requests.lock().unwrap();
    requests
        .iter()
        .map(|request| parse(&request.replace(&address, "SERVER")))
        .collect()
}

async fn receive(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !is_whole(&bytes) {
        assert!(
            stream.read_buf(&mut bytes).await.unwrap() > 0,
            "the client left early"
        );
    }
    String::from_utf8(bytes).unwrap()
}

/// One response will do for both calls.
async fn response(stream: &mut TcpStream) {
    let body = format!(
        r#"{{"token":"{TOKEN}","expiration":1517434473.269,"userName":"{USERNAME}","code":"00000"}}"#
    );
    let response = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(response.as_bytes()).await.unwrap();
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

fn parse(request: &str) -> Sent {
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
