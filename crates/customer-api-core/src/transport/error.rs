use std::{error::Error as StdError, fmt};

use crate::{Delivery, redact::OneLine};

/// Why a response, or the rest of one, did not arrive.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// In which way an attempt failed, and so whether anything was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The request could not be made; nothing was sent.
    InvalidRequest,
    /// There is no runtime that the transport could work in; nothing was sent.
    NoRuntime,
    /// No connection could be made: DNS, TCP, TLS or a proxy; nothing was sent.
    Connect,
    /// Connecting took too long; nothing was sent.
    ConnectTimeout,
    /// The connection was gone before the request was written, or the server refused its HTTP/2 stream unprocessed.
    NotWritten,
    /// Something took too long after connecting.
    Timeout,
    /// The connection broke off after connecting.
    Interrupted,
    /// The response is larger than accepted.
    TooLarge,
    /// Another reason; it may have been sent.
    Other,
}

impl TransportError {
    /// A failure of this kind.
    #[must_use]
    pub fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// The cause. Its text is shown to users: it must hold neither a URL's path or query nor a header's value.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// In which way the attempt failed.
    #[must_use]
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// The innermost cause, which is the one that helps: "connection refused", "certificate expired".
    pub(crate) fn root_cause(&self) -> Option<&(dyn StdError + 'static)> {
        let first = self.source()?;
        std::iter::successors(Some(first), |&cause| cause.source()).last()
    }
}

impl TransportErrorKind {
    /// What the failure says about a request of which no response arrived.
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
            TransportErrorKind::NoRuntime => "there is no runtime to connect in",
            TransportErrorKind::Connect => "connecting failed",
            TransportErrorKind::ConnectTimeout => "connecting took too long",
            TransportErrorKind::NotWritten => {
                "the connection was gone before the request was written"
            }
            TransportErrorKind::Timeout => "no whole response in time",
            TransportErrorKind::Interrupted => {
                "the connection broke off before the response was whole"
            }
            TransportErrorKind::TooLarge => "the response is larger than the client accepts",
            TransportErrorKind::Other => "sending or receiving failed",
        })?;
        self.root_cause().map_or(Ok(()), |cause| {
            write!(f, ": {}", OneLine(&cause.to_string()))
        })
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
