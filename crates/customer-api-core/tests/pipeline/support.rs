//! A provider with one read and one write, for tests of the pipeline.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use customer_api_core::{
    Client, ClientBuilder, Delivery, Idempotency, Operation, Service,
    auth::KeyCredential,
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    request::{Encoder, Sensitive},
    response::ResponseBody,
    service::{ErrorDetails, Verdict},
    transport::ScriptedTransport,
};
use http::{HeaderMap, StatusCode};

#[derive(Debug)]
pub(crate) struct Shop;

impl Service for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }

    fn user_agent(&self) -> &'static str {
        "shop-client/1.0"
    }

    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://shop.example/api")
    }

    fn read_error(&self, _: StatusCode, _: &HeaderMap, body: &[u8]) -> ErrorDetails {
        let text = String::from_utf8_lossy(body);
        match text.strip_prefix("[coded] ") {
            Some(value) => ErrorDetails::new()
                .with_code(format!("code of {value}"))
                .with_trace_id(format!("trace of {value}")),
            None => ErrorDetails::new().with_message(text),
        }
    }

    fn classify_success(&self, _: &OperationInfo, body: Option<&ResponseBody>) -> Verdict {
        match body.map(ResponseBody::bytes) {
            Some(b"FAILED") => Verdict::Refused(ErrorDetails::new().with_code("FAILED")),
            _ => Verdict::Accepted,
        }
    }

    fn delivery_when_throttled(&self, _: &OperationInfo) -> Delivery {
        Delivery::Refused
    }
}

/// A read that returns a number.
pub(crate) struct Count(pub(crate) String);

impl Operation for Count {
    type Service = Shop;
    type Output = u64;
    const INFO: &'static OperationInfo =
        &OperationInfo::new("count", Method::Get, "/customers/{id}/orders");

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        request.path("id", &self.0)
    }

    fn decode(body: &ResponseBody) -> Result<u64, DecodeError> {
        body.json()
    }

    fn sensitive<'a>(&'a self, values: &mut Sensitive<'a>) {
        values.text(&self.0);
    }
}

/// A write that returns a number if there is one.
pub(crate) struct Buy(pub(crate) String);

impl Operation for Buy {
    type Service = Shop;
    type Output = Option<u64>;
    const INFO: &'static OperationInfo = &OperationInfo::new("buy", Method::Post, "/orders")
        .with_idempotency(Idempotency::NonIdempotent)
        .with_deciding_status();

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        request.json(&self.0)
    }

    fn decode(body: &ResponseBody) -> Result<Option<u64>, DecodeError> {
        body.optional_json()
    }

    fn sensitive<'a>(&'a self, values: &mut Sensitive<'a>) {
        values.text(&self.0);
    }
}

pub(crate) fn builder(transport: &ScriptedTransport) -> ClientBuilder<Client<Shop>> {
    Client::builder(Shop, KeyCredential::bearer("key-1")).transport(transport.clone())
}

pub(crate) fn client(transport: &ScriptedTransport) -> Client<Shop> {
    builder(transport).build().unwrap()
}

pub(crate) fn count() -> Count {
    Count("cust-1".into())
}

pub(crate) fn buy() -> Buy {
    Buy("a teapot".into())
}

/// Polls a future at most this often, and drops it. Returns whether it completed.
pub(crate) async fn dropped_after(polls: usize, future: impl Future) -> bool {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|_| true)
    })
    .await
}
