//! The life of a call: deadline → { authorize → permit → send one attempt → classify → wait }.
//!
//! Not generic over the operation: encoding comes before and decoding after, in [`Call`](crate::Call).

mod attempt;
mod course;

use std::{future::poll_fn, pin::pin, sync::Arc, time::Duration};

use attempt::Attempt;
pub(crate) use course::{Course, Over};

use crate::{
    Delivery, Error, ErrorKind,
    auth::AuthContext,
    call::CallOptions,
    classify::Success,
    client::Inner,
    error::TimeoutPhase,
    operation::OperationInfo,
    rate_limit::Permit,
    request::Prepared,
    response::Metadata,
    retry::{self, RetryDecision, StopReason},
    telemetry,
    time::Deadline,
};

/// A call on its way through the pipeline.
pub(crate) struct Pipeline {
    pub(crate) client: Arc<Inner>,
    pub(crate) operation: &'static OperationInfo,
    pub(crate) options: CallOptions,
    pub(crate) request: Prepared,
    deadline: Deadline,
    attempts: Attempts,
}

/// The attempts of a call so far.
#[derive(Default)]
struct Attempts {
    count: u32,
    /// When the last one began, counted from the call's beginning.
    last_began: Duration,
}

impl Pipeline {
    /// The first attempt, if credential and permit are at hand. No time has passed then, so no clock is read.
    fn at_once(&mut self) -> Option<Result<Attempt, Error>> {
        if self.wants_credential() {
            self.request.credential = Some(self.client.auth.at_hand()?);
        }
        let class = self.operation.rate_class;
        let permit = self.client.rate_limiter.try_acquire(class)?;
        Some(self.begin(permit, Duration::ZERO))
    }

    /// As many attempts as the retry policy, the deadline and the operation's idempotency allow, after one that failed.
    async fn attempts(&mut self, mut failed: Option<Error>) -> Result<Metadata, Error> {
        let mut delivery = Delivery::NotSent;
        let mut credential_renewed = false;
        loop {
            let error = match failed.take() {
                Some(error) => error,
                None => match self.attempt().await {
                    Ok(success) => return Ok(self.metadata(success)),
                    Err(error) => error,
                },
            };
            if !credential_renewed && self.is_credential_stale(&error) {
                // It was about the credential, not about the call: what comes of the replay counts.
                credential_renewed = true;
                continue;
            }
            delivery = delivery.max(error.delivery());
            match self.decide(&error) {
                RetryDecision::After(wait) => tokio::time::sleep(wait).await,
                RetryDecision::Stop(reason) => {
                    return Err(error.at_least(delivery).with_stop(reason).with_story(
                        self.client.service.name(),
                        self.operation,
                        self.attempts.count,
                        self.deadline.elapsed(),
                    ));
                }
            }
        }
    }

    /// One attempt, as soon as it may begin.
    async fn attempt(&mut self) -> Result<Success, Error> {
        self.authorize().await?;
        let permit = self.permit().await?;
        let mut attempt = pin!(self.begin(permit, self.deadline.elapsed())?);
        let (service, operation) = (&*self.client.service, self.operation);
        poll_fn(|context| attempt.as_mut().poll(context, service, operation)).await
    }

    /// Begins an attempt when so much of the call's time has passed.
    #[inline]
    fn begin(&mut self, permit: Permit, elapsed: Duration) -> Result<Attempt, Error> {
        let remaining = self.deadline.limit().saturating_sub(elapsed);
        if self.time_to_start(elapsed).is_zero() {
            return Err(call_timeout(Delivery::NotSent));
        }
        self.attempts.count += 1;
        self.attempts.last_began = elapsed;
        let client = &*self.client;
        let attempt_timeout = self
            .options
            .attempt_timeout
            .unwrap_or(client.attempt_timeout);
        let (limit, phase) = if attempt_timeout < remaining {
            (attempt_timeout, TimeoutPhase::Attempt)
        } else {
            (remaining, TimeoutPhase::Call)
        };
        let span = telemetry::attempt_span(self.operation, &client.base_url, self.attempts.count);
        let outgoing = self
            .request
            .attempt(self.operation.method.into(), &client.headers);
        let max_body = client.max_response_bytes;
        let exchange = span.in_scope(|| client.wire.begin(&client.base_url, outgoing, max_body));
        Ok(Attempt {
            exchange,
            limit: self.deadline.sleep(elapsed.saturating_add(limit)),
            phase,
            permit: Some(permit),
            span,
        })
    }

