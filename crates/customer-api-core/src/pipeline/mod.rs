//! The stages of a call: `run` → `attempt` → `exchange`. [`retries`] handles failed attempts.
//!
//! The pipeline is not generic over the operation: [`Call`](crate::Call) passes a function that encodes the operation, and decodes the
//! response after the pipeline has run.
//!
//! `client`, `call`, `pipeline` and `auth` depend on each other in a cycle, because a call may need a login, and a login is a call.

mod retries;

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use tokio::time::{Sleep, timeout};

use crate::{
    Delivery,
    auth::AuthContext,
    before_send::Upcoming,
    call::CallOptions,
    classify::{BrokenOff, RawResponse, Success, classify, timed_out, unanswered},
    client::Shared,
    error::{CallReport, ErrorKind, Failure, TimeoutPhase, ValidationError},
    observe::{self, AttemptEnd},
    operation::info::{Idempotency, OperationInfo},
    rate_limit::{Feedback, Permit, PermitRequest, RateLimitError},
    request::{Encoder, Prepared},
    response::Metadata,
    retry::{Backoff, FailedAttempt, RetryPolicy},
    runtime, telemetry,
    time::Deadline,
    transport::{ConnectionReuse, PossiblyUnasked},
};
use retries::Attempts;

/// A call in progress.
pub(crate) struct Pipeline<'c> {
    client: &'c Arc<Shared>,
    operation: &'static OperationInfo,
    options: &'c CallOptions,
    pub(crate) request: Prepared,
    deadline: Deadline,
    /// The elapsed time of the call when its clock was last read. The clock is read after every wait. A first attempt that begins
    /// immediately does not read the clock.
    elapsed: Duration,
    /// The number of attempts that have begun, and the beginning of the first and the last one.
    attempts: u32,
    first_began: Nanoseconds,
    last_began: Nanoseconds,
    /// How many of the caller's steps may have something to withdraw.
    let_go: u16,
    /// Whether the last response may have been written before its request arrived.
    is_unasked: bool,
}

/// A time of the call, in half the size of a [`Duration`]. The future of a call contains two such times.
#[derive(Clone, Copy)]
struct Nanoseconds(u64);

impl Nanoseconds {
    /// Converts a time. Saturates for a call that takes centuries.
    fn of(time: Duration) -> Self {
        Self(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    }

    fn duration(self) -> Duration {
        Duration::from_nanos(self.0)
    }
}

/// The time limit of an attempt.
struct Limit {
    /// The time at which the attempt ends, counted from the start of the call.
    end: Duration,
    phase: TimeoutPhase,
}

/// Writes an operation into a request. A trait object, so that the pipeline is compiled once for all operations.
type Encode<'a> = dyn Fn(&mut Encoder<'_>) -> Result<(), ValidationError> + 'a;

impl<'c> Pipeline<'c> {
    /// Starts the clock and writes the request that every attempt sends.
    pub(crate) fn new(
        client: &'c Arc<Shared>,
        operation: &'static OperationInfo,
        options: &'c CallOptions,
        wants_content: bool,
        encode: &Encode<'_>,
    ) -> Result<Self, ValidationError> {
        let deadline = Deadline::after(options.timeout.unwrap_or(client.timeout));
        let mut encoder = Encoder::new(operation, &client.base_url, client.check_patterns);
        let encoded = encode(&mut encoder);
        encoder.checked(encoded)?;
        Ok(Self {
            client,
            operation,
            options,
            request: options.finish(encoder, wants_content)?,
            deadline,
            elapsed: Duration::ZERO,
            attempts: 0,
            first_began: Nanoseconds(0),
            last_began: Nanoseconds(0),
            let_go: 0,
            is_unasked: false,
        })
    }

    /// Runs the call: one attempt and, if it fails, the retries that are harmless and useful.
    pub(crate) async fn run(&mut self) -> Result<Metadata, Failure> {
        runtime::check()?;
        self.client.home.check()?;
        let failure = match self.attempt().await {
            Ok(success) => return Ok(self.metadata(success)),
            Err(failure) => failure,
        };
        // Boxed because retries are rare. This keeps the future of every other call small.
        let success = Box::pin(retries::after(failure, self)).await?;
        Ok(self.metadata(success))
    }

