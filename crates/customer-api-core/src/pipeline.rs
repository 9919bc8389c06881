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

/// Makes a call: as many attempts as the retry policy, the deadline and the operation's idempotency allow.
pub(crate) async fn run(
    client: &Arc<Inner>,
    operation: &'static OperationInfo,
    request: &mut Prepared,
    options: &CallOptions,
    deadline: &Deadline,
) -> Result<Metadata, Error> {
    let mut attempts = Attempts::default();
    let mut delivery = Delivery::NotSent;
    let mut credential_renewed = false;
    loop {
        let error =
            match attempt(client, operation, request, options, deadline, &mut attempts).await {
                Ok(success) => return Ok(metadata(success, &attempts, deadline)),
                Err(error) => error,
            };
        if !credential_renewed && is_credential_stale(client, request, &error) {
            // It was about the credential, not about the call: what comes of the replay counts.
            credential_renewed = true;
            continue;
        }
        delivery = delivery.max(error.delivery());
        match decide(client, operation, options, deadline, attempts.count, &error) {
            RetryDecision::After(wait) => tokio::time::sleep(wait).await,
            RetryDecision::Stop(reason) => {
                let service = client.service.name();
                return Err(error.at_least(delivery).with_stop(reason).with_story(
                    service,
                    operation,
                    attempts.count,
                    deadline.elapsed(),
                ));
            }
        }
    }
}

/// The attempts of a call so far.
#[derive(Default)]
struct Attempts {
    count: u32,
    /// When the last one began, counted from the call's beginning.
    last_began: Duration,
}

/// One attempt, in a span of its own.
async fn attempt(
    client: &Arc<Inner>,
    operation: &'static OperationInfo,
    request: &mut Prepared,
    options: &CallOptions,
    deadline: &Deadline,
    attempts: &mut Attempts,
) -> Result<Success, Error> {
    authorize(client, operation, request, options, deadline).await?;
    let permit = permit(client, operation, options, deadline).await?;
    if time_to_start(options, deadline).is_zero() {
        return Err(call_timeout(Delivery::NotSent));
    }
    attempts.count += 1;
    attempts.last_began = deadline.elapsed();
    let span = telemetry::attempt_span(operation, &client.base_url, attempts.count);
    let outcome = send(client, operation, request, options, deadline)
        .instrument(span.clone())
        .await;
    let (status, kind) = match &outcome {
        Ok(success) => (Some(success.status.as_u16()), None),
        Err(error) => (error.status(), Some(error.kind())),
    };
    telemetry::record_attempt(&span, status, kind);
    permit.complete(&feedback(&outcome));
    outcome
}

/// Puts the credential into the request. May take a login.
async fn authorize(
    client: &Arc<Inner>,
    operation: &OperationInfo,
    request: &mut Prepared,
    options: &CallOptions,
    deadline: &Deadline,
) -> Result<(), Error> {
    if !operation.authenticated || options.without_credential {
        return Ok(());
    }
    request.credential = client.auth.at_hand();
    if request.credential.is_some() {
        return Ok(());
    }
    let context = AuthContext::new(client, deadline);
    request.credential =
        tokio::time::timeout(deadline.remaining(), client.auth.authorize(&context))
            .await
            .map_err(|_| call_timeout(Delivery::NotSent))?
            .map_err(|error| match deadline.remaining() {
                Duration::ZERO => call_timeout(Delivery::NotSent).with_source(error),
                _ => Error::new(ErrorKind::Authentication, Delivery::NotSent)
                    .with_retry_after(error.retry_after())
                    .with_source(error),
            })?;
    Ok(())
}

/// Waits for the quota, as long as an attempt may still begin.
async fn permit(
    client: &Inner,
    operation: &OperationInfo,
    options: &CallOptions,
    deadline: &Deadline,
) -> Result<Permit, Error> {
    if let Some(permit) = client.rate_limiter.try_acquire(operation.rate_class) {
        return Ok(permit);
    }
    let deadline = &options
        .latest_start
        .map_or(*deadline, |latest| deadline.no_later_than(latest));
    let permit = client.rate_limiter.acquire(operation.rate_class, deadline);
    tokio::time::timeout(deadline.remaining(), permit)
        .await
        .map_err(|_| call_timeout(Delivery::NotSent))?
        .map_err(|error| {
            Error::new(ErrorKind::RateLimit, Delivery::NotSent)
                .with_retry_after(error.retry_after())
                .with_source(error)
        })
}

/// Sends the request once and says what its answer means.
async fn send(
    client: &Inner,
    operation: &OperationInfo,
    request: &Prepared,
    options: &CallOptions,
    deadline: &Deadline,
) -> Result<Success, Error> {
    let (limit, phase) = {
        let attempt = options.attempt_timeout.unwrap_or(client.attempt_timeout);
        let remaining = deadline.remaining();
        if attempt < remaining {
            (attempt, TimeoutPhase::Attempt)
        } else {
            (remaining, TimeoutPhase::Call)
        }
    };
    let attempt = request.attempt(operation.method.into(), &client.headers);
    let context = TransportContext::new(client.max_response_bytes);
    let transport = client.transport.send(attempt, &context);
    match tokio::time::timeout(limit, transport).await {
        Ok(outcome) => classify(&*client.service, operation, outcome),
        Err(_) => match context.take_head() {
            // The status speaks, as it does when a body breaks off.
            Some(head) => {
                let cut = TransportError::new(TransportErrorKind::Timeout).with_head(head);
                classify(&*client.service, operation, Err(cut))
                    .map_err(|error| error.timed_out_in(phase))
            }
            // The transport was given up while it worked: it may have sent everything.
            None => Err(Error::new(ErrorKind::Timeout(phase), Delivery::Unknown)),
        },
    }
}

/// Whether the provider refused the credential and there may be a better one. A 401 proves that nothing was processed,
/// so the one replay that follows is harmless for writes too.
fn is_credential_stale(client: &Inner, request: &Prepared, error: &Error) -> bool {
    let Some(credential) = &request.credential else {
        return false;
    };
    error.kind() == ErrorKind::Status
        && error.status() == Some(401)
        && client.auth.on_unauthorized(credential.generation())
}

/// Asks the policy, within the two limits that no policy can move: a call that may have happened is not repeated unless
/// that is harmless, and no wait outlasts the call's time-out.
fn decide(
    client: &Inner,
    operation: &'static OperationInfo,
    options: &CallOptions,
    deadline: &Deadline,
    number: u32,
    error: &Error,
) -> RetryDecision {
    let attempt = Attempt {
        number,
        idempotency: options.idempotency.unwrap_or(operation.idempotency),
        status: error.status(),
        retry_after: error
            .retry_after()
            .or_else(|| implied_wait(client, operation, error)),
        elapsed: deadline.elapsed(),
        remaining: time_to_start(options, deadline),
        ..Attempt::new(operation, error.kind(), error.delivery())
    };
    let policy = options.retry.as_ref().unwrap_or(&client.retry);
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
fn implied_wait(client: &Inner, operation: &OperationInfo, error: &Error) -> Option<Duration> {
    error
        .status()
        .filter(|status| *status == 429)
        .and_then(|_| client.service.throttled_wait(operation))
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

/// How much time is left to begin an attempt.
fn time_to_start(options: &CallOptions, deadline: &Deadline) -> Duration {
    let remaining = deadline.remaining();
    match options.latest_start {
        Some(latest) => remaining.min(latest.saturating_sub(deadline.elapsed())),
        None => remaining,
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
