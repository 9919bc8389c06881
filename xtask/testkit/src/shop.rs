//! An invented provider.

use std::time::Duration;

use customer_api_core::{
    Client, Delivery, OperationInfo, Service, Transport, auth::KeyCredential,
    retry::ExponentialBackoff,
};

/// A shop without operations. A test adds its own operations. A 429 of the shop means that the shop did not process the
/// request.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "only tests use it")]
pub struct Shop;

impl Service for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }
    fn user_agent(&self) -> &'static str {
        "shop-client/1.0"
    }
    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://shop.example")
    }
    fn delivery_when_throttled(&self, _: &OperationInfo) -> Delivery {
        Delivery::Refused
    }
}

/// Returns a client of the shop that uses this transport and retries without waiting.
#[must_use]
pub fn shop(transport: impl Transport) -> Client<Shop> {
    Client::builder(Shop, KeyCredential::bearer("key"))
        .transport(transport)
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .build()
        .unwrap()
}
