#![cfg_attr(not(doctest), doc = include_str!("../README.md"))]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod auth;
mod base_url;
pub mod before_send;
#[cfg(feature = "blocking")]
#[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
pub mod blocking;
mod call;
mod classify;
mod client;
#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod conformance;
pub mod environment;
pub mod error;
#[doc(hidden)]
pub mod generated;
pub mod nullable;
pub mod observe;
#[doc(hidden)]
pub mod open_enum;
#[doc(hidden)]
pub mod open_union;
pub mod operation;
pub mod pages;
mod pipeline;
mod random;
pub mod rate_limit;
pub mod redact;
pub mod request;
pub mod response;
pub mod retry;
mod retry_after;
mod runtime;
pub mod service;
pub mod session;
pub mod settle;
mod telemetry;
pub mod time;
pub mod transport;

pub use auth::Auth;
pub use base_url::BaseUrl;
pub use before_send::BeforeSend;
pub use call::Call;
pub use client::{Client, ClientBuilder, ProviderClient};
pub use environment::Environment;
pub use error::{BuildError, Delivery, Error, ErrorKind};
pub use open_enum::Unlisted;
pub use open_union::UnlistedObject;
pub use operation::{Idempotency, Operation, OperationInfo};
pub use rate_limit::RateLimiter;
pub use response::Response;
pub use retry::{Backoff, RetryPolicy};
pub use service::Service;
pub use settle::{SendTrace, Settle, Settled};
pub use time::Timestamp;
pub use transport::Transport;

/// The macro for implementations of the async traits.
pub use async_trait::async_trait;
/// The bytes of requests and responses.
pub use bytes;
/// The HTTP types used in public signatures.
pub use http;
/// The library behind the default transport, for [`ClientBuilder::http`].
pub use reqwest;
/// The type that holds a secret.
pub use secrecy;
