use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};

use super::{Body, Transport, TransportError, TransportErrorKind};

/// A transport that responds from a queue and records the requests, for tests without sockets.
///
/// All waits use tokio's clock. If a test pauses that clock, timeouts and back-off take no time. Clones share the queue and the record.
/// Once the queue is empty, every request fails with [`TransportErrorKind::Other`], so the call reports that it may have happened. At the
/// end of a test, [`verify`](Self::verify) finds requests without a response, and responses that no request used.
///
/// ```
/// use customer_api_core::transport::{ScriptedResponse, ScriptedTransport, TransportErrorKind};
///
/// let transport = ScriptedTransport::new()
///     .then(ScriptedResponse::status(503).header("retry-after", "1"))
///     .then(ScriptedResponse::failure(TransportErrorKind::Interrupted))
///     .then(ScriptedResponse::status(200).body(r#"{"id":1}"#));
/// assert!(transport.requests().is_empty());
/// ```
#[derive(Clone, Default)]
pub struct ScriptedTransport {
    script: Arc<Mutex<Script>>,
}

#[derive(Default)]
struct Script {
    responses: VecDeque<ScriptedResponse>,
    /// The number of requests that came while the queue was empty.
    unanswered: usize,
    requests: Vec<http::Request<Bytes>>,
}

/// The requests and the responses of a [`ScriptedTransport`] differ in number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "of {requests} requests, {unanswered} had no scripted response, and {unused} scripted responses were not used"
)]
#[non_exhaustive]
pub struct ScriptError {
    /// The number of all requests.
    pub requests: usize,
    /// The number of requests that came while the queue was empty.
    pub unanswered: usize,
    /// The number of responses that are left in the queue.
    pub unused: usize,
}

/// The reaction of a [`ScriptedTransport`] to one request.
#[derive(Debug)]
pub struct ScriptedResponse {
    delay: Duration,
    outcome: Outcome,
}

#[derive(Debug)]
enum Outcome {
    Response(http::Response<Bytes>),
    Failure(TransportErrorKind),
    /// The head arrives, but the body does not.
    Cut(http::Response<()>, TransportErrorKind),
    Hang,
}

impl ScriptedResponse {
    /// Creates a response with this status. An invalid status becomes a 500.
    #[must_use]
    pub fn status(status: u16) -> Self {
        let mut response = http::Response::new(Bytes::new());
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self {
            delay: Duration::ZERO,
            outcome: Outcome::Response(response),
        }
    }

    /// Creates a failure of the transport.
    #[must_use]
    pub fn failure(kind: TransportErrorKind) -> Self {
        Self {
            delay: Duration::ZERO,
            outcome: Outcome::Failure(kind),
        }
    }

    /// Creates a reaction that never responds.
    #[must_use]
    pub fn hang() -> Self {
        Self {
            delay: Duration::ZERO,
            outcome: Outcome::Hang,
        }
    }

    /// Sets the body of a response.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        if let Outcome::Response(response) = &mut self.outcome {
            *response.body_mut() = body.into();
        }
        self
    }

    /// Adds a header to a response. An invalid header is omitted.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let (Outcome::Response(response), Ok(name), Ok(value)) = (
            &mut self.outcome,
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_str(value),
        ) {
            response.headers_mut().append(name, value);
        }
        self
    }

    /// Makes the body fail after the head of the response has arrived.
    #[must_use]
    pub fn cut(mut self, kind: TransportErrorKind) -> Self {
        if let Outcome::Response(response) = self.outcome {
            self.outcome = Outcome::Cut(response.map(drop), kind);
        }
        self
    }

    /// Sets a wait before the response.
    #[must_use]
    pub fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }
}

impl ScriptedTransport {
    /// Creates a transport with an empty queue.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a response to the end of the queue.
    #[must_use]
    pub fn then(self, response: ScriptedResponse) -> Self {
        self.push(response);
        self
    }

    /// Adds a response to the end of the queue of a transport that is already in use.
    pub fn push(&self, response: ScriptedResponse) {
        self.with(|script| script.responses.push_back(response));
    }

    /// Returns the requests so far, in the order in which they came.
    #[must_use]
    pub fn requests(&self) -> Vec<http::Request<Bytes>> {
        self.with(|script| script.requests.clone())
    }

    /// Checks that each request had a response, and that each response was used.
    ///
    /// # Errors
    ///
    /// If a request had no response, or a response was not used. The error contains the numbers.
    pub fn verify(&self) -> Result<(), ScriptError> {
        self.with(|script| {
            let error = ScriptError {
                requests: script.requests.len(),
                unanswered: script.unanswered,
                unused: script.responses.len(),
            };
            if error.unanswered == 0 && error.unused == 0 {
                Ok(())
            } else {
                Err(error)
            }
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Script) -> T) -> T {
        // No code panics while it holds the lock, so the lock is never poisoned.
        work(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for ScriptedTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ScriptedTransport")
    }
}

#[async_trait]
impl Transport for ScriptedTransport {
    async fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let response = self.with(|script| {
            script.requests.push(request);
            let response = script.responses.pop_front();
            script.unanswered += usize::from(response.is_none());
            response
        });
        let Some(ScriptedResponse { delay, outcome }) = response else {
            return Err(TransportError::new(TransportErrorKind::Other)
                .with_source("the script has no response for this request"));
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        match outcome {
            Outcome::Response(response) => Ok(response.map(Body::new)),
            Outcome::Failure(kind) => Err(TransportError::new(kind)),
            Outcome::Cut(head, kind) => Ok(head.map(|()| Body::failing(TransportError::new(kind)))),
            Outcome::Hang => std::future::pending().await,
        }
    }
}
