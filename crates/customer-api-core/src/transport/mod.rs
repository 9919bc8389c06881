//! How the bytes of one attempt travel.

mod error;
mod reqwest;
#[cfg(feature = "test-util")]
mod scripted;

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;

pub use self::{
    error::{TransportError, TransportErrorKind},
    reqwest::{HttpSettings, ReqwestTransport},
};
#[cfg(feature = "test-util")]
pub use scripted::{Answer, ScriptedTransport};

/// Sends one request and receives one answer.
///
/// Called once an attempt; time-outs, retries and credentials are the pipeline's. An implementation must not follow
/// redirects, must not send a request twice, and must say in its errors whether anything was sent.
///
/// ```
/// use async_trait::async_trait;
/// use bytes::Bytes;
/// use customer_api_core::transport::{Transport, TransportError, TransportErrorKind};
///
/// /// Answers everything itself, for a program that must not call out.
/// #[derive(Debug)]
/// struct Offline;
///
/// #[async_trait]
/// impl Transport for Offline {
///     async fn send(&self, _: http::Request<Bytes>, _: usize) -> Result<http::Response<Bytes>, TransportError> {
///         Err(TransportError::new(TransportErrorKind::Connect))
///     }
/// }
/// # #[derive(Debug)] struct Shop;
/// # impl customer_api_core::Service for Shop {
/// #     fn name(&self) -> &'static str { "shop" }
/// #     fn user_agent(&self) -> &'static str { "shop" }
/// # }
/// # use customer_api_core::{Client, auth::Anonymous};
///
/// let shop: Client<Shop> =
///     Client::builder(Shop, Anonymous).base_url("https://shop.example").transport(Offline).build()?;
/// # Ok::<(), customer_api_core::BuildError>(())
/// ```
#[async_trait]
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends the request and receives the whole answer, whose body may have `max_body` bytes at most.
    ///
    /// # Errors
    ///
    /// Says what is known of the request's fate. If the head of the answer arrived and its body did not, the error
    /// carries the head.
    async fn send(
        &self,
        request: http::Request<Bytes>,
        max_body: usize,
    ) -> Result<http::Response<Bytes>, TransportError>;
}

/// Where the default transport keeps the head of an answer while its body is under way: what is known of an attempt that runs
/// out of time before the body is whole. Travels with the request.
#[derive(Clone, Default)]
pub(crate) struct EarlyHead(Arc<Mutex<Option<http::Response<()>>>>);

impl EarlyHead {
    pub(crate) fn put(&self, head: http::Response<()>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(head);
    }

    pub(crate) fn take(&self) -> Option<http::Response<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