    /// Makes one attempt: credential, permit, the caller's steps, the exchange, and the classification of its response.
    async fn attempt(&mut self) -> Result<Success, Failure> {
        (self.let_go, self.is_unasked) = (0, false);
        if self.attempts > 0 {
            self.read_clock();
        }
        self.authorize().await?;
        let mut permit = self.permit().await?.reserved();
        self.before_send().await?;
        if permit.is_expired() {
            return Err(no_permit(RateLimitError::expired()));
        }
        let limit = self.begin()?;
        permit.start();
        let span = telemetry::attempt_span(self.operation, &self.client.base_url, self.attempts);
        let response = telemetry::within(&span, pin!(self.exchange(limit))).await;
        self.is_unasked = response.as_ref().is_ok_and(|response| response.is_unasked);
        let outcome =
            response.and_then(|response| classify(&*self.client.service, self.operation, response));
        let (status, failure) = match &outcome {
            Ok(success) => (Some(success.status.as_u16()), None),
            Err(failure) => (failure.status(), Some(failure)),
        };
        telemetry::record_attempt(&span, status, failure);
        permit.complete(&Feedback {
            status,
            retry_after: failure.and_then(Failure::retry_after),
        });
        if let Some(observer) = &self.client.observer {
            let end = AttemptEnd {
                service: self.client.service.name(),
                operation: self.operation,
                number: self.attempts,
                status,
                kind: failure.map(Failure::kind),
                delivery: failure.map(Failure::delivery),
                elapsed: self
                    .elapsed_now()
                    .saturating_sub(self.last_began.duration()),
            };
            observe::tell(|| observer.attempt_ended(&end));
        }
        outcome
    }

    /// Sends one request and receives its response, within the limit.
    async fn exchange(&self, limit: Limit) -> Result<RawResponse, Failure> {
        let mut end = pin!(self.deadline.sleep(limit.end));
        let outgoing = self.request.attempt(
            self.operation.method.into(),
            &self.client.headers,
            self.reuse(),
        );
        let sent = self.client.transport.send(&self.client.base_url, outgoing);
        // Before a head arrives, only the transport knows whether anything was sent.
        let response = within(end.as_mut(), pin!(sent))
            .await
            .ok_or_else(|| timed_out(limit.phase))?
            .map_err(unanswered)?;
        // From here on, the status determines the outcome, even if the body does not arrive.
        let (head, mut body) = response.into_parts();
        let received = within(end, pin!(body.collect(self.client.max_response_bytes))).await;
        let body = match received {
            Some(body) => body.map_err(BrokenOff::Transport),
            None => Err(BrokenOff::TimedOut(limit.phase)),
        };
        Ok(RawResponse {
            status: head.status,
            headers: head.headers,
            body,
            is_unasked: head.extensions.get::<PossiblyUnasked>().is_some(),
        })
    }

    /// Returns the operation's idempotency. The caller's setting overrides the description.
    fn idempotency(&self) -> Idempotency {
        let described = self.operation.idempotency;
        self.options.idempotency.unwrap_or(described)
    }

    /// Returns which connection an attempt may use. A call that may be repeated can safely use a kept connection, because a repeat is
    /// harmless.
    fn reuse(&self) -> ConnectionReuse {
        if self.operation.fresh_connection {
            ConnectionReuse::Never
        } else if self.idempotency() != Idempotency::NonIdempotent {
            ConnectionReuse::Allowed
        } else if self.client.fresh_connections {
            ConnectionReuse::Never
        } else {
            ConnectionReuse::WhileTrusted
        }
    }

    /// Puts the credential into the request.
    async fn authorize(&mut self) -> Result<(), Failure> {
        if !self.operation.authenticated || self.options.without_credential {
            return Ok(());
        }
        if let Some(credential) = self.client.auth.try_authorize() {
            self.request.authorize(Some(credential));
            return Ok(());
        }
        Box::pin(self.obtain_credential()).await
    }

