//! What the pipeline sends by: the default transport known by its type, any other behind its trait.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;

use super::{
    ReqwestTransport, Transport, TransportContext, TransportError, TransportErrorKind, reqwest,
};
use crate::{base_url::BaseUrl, request::Outgoing};

/// The transport of a client.
pub(crate) enum Wire {
    /// Known by its type, so that an exchange lies in the call's own future.
    Default(ReqwestTransport),
    Custom(Arc<dyn Transport>),
}

/// One request on its way, and its answer.
pub(crate) enum Exchange {
    Default(reqwest::Exchange),
    Custom {
        answer: Pin<Box<dyn Future<Output = Answer> + Send>>,
        context: Arc<TransportContext>,
    },
}

type Answer = Result<http::Response<Bytes>, TransportError>;

impl Wire {
    /// Hands a request over. Nothing is sent before the exchange is polled.
    pub(crate) fn begin(
        &self,
        base_url: &BaseUrl,
        outgoing: Outgoing<'_>,
        max_body: usize,
    ) -> Exchange {
        match self {
            Self::Default(transport) => Exchange::Default(transport.begin(outgoing, max_body)),
            Self::Custom(transport) => {
                let request = outgoing.into_request(base_url);
                let context = Arc::new(TransportContext::new(max_body));
                let (transport, shared) = (Arc::clone(transport), Arc::clone(&context));
                let answer = Box::pin(async move {
                    let request = request
                        .map_err(|_| TransportError::new(TransportErrorKind::InvalidRequest))?;
                    transport.send(request, &shared).await
                });
                Exchange::Custom { answer, context }
            }
        }
    }
}

impl Exchange {
    /// Waits for the whole answer. Not to be polled again once that was given.
    pub(crate) fn poll(&mut self, polled: &mut Context<'_>) -> Poll<Answer> {
        match self {
            Self::Default(exchange) => exchange.poll(polled),
            Self::Custom { answer, .. } => answer.as_mut().poll(polled),
        }
    }

    /// The head of the answer, if it has arrived and its body has not. Gives the exchange up.
    pub(crate) fn take_head(&mut self) -> Option<http::Response<()>> {
        match self {
            Self::Default(exchange) => exchange.take_head(),
            Self::Custom { context, .. } => context.take_head(),
        }
    }
}

/// Shows the transport as it shows itself.
impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default(transport) => transport.fmt(f),
            Self::Custom(transport) => transport.fmt(f),
        }
    }
}
