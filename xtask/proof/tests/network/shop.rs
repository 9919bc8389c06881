//! A provider of one write and one read.

use std::time::Duration;

use customer_api_core::{
    Client, ClientBuilder, Idempotency, Operation, Service,
    auth::KeyCredential,
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    request::Encoder,
    response::ResponseBody,
    retry::ExponentialBackoff,
};

#[derive(Debug)]
pub(crate) struct Shop;

impl Service for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }

    fn user_agent(&self) -> &'static str {
        "shop/1.0"
    }
}

/// A write, whose response is a number.
#[derive(Clone, Debug)]
pub(crate) struct Buy(pub(crate) String);

impl Operation for Buy {
    type Service = Shop;
    type Output = u64;
    const INFO: &'static OperationInfo = &OperationInfo::new("buy", Method::Post, "/orders")
        .with_idempotency(Idempotency::NonIdempotent);

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        request.json(&self.0)
    }

    fn decode(body: &ResponseBody) -> Result<u64, DecodeError> {
        body.json()
    }
}

pub(crate) fn buy() -> Buy {
    Buy("a teapot".into())
}

/// Returns a client whose back-off takes no time.
pub(crate) fn client(
    url: &str,
    http: impl Fn() -> reqwest::ClientBuilder + Send + Sync + 'static,
) -> Client<Shop> {
    let builder: ClientBuilder<Client<Shop>> =
        Client::builder(Shop, KeyCredential::bearer("planted-key"));
    builder
        .base_url(url)
        .http(http)
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .build()
        .unwrap()
}