    /// Obtains a credential, if necessary by a login, which is a call too.
    async fn obtain_credential(&mut self) -> Result<(), Failure> {
        let context = AuthContext::new(self.client, &self.deadline);
        let credential = self.client.auth.authorize(&context);
        let outcome = timeout(self.deadline.remaining(), credential).await;
        self.read_clock();
        let credential = outcome.map_err(|_| Failure::too_late())?.map_err(|error| {
            match self.deadline.remaining() {
                Duration::ZERO => Failure::too_late().with_source(error),
                _ => Failure::new(ErrorKind::Authentication, Delivery::NotSent)
                    .with_retry_after(error.retry_after())
                    .with_source(error),
            }
        })?;
        self.request.authorize(credential);
        Ok(())
    }

    /// Obtains a permit from the rate limiter.
    async fn permit(&mut self) -> Result<Permit, Failure> {
        let request = self.permit_request();
        match self.client.rate_limiter.try_acquire(&request) {
            Some(permit) => Ok(permit),
            None => Box::pin(self.wait_for_permit(request)).await,
        }
    }

    fn permit_request(&self) -> PermitRequest {
        let deadline = match self.options.latest_start() {
            Some(latest) => self.deadline.no_later_than(latest),
            None => self.deadline,
        };
        let longest = self.attempt_timeout().min(self.deadline.limit());
        PermitRequest::new(self.operation.rate_class, deadline, longest)
    }

    fn attempt_timeout(&self) -> Duration {
        let own = self.options.attempt_timeout;
        own.unwrap_or(self.client.attempt_timeout)
    }

    /// Waits for a permit, as long as an attempt may still begin.
    async fn wait_for_permit(&mut self, request: PermitRequest) -> Result<Permit, Failure> {
        let limiter = &self.client.rate_limiter;
        let began = self.deadline.elapsed();
        let permit = limiter.acquire(&request);
        let outcome = timeout(request.deadline().remaining(), permit).await;
        self.read_clock();
        let waited = self.elapsed.saturating_sub(began);
        telemetry::waited_for_permit(request.class(), waited);
        outcome.map_err(|_| Failure::too_late())?.map_err(no_permit)
    }

    /// Runs the caller's steps, if there are any. Each step decides whether the attempt may be sent.
    async fn before_send(&mut self) -> Result<(), Failure> {
        match self.options.before_send() {
            [] => Ok(()),
            _ => Box::pin(self.ask()).await,
        }
    }

    async fn ask(&mut self) -> Result<(), Failure> {
        let withheld = || Failure::new(ErrorKind::Withheld, Delivery::NotSent);
        let Some(content) = &self.request.content else {
            return Err(withheld());
        };
        let attempt = Upcoming {
            operation: self.operation,
            number: self.attempts + 1,
            content,
            remaining: self.deadline.remaining(),
        };
        for step in self.options.before_send() {
            // A step that has not refused may have done something, even if the timeout ended it.
            self.let_go = self.let_go.saturating_add(1);
            let outcome = timeout(self.deadline.remaining(), step.before_send(&attempt)).await;
            self.elapsed = self.deadline.elapsed();
            match outcome {
                Ok(Ok(())) => {}
                Ok(Err(reason)) => {
                    self.let_go = self.let_go.saturating_sub(1);
                    return Err(withheld().with_source(reason));
                }
                Err(_) => return Err(Failure::too_late()),
            }
        }
        Ok(())
    }

    /// Counts the attempt that is about to be sent, unless it is too late for an attempt.
    fn begin(&mut self) -> Result<Limit, Failure> {
        if self.time_to_start().is_zero() {
            return Err(Failure::too_late());
        }
        self.attempts += 1;
        self.last_began = Nanoseconds::of(self.elapsed);
        if self.attempts == 1 {
            self.first_began = self.last_began;
        }
        let remaining = self.deadline.limit().saturating_sub(self.elapsed);
        let attempt_timeout = self.attempt_timeout();
        let (limit, phase) = if attempt_timeout < remaining {
            (attempt_timeout, TimeoutPhase::Attempt)
        } else {
            (remaining, TimeoutPhase::Call)
        };
        Ok(Limit {
            end: self.elapsed.saturating_add(limit),
            phase,
        })
    }

    /// Returns the time that is left to begin an attempt.
    fn time_to_start(&self) -> Duration {
        let limit = self.deadline.limit();
        let latest = self.options.latest_start().unwrap_or(limit);
        latest.min(limit).saturating_sub(self.elapsed)
    }