    fn wants_credential(&self) -> bool {
        self.operation.authenticated && !self.options.without_credential
    }

    /// Puts the credential into the request. May take a login.
    async fn authorize(&mut self) -> Result<(), Error> {
        if !self.wants_credential() {
            return Ok(());
        }
        self.request.credential = self.client.auth.at_hand();
        if self.request.credential.is_some() {
            return Ok(());
        }
        let context = AuthContext::new(&self.client, &self.deadline);
        let credential = self.client.auth.authorize(&context);
        self.request.credential = tokio::time::timeout(self.deadline.remaining(), credential)
            .await
            .map_err(|_| call_timeout(Delivery::NotSent))?
            .map_err(|error| match self.deadline.remaining() {
                Duration::ZERO => call_timeout(Delivery::NotSent).with_source(error),
                _ => Error::new(ErrorKind::Authentication, Delivery::NotSent)
                    .with_retry_after(error.retry_after())
                    .with_source(error),
            })?;
        Ok(())
    }

    /// Waits for the quota, as long as an attempt may still begin.
    async fn permit(&self) -> Result<Permit, Error> {
        let (limiter, class) = (&self.client.rate_limiter, self.operation.rate_class);
        if let Some(permit) = limiter.try_acquire(class) {
            return Ok(permit);
        }
        let deadline = match self.options.latest_start {
            Some(latest) => self.deadline.no_later_than(latest),
            None => self.deadline,
        };
        tokio::time::timeout(deadline.remaining(), limiter.acquire(class, &deadline))
            .await
            .map_err(|_| call_timeout(Delivery::NotSent))?
            .map_err(|error| {
                Error::new(ErrorKind::RateLimit, Delivery::NotSent)
                    .with_retry_after(error.retry_after())
                    .with_source(error)
            })
    }

    /// Whether the provider refused the credential and there may be a better one. A 401 proves that nothing was processed,
    /// so the one replay that follows is harmless for writes too.
    fn is_credential_stale(&self, error: &Error) -> bool {
        let Some(credential) = &self.request.credential else {
            return false;
        };
        error.kind() == ErrorKind::Status
            && error.status() == Some(401)
            && self.client.auth.on_unauthorized(credential.generation())
    }

    /// Asks the policy, within the two limits that no policy can move: a call that may have happened is not repeated unless
    /// that is harmless, and no wait outlasts the call's time-out.
    fn decide(&self, error: &Error) -> RetryDecision {
        let elapsed = self.deadline.elapsed();
        let attempt = retry::Attempt {
            number: self.attempts.count,
            idempotency: self
                .options
                .idempotency
                .unwrap_or(self.operation.idempotency),
            status: error.status(),
            retry_after: error.retry_after().or_else(|| self.implied_wait(error)),
            elapsed,
            remaining: self.time_to_start(elapsed),
            ..retry::Attempt::new(self.operation, error.kind(), error.delivery())
        };
        let policy = self.options.retry.as_ref().unwrap_or(&self.client.retry);
        match policy.decide(&attempt) {
            RetryDecision::After(_) if !attempt.is_repeatable() => {
                RetryDecision::Stop(StopReason::MayHaveHappened)
            }
            RetryDecision::After(wait) if wait >= attempt.remaining => {
                RetryDecision::Stop(StopReason::DeadlineTooClose)
            }
            decision => decision,
        }
    }

    /// How long to wait after a 429 that does not say.
    fn implied_wait(&self, error: &Error) -> Option<Duration> {
        error
            .status()
            .filter(|status| *status == 429)
            .and_then(|_| self.client.service.throttled_wait(self.operation))
    }

    /// How much time is left to begin an attempt when so much has passed.
    fn time_to_start(&self, elapsed: Duration) -> Duration {
        let limit = match self.options.latest_start {
            Some(latest) => latest.min(self.deadline.limit()),
            None => self.deadline.limit(),
        };
        limit.saturating_sub(elapsed)
    }

    /// What came along with an answer that has just arrived.
    fn metadata(&self, success: Success) -> Metadata {
        let Success {
            status,
            headers,
            body,
        } = success;
        let elapsed = self.deadline.elapsed();
        Metadata {
            status,
            headers,
            body,
            attempts: self.attempts.count,
            elapsed,
            attempt_elapsed: elapsed.saturating_sub(self.attempts.last_began),
        }
    }
}

fn call_timeout(delivery: Delivery) -> Error {
    Error::new(ErrorKind::Timeout(TimeoutPhase::Call), delivery)
}
