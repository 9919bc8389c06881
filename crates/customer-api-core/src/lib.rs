//! The call pipeline shared by the typed customer-API clients.
//!
//! The calls that these clients make change things that can't be taken back, and the providers offer no idempotency
//! keys. So this crate answers, on every [`Error`], the one question that a caller has after a failure: did it happen?
//! See [`Delivery`].
//!
//! Programs depend on a provider crate, which re-exports what they need. Depend on this crate to swap a part of the
//! pipeline, or to write an [`Operation`] that a provider crate lacks.
//!
//! # The life of a call
//!
//! > deadline → validate → encode once → { authorize → permit → send one attempt → classify → wait } → decode
//!
//! | part | trait | default |
//! |---|---|---|
//! | what is called | [`Operation`] | none: a provider crate's, or yours |
//! | how the provider speaks | [`Service`] | none: a provider crate's, or yours |
//! | how bytes travel | [`Transport`] | [`ReqwestTransport`](transport::ReqwestTransport) |
//! | who calls | [`Auth`] | a [`StaticCredential`](auth::StaticCredential) |
//! | what is tried again | [`RetryPolicy`] | [`ExponentialBackoff`](retry::ExponentialBackoff) |
//! | how fast | [`RateLimiter`] | [`Unlimited`](rate_limit::Unlimited); [`Window`](rate_limit::Window) for a quota |
//!
//! # A whole client
//!
//! ```
//! use customer_api_core::{
//!     Client, Operation, Service,
//!     auth::StaticCredential,
//!     error::{DecodeError, ValidationError},
//!     operation::{Method, OperationInfo},
//!     request::Encoder,
//!     response::ResponseBody,
//! };
//!
//! #[derive(Debug)]
//! struct Shop;
//!
//! impl Service for Shop {
//!     fn name(&self) -> &'static str {
//!         "shop"
//!     }
//!     fn user_agent(&self) -> &'static str {
//!         "shop-client/1.0"
//!     }
//!     fn default_base_url(&self) -> Option<&'static str> {
//!         Some("https://shop.example")
//!     }
//! }
//!
//! struct CountOrders {
//!     customer: String,
//! }
//!
//! impl Operation for CountOrders {
//!     type Service = Shop;
//!     type Output = u64;
//!     const INFO: &'static OperationInfo =
//!         &OperationInfo::new("countOrders", Method::Get, "/v1/customers/{customer}/orders/count");
//!
//!     fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
//!         request.path("customer", &self.customer)
//!     }
//!     fn decode(body: &ResponseBody) -> Result<u64, DecodeError> {
//!         body.json()
//!     }
//! }
//!
//! # async fn run() -> Result<(), customer_api_core::Error> {
//! let shop = Client::builder(Shop, StaticCredential::bearer("a-token")).build()?;
//! let orders = shop.send(CountOrders { customer: "cust-1".into() }).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Runtime
//!
//! Calls are made inside a tokio runtime with I/O and time enabled, such as `#[tokio::main]` gives. For programs without one,
//! the feature `blocking` adds the same calls: see the module `blocking`.
//!
//! # Features
//!
//! `rustls` (default), `rustls-no-provider` or `native-tls` choose the TLS library; with none of them an `https` base
//! URL is refused when the client is built. `http2` adds HTTP/2. `test-util` adds a scripted transport for tests,
//! `blocking` calls for programs without a runtime.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod auth;
mod base_url;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
mod call;
mod classify;
mod client;
pub mod environment;
pub mod error;
pub mod nullable;
pub mod open_enum;
pub mod operation;
pub mod pages;
mod pipeline;
pub mod rate_limit;
pub mod redact;
pub mod request;
pub mod response;
pub mod retry;
mod retry_after;
pub mod service;
pub mod session;
mod telemetry;
pub mod time;
pub mod transport;

pub use auth::Auth;
pub use base_url::BaseUrl;
pub use call::Call;
pub use client::{Client, ClientBuilder, ProviderClient};
pub use environment::Environment;
pub use error::{BuildError, Delivery, Error, ErrorKind};
pub use operation::{Idempotency, Operation, OperationInfo};
pub use rate_limit::RateLimiter;
pub use response::Response;
pub use retry::RetryPolicy;
pub use service::Service;
pub use time::Timestamp;
pub use transport::Transport;

/// For implementing the traits.
pub use async_trait::async_trait;
/// The bytes of requests and answers.
pub use bytes;
/// The HTTP types that stand in public signatures.
pub use http;
/// The library behind the default transport, for [`ClientBuilder::http`].
pub use reqwest;
/// The type that holds a secret.
pub use secrecy;
