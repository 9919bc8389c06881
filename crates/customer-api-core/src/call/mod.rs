mod future;

use std::{
    fmt,
    future::{Future, IntoFuture},
    sync::Arc,
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue};

pub use self::future::CallFuture;
use crate::{
    Error,
    client::Inner,
    error::{Problem, ValidationError},
    operation::{Idempotency, Operation},
    request::{Encoder, Prepared, is_transports},
    response::Response,
    retry::RetryPolicy,
};

/// A call that is about to be made. Nothing is sent until it is awaited.
///
/// Made inside a tokio runtime with I/O and time enabled. Awaiting it gives the operation's output; [`response`](Self::response) gives that with its metadata.
///
/// It is no future itself, but becomes one, a [`CallFuture`]: to make several calls at once, use [`IntoFuture::into_future`] or an `async` block
/// around each.
///
/// # Cancellation
///
/// Dropping the future of a call stops it. A request that was under way may have happened: treat a dropped write as
/// [`Delivery::Unknown`](crate::Delivery::Unknown).
#[must_use = "a call is made when it is awaited"]
pub struct Call<O> {
    client: Arc<Inner>,
    operation: O,
    options: CallOptions,
}

/// What a caller sets for one call.
#[derive(Default)]
pub(crate) struct CallOptions {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<Arc<dyn RetryPolicy>>,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) latest_start: Option<Duration>,
    /// For the calls by which a credential is obtained.
    pub(crate) without_credential: bool,
    /// Rarely there: apart, so that every other call is small.
    additions: Option<Box<Additions>>,
}

/// What a caller puts into the request, or in place of what is there.
#[derive(Default)]
struct Additions {
    path: Option<String>,
    query: Vec<(String, String)>,
    raw_query: Option<String>,
    headers: HeaderMap,
    problem: Option<ValidationError>,
}

impl CallOptions {
    /// Finishes what an operation has written, with what the caller adds.
    pub(crate) fn finish(&self, mut request: Encoder<'_>) -> Result<Prepared, ValidationError> {
        let Some(additions) = &self.additions else {
            return request.finish(&HeaderMap::new());
        };
        if let Some(problem) = &additions.problem {
            return Err(problem.clone());
        }
        if let Some(path) = &additions.path {
            request.replace_path(path)?;
        }
        for (name, value) in &additions.query {
            request.query(name, value);
        }
        if let Some(query) = &additions.raw_query {
            request.raw_query(query)?;
        }
        request.finish(&additions.headers)
    }
}

impl<O: Operation> Call<O> {
    pub(crate) fn new(client: Arc<Inner>, operation: O) -> Self {
        Self {
            client,
            operation,
            options: CallOptions::default(),
        }
    }

    pub(crate) fn without_credential(mut self) -> Self {
        self.options.without_credential = true;
        self
    }

    /// Bounds the whole call, with all its attempts and waits, instead of the client's 90 s.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Bounds every attempt, instead of the client's 30 s.
    pub fn with_attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// Starts no attempt later than this after the call began, for a call that is worth nothing then.
    pub fn with_latest_start(mut self, limit: Duration) -> Self {
        self.options.latest_start = Some(limit);
        self
    }

    /// Decides about retries of this call, instead of the client's policy.
    pub fn with_retry(mut self, policy: impl RetryPolicy) -> Self {
        self.options.retry = Some(Arc::new(policy));
        self
    }

    /// States whether a repeat of this call is harmless, whatever the description says.
    ///
    /// The way to have a write retried: say `Idempotent` only if doing it twice is doing it once *for you*, even if the
    /// first one arrives late and overwrites what somebody else wrote in between.
    pub fn with_idempotency(mut self, idempotency: Idempotency) -> Self {
        self.options.idempotency = Some(idempotency);
        self
    }

    /// Adds a pair to the query, for parameters that the operation does not know.
    pub fn with_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.additions().query.push((name.into(), value.into()));
        self
    }

    /// Adds to the query what is percent-encoded already, such as the query of a link that the provider gave.
    ///
    /// One that is no query makes the call fail before it is sent.
    pub fn with_raw_query(mut self, query: impl Into<String>) -> Self {
        self.additions().raw_query = Some(query.into());
        self
    }

    /// Replaces the operation's path, for an operation whose path is not documented. It is absolute, below the base URL,
    /// and percent-encoded already; spans keep the operation's own template.
    ///
    /// One that is no path, or has `.` or `..` segments, makes the call fail before it is sent.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.additions().path = Some(path.into());
        self
    }

    /// Adds a header, or replaces one of the client's. The credential can't be replaced, and what frames the message is
    /// the transport's own.
    ///
    /// One that can't be sent makes the call fail before it is sent.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let header = HeaderName::from_bytes(name.as_bytes())
            .ok()
            .filter(|header| !is_transports(header));
        match (header, HeaderValue::from_str(value)) {
            (Some(header), Ok(mut value)) => {
                // What a caller adds may be anything: it is not printed.
                value.set_sensitive(true);
                self.additions().headers.insert(header, value);
            }
            _ => {
                let problem = ValidationError::new(name.to_owned(), Problem::Header);
                self.additions().problem = Some(problem);
            }
        }
        self
    }

    /// Makes the call and gives the value with its metadata.
    ///
    /// # Errors
    ///
    /// Every [`Error`] says, by its [`delivery`](Error::delivery), whether the call happened.
    pub fn response(self) -> impl Future<Output = Result<Response<O::Output>, Error>> + Send {
        CallFuture::new(self, Response::new)
    }

    /// Makes the call in a program without a runtime, and gives the operation's output.
    ///
    /// # Errors
    ///
    /// As of awaiting it; and of kind [`InsideRuntime`](crate::ErrorKind::InsideRuntime), without anything being sent, inside an async
    /// runtime.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait(self) -> Result<O::Output, Error> {
        self.wait_response().map(Response::into_value)
    }

    /// Makes the call in a program without a runtime, and gives the value with its metadata.
    ///
    /// # Errors
    ///
    /// As of [`wait`](Self::wait).
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait_response(self) -> Result<Response<O::Output>, Error> {
        let service = self.client.service.name();
        crate::blocking::wait(self.response()).unwrap_or_else(|error| {
            Err(Error::from(error).with_story(service, O::INFO, 0, Duration::ZERO))
        })
    }

    fn additions(&mut self) -> &mut Additions {
        self.options.additions.get_or_insert_default()
    }
}

impl<O: Operation> IntoFuture for Call<O> {
    type Output = Result<O::Output, Error>;
    type IntoFuture = CallFuture<O>;

    fn into_future(self) -> Self::IntoFuture {
        CallFuture::new(self, |value, _| value)
    }
}

impl<O: Operation> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &O::INFO.id)
            .finish_non_exhaustive()
    }
}
