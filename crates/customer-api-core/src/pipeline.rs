//! The life of a call: deadline → { authorize → permit → send one attempt → classify → wait }.
//!
//! Not generic over the operation: encoding comes before and decoding after, in [`Call`](crate::Call).

use std::{sync::Arc, time::Duration};

use tracing::Instrument as _;

use crate::{
    Delivery, Error, ErrorKind,
    auth::AuthContext,
    call::CallOptions,
    classify::{Success, classify},
    client::Inner,
    error::TimeoutPhase,
    operation::OperationInfo,
    rate_limit::{Feedback, Permit},
    request::Prepared,
    response::Metadata,
    retry::{Attempt, RetryDecision, StopReason},
    telemetry,
    time::Deadline,
    transport::{TransportContext, TransportError, TransportErrorKind},
};

/// A call on its way through the pipeline.
pub(crate) struct Pipeline<'c> {
    pub(crate) client: &'c Arc<Inner>,
    pub(crate) operation: &'static OperationInfo,
    pub(crate) options: &'c CallOptions,
    pub(crate) deadline: Deadline,
}

/// The attempts of a call so far.
#[derive(Default)]
struct Attempts {
    count: u32,
    /// When the last one began, counted from the call's beginning.
    last_began: Duration,
}

impl Pipeline<'_> {
    /// Makes the call, in a span of its own.
    pub(crate) async fn run(&self, request: &mut Prepared) -> Result<Metadata, Error> {
        let span = telemetry::call_span(&*self.client.service, self.operation);
        let answer = self.attempts(request).instrument(span.clone()).await;
        match &answer {
            Ok(meta) => telemetry::record_call(&span, meta.attempts, None),
            Err(error) => telemetry::record_call(
                &span,
                error.attempts(),
                Some((error.kind(), error.delivery())),
            ),
        }
        answer
    }

    /// As many attempts as the retry policy, the deadline and the operation's idempotency allow.
    async fn attempts(&self, request: &mut Prepared) -> Result<Metadata, Error> {
        let mut attempts = Attempts::default();
        let mut delivery = Delivery::NotSent;
        let mut credential_renewed = false;
        loop {
            let error = match self.attempt(request, &mut attempts).await {
                Ok(success) => return Ok(metadata(success, &attempts, &self.deadline)),
                Err(error) => error,
            };
            if !credential_renewed && self.is_credential_stale(request, &error) {
                // It was about the credential, not about the call: what comes of the replay counts.
                credential_renewed = true;
                continue;
            }
            delivery = delivery.max(error.delivery());
            match self.decide(attempts.count, &error) {
                RetryDecision::After(wait) => tokio::time::sleep(wait).await,
                RetryDecision::Stop(reason) => {
                    return Err(error.at_least(delivery).with_stop(reason).with_story(
                        self.client.service.name(),
                        self.operation,
                        attempts.count,
                        self.deadline.elapsed(),
                    ));
                }
            }
        }
    }

    /// One attempt, in a span of its own.
    async fn attempt(
        &self,
        request: &mut Prepared,
        attempts: &mut Attempts,
    ) -> Result<Success, Error> {
        self.authorize(request).await?;
        let permit = self.permit().await?;
        if self.time_to_start().is_zero() {
            return Err(call_timeout(Delivery::NotSent));
        }
        attempts.count += 1;
        attempts.last_began = self.deadline.elapsed();
        let span = telemetry::attempt_span(self.operation, &self.client.base_url, attempts.count);
        let outcome = self.send(request).instrument(span.clone()).await;
        let (status, kind) = match &outcome {
            Ok(success) => (Some(success.status.as_u16()), None),
            Err(error) => (error.status(), Some(error.kind())),
        };
        telemetry::record_attempt(&span, status, kind);
        permit.complete(&feedback(&outcome));
        outcome
    }

    /// Puts the credential into the request. May take a login.
    async fn authorize(&self, request: &mut Prepared) -> Result<(), Error> {
        if !self.operation.authenticated || self.options.without_credential {
            return Ok(());
        }
        request.credential = self.client.auth.at_hand();
        if request.credential.is_some() {
            return Ok(());
        }
        let context = AuthContext::new(self.client, &self.deadline);
        let credential = self.client.auth.authorize(&context);
        request.credential = tokio::time::timeout(self.deadline.remaining(), credential)
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

    /// Sends the request once and says what its answer means.
    async fn send(&self, request: &Prepared) -> Result<Success, Error> {
        let client = self.client;
        let attempt = request.attempt(self.operation.method.into(), &client.headers);
        let context = TransportContext::new(client.max_response_bytes);
        let (limit, phase) = self.attempt_limit();
        let outcome = tokio::time::timeout(limit, client.transport.send(attempt, &context)).await;
        match outcome {
            Ok(outcome) => classify(&*client.service, self.operation, outcome),
            Err(_) => match context.take_head() {
                // The status speaks, as it does when a body breaks off.
                Some(head) => {
                    let cut = TransportError::new(TransportErrorKind::Timeout).with_head(head);
                    classify(&*client.service, self.operation, Err(cut))
                        .map_err(|error| error.timed_out_in(phase))
                }
                // The transport was given up while it worked: it may have sent everything.
                None => Err(Error::new(ErrorKind::Timeout(phase), Delivery::Unknown)),
            },
        }
    }

    /// How long an attempt that begins now may take, and what is at fault if it takes longer.
    fn attempt_limit(&self) -> (Duration, TimeoutPhase) {
        let attempt = self
            .options
            .attempt_timeout
            .unwrap_or(self.client.attempt_timeout);
        let remaining = self.deadline.remaining();
        if attempt < remaining {
            (attempt, TimeoutPhase::Attempt)
        } else {
            (remaining, TimeoutPhase::Call)
        }
    }

    /// Whether the provider refused the credential and there may be a better one. A 401 proves that nothing was processed,
    /// so the one replay that follows is harmless for writes too.
    fn is_credential_stale(&self, request: &Prepared, error: &Error) -> bool {
        let Some(credential) = &request.credential else {
            return false;
        };
        error.kind() == ErrorKind::Status
            && error.status() == Some(401)
            && self.client.auth.on_unauthorized(credential.generation())
    }

    /// Asks the policy, within the two limits that no policy can move: a call that may have happened is not repeated unless
    /// that is harmless, and no wait outlasts the call's time-out.
    fn decide(&self, number: u32, error: &Error) -> RetryDecision {
        let attempt = Attempt {
            number,
            idempotency: self
                .options
                .idempotency
                .unwrap_or(self.operation.idempotency),
            status: error.status(),
            retry_after: error.retry_after().or_else(|| self.implied_wait(error)),
            elapsed: self.deadline.elapsed(),
            remaining: self.time_to_start(),
            ..Attempt::new(self.operation, error.kind(), error.delivery())
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

    /// How much time is left to begin an attempt.
    fn time_to_start(&self) -> Duration {
        let remaining = self.deadline.remaining();
        match self.options.latest_start {
            Some(latest) => remaining.min(latest.saturating_sub(self.deadline.elapsed())),
            None => remaining,
        }
    }
}

fn feedback(outcome: &Result<Success, Error>) -> Feedback {
    match outcome {
        Ok(success) => Feedback {
            status: Some(success.status.as_u16()),
            retry_after: None,
        },
        Err(error) => Feedback {
            status: error.status(),
            retry_after: error.retry_after(),
        },
    }
}

fn call_timeout(delivery: Delivery) -> Error {
    Error::new(ErrorKind::Timeout(TimeoutPhase::Call), delivery)
}

fn metadata(success: Success, attempts: &Attempts, deadline: &Deadline) -> Metadata {
    let Success {
        status,
        headers,
        body,
    } = success;
    let elapsed = deadline.elapsed();
    Metadata {
        status,
        headers,
        body,
        attempts: attempts.count,
        elapsed,
        attempt_elapsed: elapsed.saturating_sub(attempts.last_began),
    }
}
