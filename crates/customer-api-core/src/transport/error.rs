use std::{error::Error as StdError, fmt};

use crate::Delivery;

/// The reason why a response, or the rest of one, did not arrive.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The way in which an attempt failed. It determines whether the request may have been sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The request could not be made; nothing was sent.
    InvalidRequest,
    /// The attempt does not run in a runtime that can make connections; nothing was sent.
    NoRuntime,
    /// No connection could be made: DNS, TCP, TLS or a proxy; nothing was sent.
    Connect,
    /// Connecting took too long; nothing was sent.
    ConnectTimeout,
    /// The connection was closed before the request was written, or the server refused the HTTP/2 stream without processing the request.
    NotWritten,
    /// The attempt took too long after connecting.
    Timeout,
    /// The connection broke off after connecting.
    Interrupted,
    /// The response is larger than the client accepts.
    TooLarge,
    /// Another reason; the request may have been sent.
    Other,
}

impl TransportError {
    /// Creates an error of this kind.
    #[must_use]
    pub fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// Sets the cause. Users see the text of the cause, so the text must contain no path or query of a URL and no value of a header.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the way in which the attempt failed.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// Returns the innermost cause, which is the most useful one: "connection refused", "certificate expired".
    pub(crate) fn root_cause(&self) -> Option<&(dyn StdError + 'static)> {
        let first = self.source()?;
        std::iter::successors(Some(first), |&cause| cause.source()).last()
    }
}

impl TransportErrorKind {
    /// Returns the delivery of a request that failed in this way without a response.
    #[must_use]
    pub fn delivery(self) -> Delivery {
        match self {
            Self::InvalidRequest
            | Self::NoRuntime
            | Self::Connect
            | Self::ConnectTimeout
            | Self::NotWritten => Delivery::NotSent,
            Self::Timeout | Self::Interrupted | Self::TooLarge | Self::Other => Delivery::Unknown,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::InvalidRequest => "the request could not be made",
            TransportErrorKind::NoRuntime => "no runtime is available to connect in",
            TransportErrorKind::Connect => "connecting failed",
            TransportErrorKind::ConnectTimeout => "connecting took too long",
            TransportErrorKind::NotWritten => {
                "the connection was gone before the request was written"
            }
            TransportErrorKind::Timeout => "no complete response in time",
            TransportErrorKind::Interrupted => {
                "the connection broke off before the response was complete"
            }
            TransportErrorKind::TooLarge => "the response is larger than the client accepts",
            TransportErrorKind::Other => "sending or receiving failed",
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
