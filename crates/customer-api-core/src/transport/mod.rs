//! How the bytes of one attempt travel.

mod error;
mod reqwest;
#[cfg(feature = "test-util")]
mod scripted;
mod tls;
mod wire;

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;

pub use self::{
    error::{TransportError, TransportErrorKind},
    reqwest::{HttpSettings, ReqwestTransport},
};
#[cfg(feature = "test-util")]
pub use scripted::{Answer, ScriptedTransport};
pub(crate) use wire::{Arrived, Exchange, Wire};

/// Sends one request and receives one answer.
///
/// Called once an attempt; time-outs, retries and credentials are the pipeline's. An implementation must not follow
/// redirects, must not send a request twice, and must say in its errors whether anything was sent.
///
/// ```
/// use async_trait::async_trait;
/// use bytes::Bytes;
/// use customer_api_core::transport::{Transport, TransportContext, TransportError, TransportErrorKind};
///
/// /// Answers everything itself, for a program that must not call out.
/// #[derive(Debug)]
/// struct Offline;
///
/// #[async_trait]
/// impl Transport for Offline {
///     async fn send(
///         &self,
///         _: http::Request<Bytes>,
///         _: &TransportContext,
///     ) -> Result<http::Response<Bytes>, TransportError> {
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
    /// Sends the request and receives the whole answer, whose body may have [`TransportContext::max_body`] bytes at most.
    ///
    /// # Errors
    ///
    /// Says what is known of the request's fate. If the head of the answer arrived and its body did not, the error
    /// carries the head.
    async fn send(
        &self,
        request: http::Request<Bytes>,
        context: &TransportContext,
    ) -> Result<http::Response<Bytes>, TransportError>;
}

/// What a transport must know of one attempt, and what it learns before the answer is whole.
pub struct TransportContext {
    max_body: usize,
    head: Mutex<Option<http::Response<()>>>,
}

impl TransportContext {
    /// The context of an attempt whose answer may have a body of so many bytes.
    #[must_use]
    pub fn new(max_body: usize) -> Self {
        Self {
            max_body,
            head: Mutex::default(),
        }
    }

    /// The largest body that is accepted, in bytes. A larger one is [`TransportErrorKind::TooLarge`], never cut.
    #[must_use]
    pub fn max_body(&self) -> usize {
        self.max_body
    }

    /// Tells that the head of the answer has arrived and its body is under way. If the attempt runs out of time then, its
    /// status still says whether the call happened.
    pub fn head_arrived(&self, head: http::Response<()>) {
        *self.head() = Some(head);
    }

    /// The head that arrived, if one did.
    pub(crate) fn take_head(&self) -> Option<http::Response<()>> {
        self.head().take()
    }

    fn head(&self) -> MutexGuard<'_, Option<http::Response<()>>> {
        // Nothing panics while it holds the lock, so a poisoned one is as good as any.
        self.head.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for TransportContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportContext")
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}
