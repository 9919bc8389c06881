//! The default transport over real sockets.
#![cfg(test)]

mod shop;

use std::{future::ready, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use customer_api_core::{
    Client, Delivery, ErrorKind, Transport,
    auth::KeyCredential,
    error::TimeoutPhase,
    operation::{Method, OperationInfo, Raw},
    retry::NeverRetry,
    transport::{Body, HttpSettings, ReqwestTransport, TransportError},
};
use reqwest::dns::{Name, Resolve, Resolving};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::shop::{Count, Shop};

/// The default transport inside a custom transport.
#[derive(Debug)]
struct Wrapped(ReqwestTransport);

#[async_trait]
impl Transport for Wrapped {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        self.0.send(request).await
    }
}

/// Creates a client with the default transport as the pipeline uses it, and one with a transport that wraps it.
fn clients(server: &TcpListener) -> [Client<Shop>; 2] {
    let url = format!("http://{}", server.local_addr().unwrap());
    let settings = HttpSettings::new(url.parse().unwrap());
    let inner = ReqwestTransport::from_builder(reqwest::Client::builder, &settings).unwrap();
    let builder = || {
        Client::builder(Shop, KeyCredential::bearer("key"))
            .base_url(&url)
            .retry(NeverRetry)
            .max_response_bytes(100)
    };
    [builder(), builder().transport(Wrapped(inner))].map(|builder| builder.build().unwrap())
}

/// Returns the connection of the next request, once the request has arrived.
async fn asked(server: &TcpListener) -> TcpStream {
    let (mut stream, _) = server.accept().await.unwrap();
    let mut request = [0; 1024];
    assert!(stream.read(&mut request).await.unwrap() > 0);
    stream
}

/// A body that arrives in pieces, with time between them, is complete.
#[tokio::test(start_paused = true)]
async fn a_body_in_pieces_is_put_together() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for shop in clients(&server) {
        let response = async {
            let mut stream = asked(&server).await;
            for piece in [
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                "1\r\n1\r\n",
                "2\r\n2",
                "3\r\n",
                "0\r\n\r\n",
            ] {
                stream.write_all(piece.as_bytes()).await.unwrap();
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        };
        let (count, ()) = tokio::join!(shop.call(Count).response(), response);
        let response = count.unwrap();
        assert_eq!((response.body(), *response.value()), (&b"123"[..], 123));
        assert!(response.headers().contains_key("transfer-encoding"));
    }
}

/// The status and the headers arrived before the connection broke off, so they count.
#[tokio::test]
async fn a_status_survives_a_body_that_breaks_off() {
    for (status, delivery) in [
        (400, Delivery::Refused),
        (429, Delivery::Unknown),
        (503, Delivery::Unknown),
    ] {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        for shop in clients(&server) {
            let response = async {
                let mut stream = asked(&server).await;
                let head = format!(
                    "HTTP/1.1 {status} x\r\nretry-after: 7\r\ncontent-length: 100\r\n\r\n{{"
                );
                stream.write_all(head.as_bytes()).await.unwrap();
            };
            let (outcome, ()) = tokio::join!(shop.call(Count).response(), response);
            let error = outcome.unwrap_err();
            assert_eq!((error.status(), error.delivery()), (Some(status), delivery));
            assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(7));
        }
    }
}

/// They also count if the body is too slow, whichever timeout ends it.
#[tokio::test(start_paused = true)]
async fn a_status_survives_a_body_that_takes_too_long() {
    for (status, kind, delivery) in [
        (404, ErrorKind::Status, Delivery::Refused),
        (503, ErrorKind::Status, Delivery::Unknown),
        (
            200,
            ErrorKind::Timeout(TimeoutPhase::Attempt),
            Delivery::Unknown,
        ),
        (
            201,
            ErrorKind::Timeout(TimeoutPhase::Call),
            Delivery::Unknown,
        ),
    ] {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        for shop in clients(&server) {
            let response = async {
                let mut stream = asked(&server).await;
                let head = format!(
                    "HTTP/1.1 {status} x\r\nretry-after: 7\r\ncontent-length: 100\r\n\r\n{{"
                );
                stream.write_all(head.as_bytes()).await.unwrap();
                stream
            };
            let call = shop.call(Count);
            let call = match kind {
                ErrorKind::Timeout(TimeoutPhase::Call) => call.timeout(Duration::from_secs(9)),
                _ => call,
            };
            let (outcome, _stream) = tokio::join!(call.response(), response);
            let error = outcome.unwrap_err();
            assert_eq!((error.kind(), error.delivery()), (kind, delivery));
            assert_eq!(error.status(), Some(status));
            assert_eq!(error.retry_after().map(|wait| wait.as_secs()), Some(7));
        }
    }
}

