//! What the pipeline sends by: the default transport known by its type, any other behind its trait.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

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
        answer: Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send>>,
        context: Arc<TransportContext>,
    },
}

/// What came back: a head, and a body or the reason why it did not arrive whole.
pub(crate) struct Arrived {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Result<Bytes, TransportError>,
}

impl Arrived {
    /// What a transport says.
    pub(crate) fn read(
        outcome: Result<http::Response<Bytes>, TransportError>,
    ) -> Result<Self, TransportError> {
        match outcome {
            Ok(response) => {
                let (head, body) = response.into_parts();
                Ok(Self {
                    status: head.status,
                    headers: head.headers,
                    body: Ok(body),
                })
            }
            Err(mut error) => match error.take_head() {
                Some(head) => Ok(Self::cut(head, error)),
                None => Err(error),
            },
        }
    }

    /// A head whose body did not arrive.
    fn cut(head: http::Response<()>, error: TransportError) -> Self {
        let (head, ()) = head.into_parts();
        Self {
            status: head.status,
            headers: head.headers,
            body: Err(error),
        }
    }
}

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
    /// Waits for the answer. Not to be polled again once that was given.
    pub(crate) fn poll(
        &mut self,
        polled: &mut Context<'_>,
    ) -> Poll<Result<Arrived, TransportError>> {
        match self {
            Self::Default(exchange) => exchange.poll(polled),
            Self::Custom { answer, .. } => answer.as_mut().poll(polled).map(Arrived::read),
        }
    }

    /// Gives up because the time is over. What has arrived of the answer by then is the answer.
    pub(crate) fn time_out(&mut self) -> Option<Arrived> {
        let error = TransportError::new(TransportErrorKind::Timeout);
        match self {
            Self::Default(exchange) => exchange.cut(error),
            Self::Custom { context, .. } => {
                context.take_head().map(|head| Arrived::cut(head, error))
            }
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
