use std::{fmt, future::poll_fn, pin::Pin};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use super::{PossiblyUnasked, TransportError, TransportErrorKind, translate::translate};

/// The body of a response, which arrives after its head.
///
/// The client limits the size of the body. The transport need not do so.
pub struct Body(Content);

enum Content {
    Whole(Bytes),
    /// The first piece is an error. After the error, the body is empty.
    Broken(Option<TransportError>),
    Stream(Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>),
    /// The HTTP library's own body. This variant avoids the box that the body would need as a `Stream`.
    Http(reqwest::Response),
}

impl Body {
    /// Creates a body that has already arrived.
    #[must_use]
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self(Content::Whole(bytes.into()))
    }

    /// Creates a body that arrives in pieces. The client stops reading at the first error.
    #[must_use]
    pub fn stream(
        pieces: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    ) -> Self {
        Self(Content::Stream(Box::pin(pieces)))
    }

    /// Creates a body that fails with this error before its first byte arrives.
    #[must_use]
    pub fn failing(error: TransportError) -> Self {
        Self(Content::Broken(Some(error)))
    }

    /// Splits a response of the HTTP library into head and body.
    pub(super) fn of(mut response: reqwest::Response, is_unasked: bool) -> http::Response<Self> {
        let mut head = http::Response::new(());
        *head.status_mut() = response.status();
        *head.headers_mut() = std::mem::take(response.headers_mut());
        if is_unasked {
            head.extensions_mut().insert(PossiblyUnasked);
        }
        head.map(|()| Self(Content::Http(response)))
    }

    /// Returns the next piece, or `None` at the end.
    ///
    /// # Errors
    ///
    /// If the rest of the body did not arrive. The error contains the reason.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        match &mut self.0 {
            Content::Whole(bytes) if bytes.is_empty() => Ok(None),
            Content::Whole(bytes) => Ok(Some(std::mem::take(bytes))),
            Content::Broken(error) => error.take().map_or(Ok(None), Err),
            Content::Stream(pieces) => poll_fn(|context| pieces.as_mut().poll_next(context))
                .await
                .transpose(),
            Content::Http(response) => response.chunk().await.map_err(translate),
        }
    }

    /// Reads the whole body, of at most `limit` bytes. Counts the bytes, even if the server announced the length.
    pub(crate) async fn collect(&mut self, limit: usize) -> Result<Bytes, TransportError> {
        let too_large = || TransportError::new(TransportErrorKind::TooLarge);
        if self.announced() > u64::try_from(limit).unwrap_or(u64::MAX) {
            return Err(too_large());
        }
        let mut received = Received::default();
        while let Some(piece) = self.chunk().await? {
            if piece.len() > limit - received.len() {
                return Err(too_large());
            }
            let is_empty = piece.is_empty();
            received.push(piece);
            if is_empty {
                // The size limit does not stop a body of endless empty pieces. Yielding lets the timeout stop it.
                tokio::task::yield_now().await;
            }
        }
        Ok(received.into_bytes())
    }

    /// Returns the announced length of the body, or 0 if it is unknown.
    fn announced(&self) -> u64 {
        match &self.0 {
            Content::Http(response) => response.content_length().unwrap_or(0),
            Content::Whole(_) | Content::Broken(_) | Content::Stream(_) => 0,
        }
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self::new(bytes)
    }
}

/// Shows the kind of the body, not its contents.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Content::Whole(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Content::Broken(_) => f.write_str("Body(broken off)"),
            Content::Stream(_) | Content::Http(_) => f.write_str("Body(on its way)"),
        }
    }
}

/// The part of a body that has arrived. A body that arrives in one piece, as most do, is not copied.
#[derive(Default)]
struct Received {
    first: Bytes,
    /// All bytes so far. Empty until the second piece arrives.
    whole: BytesMut,
}

impl Received {
    fn len(&self) -> usize {
        self.first.len().max(self.whole.len())
    }

    fn push(&mut self, piece: Bytes) {
        if self.first.is_empty() {
            self.first = piece;
            return;
        }
        if self.whole.is_empty() {
            self.whole.extend_from_slice(&self.first);
        }
        self.whole.extend_from_slice(&piece);
    }

    fn into_bytes(self) -> Bytes {
        if self.whole.is_empty() {
            self.first
        } else {
            self.whole.freeze()
        }
    }
}