/// A single chunk can be too large, as well as many, announced or not.
#[tokio::test]
async fn a_response_that_is_too_large_is_refused_however_it_comes() {
    for head in ["content-length: 101", "transfer-encoding: chunked"] {
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        for shop in clients(&server) {
            let response = async {
                let mut stream = asked(&server).await;
                let body = "7".repeat(101);
                let body = if head.starts_with('t') {
                    format!("65\r\n{body}\r\n0\r\n\r\n")
                } else {
                    body
                };
                let _ = stream
                    .write_all(format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}").as_bytes())
                    .await;
            };
            let (outcome, ()) = tokio::join!(shop.call(Count).response(), response);
            assert_eq!(
                outcome.unwrap_err().kind(),
                ErrorKind::ResponseTooLarge,
                "{head}"
            );
        }
    }
}

/// A proxy would get the credential of a loopback call in clear text, and could not reach this machine.
#[tokio::test]
async fn a_proxy_gets_nothing() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
    let proxied = reqwest::Proxy::all(url(&proxy)).unwrap();
    let http = move || reqwest::Client::builder().proxy(proxied.clone());
    let shop = Client::builder(Shop, KeyCredential::bearer("key"))
        .base_url(url(&server))
        .http(http)
        .retry(NeverRetry)
        .build()
        .unwrap();
    let response = async {
        let (mut stream, _) = tokio::select! {
            direct = server.accept() => direct.unwrap(),
            _ = proxy.accept() => panic!("the call went to the proxy"),
        };
        let mut request = [0; 1024];
        let read = stream.read(&mut request).await.unwrap();
        assert!(request[..read].starts_with(b"GET /count HTTP/1.1\r\n"));
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7")
            .await
            .unwrap();
    };
    let (count, ()) = tokio::join!(shop.call(Count).response(), response);
    assert_eq!(count.unwrap().into_value(), 7);
}

/// Resolves every name to another place, as a changed `hosts` file or a DNS server could.
struct Elsewhere;

impl Resolve for Elsewhere {
    fn resolve(&self, _: Name) -> Resolving {
        Box::pin(ready(Err("a resolver was asked".into())))
    }
}

/// Otherwise the resolution of the name would decide who gets the credential.
#[tokio::test]
async fn plain_http_to_localhost_asks_nobody_where_that_is() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let Ok(server) = TcpListener::bind(address).await else {
            assert!(address.starts_with('['), "this machine has IPv4");
            continue;
        };
        for name in ["localhost", "LocalHost"] {
            let port = server.local_addr().unwrap().port();
            let http = || {
                reqwest::Client::builder()
                    .dns_resolver(Elsewhere)
                    .resolve("localhost", ([192, 0, 2, 1], 0).into())
            };
            let shop = Client::builder(Shop, KeyCredential::bearer("key"))
                .base_url(format!("http://{name}:{port}"))
                .http(http)
                .retry(NeverRetry)
                .build()
                .unwrap();
            let response = async {
                let mut stream = asked(&server).await;
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n7")
                    .await
                    .unwrap();
            };
            let count = async { shop.send(Count).await.unwrap() };
            let (count, ()) = tokio::join!(count, response);
            assert_eq!(count, 7);
        }
    }
}

#[tokio::test]
async fn a_write_without_a_body_states_its_length() {
    const POST: OperationInfo = OperationInfo::new("post", Method::Post, "/x");
    const PUT: OperationInfo = OperationInfo::new("put", Method::Put, "/x");
    const PATCH: OperationInfo = OperationInfo::new("patch", Method::Patch, "/x");
    const DELETE: OperationInfo = OperationInfo::new("delete", Method::Delete, "/x");
    const GET: OperationInfo = OperationInfo::new("get", Method::Get, "/x");
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    for shop in clients(&server) {
        for (info, is_stated) in [
            (&POST, true),
            (&PUT, true),
            (&PATCH, true),
            (&DELETE, false),
            (&GET, false),
        ] {
            let served = async {
                let (mut stream, _) = server.accept().await.unwrap();
                let mut request = [0; 1024];
                let length = stream.read(&mut request).await.unwrap();
                let response = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
                stream.write_all(response).await.unwrap();
                String::from_utf8_lossy(&request[..length]).to_lowercase()
            };
            let (sent, request) = tokio::join!(shop.send(Raw::new(info)), served);
            sent.unwrap();
            assert_eq!(
                request.matches("content-length: 0\r\n").count(),
                usize::from(is_stated),
                "{request}"
            );
        }
    }
}