    /// The time of the call, by the clock.
    pub(crate) fn elapsed_now(&self) -> Duration {
        self.deadline.elapsed()
    }

    fn read_clock(&mut self) {
        self.elapsed = self.deadline.elapsed();
    }

    /// Returns the metadata of a response that has arrived.
    fn metadata(&mut self, success: Success) -> Metadata {
        self.read_clock();
        Metadata {
            status: success.status,
            headers: success.headers,
            body: success.body,
            attempts: self.attempts,
            elapsed: self.elapsed,
            attempt_elapsed: self.elapsed.saturating_sub(self.last_began.duration()),
        }
    }

    /// Returns the attempts and times of the call.
    pub(crate) fn report(&self) -> CallReport {
        CallReport {
            service: self.client.service.name(),
            operation: self.operation,
            attempts: self.attempts,
            first_began: self.first_began.duration(),
            last_began: self.last_began.duration(),
            elapsed: self.elapsed,
            is_unasked: self.is_unasked,
        }
    }
}

impl Attempts for Pipeline<'_> {
    type Success = Success;

    fn attempt(&mut self) -> impl Future<Output = Result<Success, Failure>> + Send {
        Pipeline::attempt(self)
    }

    fn is_unasked(&self) -> bool {
        self.is_unasked
    }

    fn failed(&mut self, failure: &Failure) -> FailedAttempt {
        self.read_clock();
        FailedAttempt {
            number: self.attempts,
            operation: self.operation,
            idempotency: self.idempotency(),
            kind: failure.kind(),
            status: failure.status(),
            delivery: failure.delivery(),
            retry_after: failure.asked_wait(),
            elapsed: self.elapsed,
            remaining: self.time_to_start(),
        }
    }

    fn policy(&self) -> &dyn RetryPolicy {
        &**self.options.retry.as_ref().unwrap_or(&self.client.retry)
    }

    fn backoff(&self) -> &dyn Backoff {
        self.options.backoff().unwrap_or(&*self.client.backoff)
    }

    async fn renews_credential(&mut self, failure: &Failure, was_renewed: bool) -> bool {
        let Some(credential) = &self.request.credential else {
            return false;
        };
        if failure.status() != Some(401) {
            return false;
        }
        let (auth, generation) = (&self.client.auth, credential.generation());
        if was_renewed {
            let told = auth.invalidate_renewed(generation);
            // A store that hangs must not keep the call from ending.
            let _ = timeout(self.deadline.remaining(), told).await;
            return false;
        }
        if !auth.invalidate(generation) {
            return false;
        }
        // A 401 that the server may have written before this request arrived proves nothing about this request, which may still be
        // processed.
        !self.is_unasked || self.idempotency() != Idempotency::NonIdempotent
    }

    async fn withdraw(&mut self) {
        let let_go = usize::from(std::mem::take(&mut self.let_go));
        for step in self.options.before_send().iter().take(let_go).rev() {
            // A step that can't finish in time leaves the rest to its `Drop`.
            let _ = timeout(self.deadline.remaining(), step.withdraw()).await;
            self.read_clock();
        }
    }

    async fn sleep(&mut self, wait: Duration) {
        tokio::time::sleep(wait).await;
        self.read_clock();
    }
}

fn no_permit(error: RateLimitError) -> Failure {
    Failure::new(ErrorKind::RateLimit, Delivery::NotSent)
        .with_retry_after(error.retry_after())
        .with_source(error)
}

/// Waits for a future until the time limit `end`. Returns `None` if the limit comes first.
fn within<'a, F: Future>(
    mut end: Pin<&'a mut Sleep>,
    mut future: Pin<&'a mut F>,
) -> impl Future<Output = Option<F::Output>> + 'a {
    poll_fn(move |context| {
        let outcome = future.as_mut().poll(context).map(Some);
        if outcome.is_ready() {
            return outcome;
        }
        // The limit is checked even if an endless body has used up the task's tokio budget.
        let end = pin!(tokio::task::unconstrained(end.as_mut()));
        end.poll(context).map(|()| None)
    })
}
