//! Sends the request of one attempt, and receives its response.

mod body;
mod connection;
mod error;
mod reqwest;
#[cfg(feature = "test-util")]
mod scripted;
mod this_machine;
mod tls;
mod translate;

use std::{
    fmt,
    future::{Future, ready},
    sync::Arc,
};

use async_trait::async_trait;
use bytes::Bytes;

pub use self::{
    body::Body,
    connection::{ConnectionReuse, PossiblyUnasked},
    error::{TransportError, TransportErrorKind},
    reqwest::{HttpSettings, ReqwestTransport},
};
use crate::{base_url::BaseUrl, request::Outgoing};
#[cfg(feature = "test-util")]
pub use scripted::{ScriptError, ScriptedResponse, ScriptedTransport};

/// Sends one request and returns its response as soon as the head has arrived.
///
/// The client calls the transport once per attempt. The client handles timeouts, retries, credentials and the limit on a response's size.
/// An implementation must not follow redirects and must not send a request twice. Its errors must state whether the request may have been
/// sent.
///
/// ```
/// use bytes::Bytes;
/// use customer_api_core::async_trait;
/// use customer_api_core::transport::{Body, Transport, TransportError, TransportErrorKind};
///
/// /// Refuses every request, for a program that must not use the network.
/// #[derive(Debug)]
/// struct Offline;
///
/// #[async_trait]
/// impl Transport for Offline {
///     async fn send(&self, _: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
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
    /// Sends the request. Returns the head of the response as soon as it has arrived, with the [`Body`] that follows it.
    ///
    /// Once the head has arrived, its status decides whether the call happened, even if the body does not arrive. If the server may have
    /// written the response before the request arrived, an implementation puts [`PossiblyUnasked`] into the response's extensions.
    ///
    /// # Errors
    ///
    /// If no head arrived. The error's kind states whether the request may have been sent.
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError>;
}

/// The transport of a client. The default transport has its own variant, so that its calls need no box.
pub(crate) enum ClientTransport {
    Default(Box<ReqwestTransport>),
    Custom(Arc<dyn Transport>),
}

impl ClientTransport {
    /// Passes a request to the transport. The request is built immediately. Nothing is sent before the future is polled.
    pub(crate) fn send<'t>(
        &'t self,
        base_url: &BaseUrl,
        outgoing: Outgoing<'_>,
    ) -> impl Future<Output = Result<http::Response<Body>, TransportError>> + Send + use<'t> {
        let sent = match self {
            Self::Default(transport) => Sent::Default(transport.send_below(outgoing)),
            Self::Custom(transport) => Sent::Custom(match outgoing.into_request(base_url) {
                Ok(request) => transport.send(request),
                Err(_) => Box::pin(ready(Err(TransportError::new(
                    TransportErrorKind::InvalidRequest,
                )))),
            }),
        };
        async move {
            match sent {
                Sent::Default(response) => response.await,
                Sent::Custom(response) => response.await,
            }
        }
    }
}

/// The future of a request, by either transport.
enum Sent<D, C> {
    Default(D),
    Custom(C),
}

/// Shows the transport's own `Debug`.
impl fmt::Debug for ClientTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default(transport) => transport.fmt(f),
            Self::Custom(transport) => transport.fmt(f),
        }
    }
}
