mod options;

use std::{fmt, future::Future, pin::pin, sync::Arc, time::Duration};

pub(crate) use self::options::CallOptions;
use crate::{
    Client, Delivery, Error, ErrorKind,
    before_send::{BeforeSend, Content},
    client::Shared,
    error::{CallReport, DecodeError, Failure, TimeoutPhase, ValidationError},
    observe::{self, CallEnd},
    operation::{Idempotency, Operation},
    pipeline::Pipeline,
    redact::Scrubber,
    request::{Prepared, Sensitive},
    response::{Metadata, Response, ResponseBody},
    retry::{Backoff, RetryPolicy},
    telemetry,
};

/// A call with its own settings. [`send`](Self::send) or one of its siblings makes the call.
///
/// [`Client::call`](crate::Client::call) creates a `Call`. For a call without its own settings, use [`Client::send`](crate::Client::send).
///
/// ```no_run
/// # use customer_api_core::{*, error::*, operation::*, request::*, response::*};
/// # use std::time::Duration;
/// # #[derive(Debug)] struct Shop;
/// # impl Service for Shop {
/// #     fn name(&self) -> &'static str { "shop" }
/// #     fn user_agent(&self) -> &'static str { "shop" }
/// # }
/// # struct Count;
/// # impl Operation for Count {
/// #     type Service = Shop;
/// #     type Output = u64;
/// #     const INFO: &'static OperationInfo = &OperationInfo::new("count", Method::Get, "/count");
/// #     fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> { Ok(()) }
/// #     fn decode(body: &ResponseBody) -> Result<u64, DecodeError> { body.json() }
/// # }
/// # async fn run(shop: Client<Shop>) -> Result<(), Error> {
/// let count = shop.call(Count).timeout(Duration::from_secs(5)).send().await?;
/// # Ok(())
/// # }
/// ```
///
/// # The future of a call
///
/// Await the future inside a tokio runtime with time and, for the default transport, I/O enabled, for example under
/// `#[tokio::main]`. Anywhere else nothing is sent, and an error of kind [`NoRuntime`](crate::ErrorKind::NoRuntime) states what is
/// missing. tokio reports missing time or I/O by a panic. The call catches that panic, but the program's panic hook still runs, and
/// a program that is compiled to abort on panic aborts.
///
/// Nothing is sent, and no timeout runs, before the future is polled. Like every `async fn`, it panics if it is polled again after
/// completion.
///
/// Dropping the future stops the call. A request that was under way may have happened: treat a dropped write as
/// [`Delivery::Unknown`].
#[must_use = "a call is made by `send`"]
pub struct Call<O> {
    client: Arc<Shared>,
    operation: O,
    options: CallOptions,
}

impl<O: Operation> Call<O> {
    pub(crate) fn new(client: Arc<Shared>, operation: O) -> Self {
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

    /// Limits the whole call, with all its attempts and waits. Replaces the client's limit, which is 90 s by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Limits every attempt. Replaces the client's limit, which is 30 s by default.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// Starts no attempt later than `limit` after the call began. Use this for a call that is useless if it is late.
    pub fn latest_start(mut self, limit: Duration) -> Self {
        self.options.additions().latest_start = Some(limit);
        self
    }

    /// Sets the retry policy of this call, instead of the client's.
    pub fn retry(mut self, policy: impl RetryPolicy) -> Self {
        self.options.retry = Some(Arc::new(policy));
        self
    }

    /// Sets the back-off of this call, instead of the client's. The back-off determines the wait before a retry.
    pub fn backoff(mut self, backoff: impl Backoff) -> Self {
        self.options.additions().backoff = Some(Box::new(backoff));
        self
    }

    /// States whether repeating this call is harmless. Overrides the operation's own [`idempotency`](crate::OperationInfo::idempotency).
    ///
    /// This setting allows retries of a write. Pass `Idempotent` only if doing the write twice equals doing it once *for you*, even if
    /// the first request arrives late and overwrites the change that another writer made in between.
    pub fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.options.idempotency = Some(idempotency);
        self
    }

    /// Runs your own step before every attempt. The step can prevent the attempt from being sent.
    ///
    /// Several steps run in the order in which they were added, until one refuses.
    pub fn before_send(mut self, step: impl BeforeSend) -> Self {
        self.options.additions().before_send.push(Box::new(step));
        self
    }

