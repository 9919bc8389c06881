//! Loopback calls in clear never go through a proxy: it would get the credential, and could not reach this machine.
#![cfg(test)]

use customer_api_core::{
    Client, Operation, Service,
    auth::StaticCredential,
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    request::Encoder,
    response::ResponseBody,
    retry::NeverRetry,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

#[derive(Debug)]
struct Shop;

impl Service for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }

    fn user_agent(&self) -> &'static str {
        "shop/1.0"
    }
}

struct Count;

impl Operation for Count {
    type Service = Shop;
    type Output = u64;
    const INFO: &'static OperationInfo = &OperationInfo::new("count", Method::Get, "/count");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<u64, DecodeError> {
        body.json()
    }
}

#[tokio::test]
async fn a_proxy_gets_nothing() {
    let proxy = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
    let http = reqwest::Client::builder().proxy(reqwest::Proxy::all(url(&proxy)).unwrap());
    let shop = Client::builder(Shop, StaticCredential::bearer("key"))
        .base_url(url(&server))
        .http(http)
        .retry(NeverRetry)
        .build()
        .unwrap();
    let answer = async {
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
    let (count, ()) = tokio::join!(shop.send(Count).response(), answer);
    assert_eq!(count.unwrap().into_value(), 7);
}