    /// Adds a pair to the query, for a parameter that the operation does not have.
    pub fn query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let pair = (name.into(), value.into());
        self.options.additions().query.push(pair);
        self
    }

    /// Adds already percent-encoded text to the query, such as the query of a link from the provider.
    ///
    /// If the text is not a query, the call fails before it is sent.
    pub fn raw_query(mut self, query: impl Into<String>) -> Self {
        self.options.additions().raw_query = Some(query.into());
        self
    }

    /// Replaces the operation's path, for an operation whose path is not documented. The path must begin with `/` and be percent-encoded.
    /// It is appended to the base URL. Spans keep the operation's own template.
    ///
    /// If the text is not a path, or has `.` or `..` segments, the call fails before it is sent.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.options.additions().path = Some(path.into());
        self
    }

    /// Adds a header, or replaces one of the client's. The credential can't be replaced. Headers that frame the message are
    /// reserved for the transport.
    ///
    /// If the header can't be sent, the call fails before it is sent.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.options.additions().header(name, value);
        self
    }

    /// Returns the client that makes the call.
    #[must_use]
    pub fn client(&self) -> Client<O::Service> {
        Client::of(Arc::clone(&self.client))
    }

    /// Returns the operation of the call.
    #[must_use]
    pub fn operation(&self) -> &O {
        &self.operation
    }

    /// Returns the content of the call, without making the call.
    ///
    /// # Errors
    ///
    /// If a value of the operation, or a setting of the call, can't be sent. The call itself would fail with the same error.
    pub fn content(&self) -> Result<Content, Error> {
        let pipeline = self.pipeline(true);
        let content = pipeline.and_then(|pipeline| {
            let content = pipeline.request.content;
            let content = content.ok_or_else(|| ValidationError::other("content", "is missing"));
            content.map(|content| *content)
        });
        content.map_err(|problem| self.error(problem.into(), self.report(), None))
    }

    /// Makes the call and returns the operation's output.
    ///
    /// # Errors
    ///
    /// The [`delivery`](Error::delivery) of every [`Error`] states whether the call happened.
    #[expect(
        clippy::manual_async_fn,
        reason = "the signature states that the future is `Send` and borrows nothing"
    )]
    pub fn send(self) -> impl Future<Output = Result<O::Output, Error>> + Send + use<O> {
        async move { self.run().await.map(|(value, _)| value) }
    }

    /// Makes the call and returns the output with its metadata.
    ///
    /// # Errors
    ///
    /// The same errors as [`send`](Self::send).
    #[expect(
        clippy::manual_async_fn,
        reason = "the signature states that the future is `Send` and borrows nothing"
    )]
    pub fn response(
        self,
    ) -> impl Future<Output = Result<Response<O::Output>, Error>> + Send + use<O> {
        async move {
            self.run()
                .await
                .map(|(value, meta)| Response::new(value, meta))
        }
    }

    /// Makes the call in a program without a runtime and returns the operation's output.
    ///
    /// # Errors
    ///
    /// The same errors as [`send`](Self::send). Inside an async runtime nothing is sent, and the error is of kind
    /// [`InsideRuntime`](crate::ErrorKind::InsideRuntime).
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait(self) -> Result<O::Output, Error> {
        self.wait_response().map(Response::into_value)
    }

    /// Makes the call in a program without a runtime and returns the output with its metadata.
    ///
    /// # Errors
    ///
    /// The same errors as [`wait`](Self::wait).
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait_response(self) -> Result<Response<O::Output>, Error> {
        crate::blocking::wait(self.run())
            .unwrap_or_else(|error| Err(self.not_begun(error.into())))
            .map(|(value, meta)| Response::new(value, meta))
    }

    /// Encodes the operation, runs the [`Pipeline`], which is not generic, and decodes the response.
    async fn run(&self) -> Result<(O::Output, Metadata), Error> {
        let mut pipeline = match self.pipeline(false) {
            Ok(pipeline) => pipeline,
            Err(problem) => return Err(self.not_begun(problem.into())),
        };
        let operation = self.operation.info();
        let span = telemetry::call_span(&*self.client.service, operation);
        let outcome = telemetry::within(&span, pin!(pipeline.run())).await;
        let outcome = outcome.and_then(|mut meta| {
            meta.body = meta.body.strict(self.client.strict_responses);
            match self.decode(&meta) {
                Ok(value) => Ok((value, meta)),
                Err(error) => Err(undecodable(error, meta)),
            }
        });
        let report = pipeline.report();
        telemetry::record_call(&span, report.attempts, outcome.as_ref().err());
        let status = outcome.as_ref().ok().map(|(_, meta)| meta.status.as_u16());
        self.observe(&report, status, outcome.as_ref().err(), || {
            pipeline.elapsed_now()
        });
        outcome.map_err(|failure| self.error(failure, report, Some(&pipeline.request)))
    }

    /// Reports a call that failed before it could begin, and returns the call's error.
    #[cold]
    fn not_begun(&self, failure: Failure) -> Error {
        let report = self.report();
        self.observe(&report, None, Some(&failure), || Duration::ZERO);
        self.error(failure, report, None)
    }

    /// Reports the end of the call.
    fn observe(
        &self,
        report: &CallReport,
        status: Option<u16>,
        failure: Option<&Failure>,
        elapsed: impl FnOnce() -> Duration,
    ) {
        if let Some(observer) = &self.client.observer {
            let end = CallEnd {
                service: report.service,
                operation: report.operation,
                attempts: report.attempts,
                status: status.or_else(|| failure.and_then(Failure::status)),
                kind: failure.map(Failure::kind),
                delivery: failure.map(Failure::delivery),
                elapsed: elapsed(),
            };
            observe::tell(|| observer.call_ended(&end));
        }
    }

    fn pipeline(&self, wants_content: bool) -> Result<Pipeline<'_>, ValidationError> {
        Pipeline::new(
            &self.client,
            self.operation.info(),
            &self.options,
            wants_content,
            &|request| self.operation.encode(request),
        )
    }

    /// Reads the body of a success. If the operation has `status_decides`, the call succeeds even if the body can't be read, and the output
    /// is that of an empty body. In two cases, the call fails nevertheless: if the body can't be the provider's own, such as an HTML page;
    /// and if the body can't be read and the service's `accept_undecodable` returns `false`. Without `status_decides`, a write also fails
    /// if its response is an HTML page that was not read as JSON.
    fn decode(&self, meta: &Metadata) -> Result<O::Output, DecodeError> {
        let body = &meta.body;
        let outcome = O::decode(body);
        let operation = self.operation.info();
        if !operation.status_decides {
            let is_write = operation.idempotency != Idempotency::Safe;
            return match is_write.then(|| body.page(&meta.headers)).flatten() {
                Some(what) => Err(DecodeError::foreign(what)),
                None => outcome,
            };
        }
        match body.foreign(&meta.headers) {
            Some(what) => Err(DecodeError::foreign(what)),
            None if outcome.is_err()
                && self
                    .client
                    .service
                    .accept_undecodable(self.operation.info(), body) =>
            {
                body.report_whole();
                O::decode(&ResponseBody::empty())
            }
            None => outcome,
        }
    }

    /// Returns the report of a call that has not begun.
    fn report(&self) -> CallReport {
        CallReport {
            service: self.client.service.name(),
            operation: self.operation.info(),
            attempts: 0,
            first_began: Duration::ZERO,
            last_began: Duration::ZERO,
            elapsed: Duration::ZERO,
            is_unasked: false,
        }
    }

    /// Makes the caller's error from a call's failure, without the request's secret and personal values. Every error of a call is made
    /// here.
    #[cold]
    fn error(&self, failure: Failure, report: CallReport, sent: Option<&Prepared>) -> Error {
        let mut sensitive = Sensitive::default();
        self.operation.sensitive(&mut sensitive);
        self.options.sensitive(&mut sensitive);
        let headers = sent
            .into_iter()
            .flat_map(|request| request.sensitive(&self.client.headers));
        let failure = match failure.kind() {
            ErrorKind::Connect | ErrorKind::Timeout(TimeoutPhase::Connect) => {
                let base_url = &self.client.base_url;
                failure.with_server(format!("{}:{}", base_url.host(), base_url.port()))
            }
            _ => failure,
        };
        Error::of_call(failure, report, &Scrubber::new(sensitive, headers))
    }
}

#[cold]
fn undecodable(error: DecodeError, meta: Metadata) -> Failure {
    // The reason why a body is not JSON is more useful than the position of the syntax error.
    let error = meta
        .body
        .foreign(&meta.headers)
        .map_or(error, DecodeError::foreign);
    Failure::new(ErrorKind::Decode, Delivery::Unknown)
        .with_source(error)
        .with_head(meta.status, &meta.headers)
        .with_body(meta.body.into_bytes())
}

impl<O: Operation> fmt::Debug for Call<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation.info().id)
            .finish_non_exhaustive()
    }
}
