//! Which failures are retried, when, and what the error finally reports.

use std::time::Duration;

use crate::support::{builder, buy, client, count};
use customer_api_core::{
    Delivery, Error, ErrorKind, Idempotency,
    error::TimeoutPhase,
    retry::{FailedAttempt, NeverRetry, RetryDecision, RetryPolicy, RetryTransient, StopReason},
    time::Deadline,
    transport::{ScriptedResponse, ScriptedTransport, TransportErrorKind},
};

const NOT_SENT: [TransportErrorKind; 3] = [
    TransportErrorKind::Connect,
    TransportErrorKind::ConnectTimeout,
    TransportErrorKind::NotWritten,
];

const AMBIGUOUS: [TransportErrorKind; 2] =
    [TransportErrorKind::Timeout, TransportErrorKind::Interrupted];

fn failures(kind: TransportErrorKind, count: usize) -> ScriptedTransport {
    (0..count).fold(ScriptedTransport::new(), |script, _| {
        script.then(ScriptedResponse::failure(kind))
    })
}

/// Reads the same clock as the pipeline.
fn stopwatch() -> Deadline {
    Deadline::after(Duration::MAX)
}

fn facts(error: &Error) -> (Delivery, u32, Option<StopReason>) {
    (error.delivery(), error.attempts(), error.stop_reason())
}

#[tokio::test(start_paused = true)]
async fn what_was_not_sent_is_sent_again_even_if_it_is_a_write() {
    for kind in NOT_SENT {
        let transport = failures(kind, 2).then(ScriptedResponse::status(201).body("9"));
        assert_eq!(
            client(&transport).send(buy()).await.unwrap(),
            Some(9),
            "{kind:?}"
        );
        assert_eq!(transport.requests().len(), 3);

        let transport = failures(kind, 9);
        let error = client(&transport).send(buy()).await.unwrap_err();
        assert_eq!(
            facts(&error),
            (Delivery::NotSent, 3, Some(StopReason::AttemptsExhausted))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_may_have_happened_is_never_repeated() {
    for kind in AMBIGUOUS {
        let transport = failures(kind, 9);
        let error = client(&transport).send(buy()).await.unwrap_err();
        assert_eq!(
            facts(&error),
            (Delivery::Unknown, 1, Some(StopReason::MayHaveHappened)),
            "{kind:?}"
        );
        assert_eq!(transport.requests().len(), 1);
    }
    for status in [408, 500, 502, 503, 504, 599] {
        let transport = ScriptedTransport::new()
            .then(ScriptedResponse::status(status))
            .then(ScriptedResponse::status(200));
        let error = client(&transport).send(buy()).await.unwrap_err();
        assert_eq!(
            (error.delivery(), error.attempts()),
            (Delivery::Unknown, 1),
            "{status}"
        );
        assert_eq!(transport.requests().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_with_the_same_bytes() {
    for kind in AMBIGUOUS {
        let transport = failures(kind, 2).then(ScriptedResponse::status(200).body("7"));
        assert_eq!(client(&transport).send(count()).await.unwrap(), 7);
        let requests = transport.requests();
        assert_eq!(requests.len(), 3);
        for request in &requests {
            assert_eq!(request.uri(), requests[0].uri());
            assert_eq!(request.headers(), requests[0].headers());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_later_attempt_never_takes_a_doubt_back() {
    let script = || {
        ScriptedTransport::new()
            .then(ScriptedResponse::status(503))
            .then(ScriptedResponse::status(400).body("no"))
    };
    let error = client(&script()).send(count()).await.unwrap_err();
    assert_eq!(
        (error.status(), error.delivery(), error.attempts()),
        (Some(400), Delivery::Unknown, 2)
    );

    let transport = failures(TransportErrorKind::Interrupted, 1)
        .then(ScriptedResponse::failure(TransportErrorKind::Connect));
    let shop = builder(&transport)
        .retry(RetryTransient::new().max_attempts(2))
        .build()
        .unwrap();
    let error = shop
        .call(buy())
        .idempotency(Idempotency::Idempotent)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Connect, Delivery::Unknown)
    );

    let transport = failures(TransportErrorKind::Connect, 1).then(ScriptedResponse::status(400));
    let error = client(&transport).send(buy()).await.unwrap_err();
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Refused, 2));
}

#[tokio::test(start_paused = true)]
async fn a_caller_may_vouch_for_a_write() {
    let transport =
        failures(TransportErrorKind::Interrupted, 2).then(ScriptedResponse::status(201));
    client(&transport)
        .call(buy())
        .idempotency(Idempotency::Idempotent)
        .send()
        .await
        .unwrap();
    assert_eq!(transport.requests().len(), 3);

    let transport = failures(TransportErrorKind::Interrupted, 2);
    client(&transport)
        .call(count())
        .idempotency(Idempotency::NonIdempotent)
        .send()
        .await
        .unwrap_err();
    assert_eq!(transport.requests().len(), 1);
}

/// A policy without caution.
#[derive(Debug)]
struct Always;

impl RetryPolicy for Always {
    fn decide(&self, attempt: &FailedAttempt) -> RetryDecision {
        // A pipeline without its own gate should fail a test, not hang it.
        if attempt.number > 5 {
            RetryDecision::Stop(StopReason::Disabled)
        } else {
            RetryDecision::Retry
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_policy_repeats_a_write_that_may_have_happened() {
    let transport = failures(TransportErrorKind::Timeout, 9);
    let error = client(&transport)
        .call(buy())
        .retry(Always)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        facts(&error),
        (Delivery::Unknown, 1, Some(StopReason::MayHaveHappened))
    );
    assert_eq!(transport.requests().len(), 1);

    // A refusal proves that nothing was done, so a policy can retry it.
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(429))
        .then(ScriptedResponse::status(201).body("9"));
    assert_eq!(
        client(&transport)
            .call(buy())
            .retry(Always)
            .send()
            .await
            .unwrap(),
        Some(9)
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_not_repeated() {
    for status in [400, 401, 403, 404, 405, 406, 409, 413, 415, 422] {
        for idempotency in [Idempotency::Safe, Idempotency::NonIdempotent] {
            let transport = ScriptedTransport::new().then(ScriptedResponse::status(status));
            let call = client(&transport)
                .call(count())
                .idempotency(idempotency)
                .send();
            let error = call.await.unwrap_err();
            assert_eq!(
                facts(&error),
                (Delivery::Refused, 1, Some(StopReason::NotRetryable)),
                "{status}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_is_waited_for_exactly() {
    for (value, seconds) in [("7", 7), ("0", 0), ("60", 60)] {
        let transport = ScriptedTransport::new()
            .then(ScriptedResponse::status(429).header("retry-after", value))
            .then(ScriptedResponse::status(200).body("7"));
        let watch = stopwatch();
        client(&transport).send(count()).await.unwrap();
        assert_eq!(watch.elapsed().as_secs(), seconds);
    }
    let date = ScriptedResponse::status(503)
        .header("date", "Thu, 23 Jan 2020 16:33:02 GMT")
        .header("retry-after", "Thu, 23 Jan 2020 16:33:32 GMT");
    let transport = ScriptedTransport::new()
        .then(date)
        .then(ScriptedResponse::status(200).body("7"));
    let watch = stopwatch();
    client(&transport).send(count()).await.unwrap();
    assert_eq!(watch.elapsed().as_secs(), 30);
}

/// The jitter can make one wait short, but not all of them.
#[tokio::test(start_paused = true)]
async fn a_provider_that_asks_for_no_time_is_not_hammered() {
    let mut total = Duration::ZERO;
    for asked in [
        "0",
        "Thu, 23 Jan 2020 16:33:02 GMT",
        "Thu, 23 Jan 2020 16:00:00 GMT",
    ] {
        for status in [429, 503] {
            for _ in 0..20 {
                let response = || {
                    ScriptedResponse::status(status)
                        .header("date", "Thu, 23 Jan 2020 16:33:02 GMT")
                        .header("retry-after", asked)
                };
                let transport = ScriptedTransport::new()
                    .then(response())
                    .then(response())
                    .then(response());
                let watch = stopwatch();
                let error = client(&transport).send(count()).await.unwrap_err();
                assert_eq!(
                    (error.attempts(), error.retry_after()),
                    (3, Some(Duration::ZERO))
                );
                assert!(watch.elapsed() <= Duration::from_millis(1_500));
                total += watch.elapsed();
            }
        }
    }
    // 120 calls that wait for 0.75 s on average.
    assert!(total > Duration::from_secs(45), "{total:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_too_long_ends_the_call_at_once_and_is_told() {
    for (wait, timeout, reason) in [
        (61, 90, StopReason::RetryAfterTooLong),
        (u64::MAX, 90, StopReason::RetryAfterTooLong),
        (30, 20, StopReason::DeadlineTooClose),
    ] {
        let transport = ScriptedTransport::new()
            .then(ScriptedResponse::status(429).header("retry-after", &wait.to_string()));
        let watch = stopwatch();
        let call = client(&transport)
            .call(count())
            .timeout(Duration::from_secs(timeout))
            .send();
        let error = call.await.unwrap_err();
        assert_eq!(error.stop_reason(), Some(reason));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(wait)));
        assert_eq!(watch.elapsed(), Duration::ZERO);
        assert!(error.is_rate_limited());
    }
}

#[tokio::test(start_paused = true)]
async fn every_time_out_ends_its_phase() {
    let hang = || {
        ScriptedTransport::new()
            .then(ScriptedResponse::hang())
            .then(ScriptedResponse::hang())
            .then(ScriptedResponse::hang())
    };

    let transport = hang();
    let watch = stopwatch();
    let error = client(&transport).send(buy()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Attempt));
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Unknown, 1));
    assert_eq!(watch.elapsed().as_secs(), 30);

    let transport = hang();
    let watch = stopwatch();
    let call = client(&transport)
        .call(count())
        .timeout(Duration::from_secs(10))
        .send();
    let error = call.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout(TimeoutPhase::Call));
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Unknown, 1));
    assert_eq!(watch.elapsed().as_secs(), 10);

    // The call's timeout cuts the last of several attempts short.
    let transport = hang();
    let watch = stopwatch();
    let error = client(&transport)
        .call(count())
        .attempt_timeout(Duration::from_secs(40))
        .send()
        .await
        .unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.attempts(), 3);
    assert!(watch.elapsed() <= Duration::from_secs(90));
}

#[tokio::test(start_paused = true)]
async fn a_call_never_outlasts_its_time_out() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(503).header("retry-after", "50"))
        .then(ScriptedResponse::status(503).header("retry-after", "50"))
        .then(ScriptedResponse::status(200).body("7"));
    let watch = stopwatch();
    let error = client(&transport).send(count()).await.unwrap_err();
    assert_eq!(
        facts(&error),
        (Delivery::Unknown, 2, Some(StopReason::DeadlineTooClose))
    );
    assert_eq!(watch.elapsed().as_secs(), 50);
    assert!(error.is_server_error());
}

#[tokio::test(start_paused = true)]
async fn retries_can_be_switched_off() {
    let transport = failures(TransportErrorKind::Connect, 1);
    let error = client(&transport)
        .call(count())
        .retry(NeverRetry)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        facts(&error),
        (Delivery::NotSent, 1, Some(StopReason::Disabled))
    );
}

#[tokio::test(start_paused = true)]
async fn a_response_that_is_too_large_is_an_error_and_not_repeated() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("1234567890"));
    let shop = builder(&transport).max_response_bytes(9).build().unwrap();
    let error = shop.send(count()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ResponseTooLarge);
    assert_eq!(
        facts(&error),
        (Delivery::Unknown, 1, Some(StopReason::NotRetryable))
    );
}

#[tokio::test(start_paused = true)]
async fn a_status_speaks_even_if_its_body_broke_off() {
    let cut = |status| {
        ScriptedResponse::status(status)
            .header("retry-after", "7")
            .cut(TransportErrorKind::Interrupted)
    };
    let error = client(&ScriptedTransport::new().then(cut(400)))
        .send(buy())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Status, Some(400))
    );
    assert_eq!((error.delivery(), error.body()), (Delivery::Refused, None));

    let throttled = [(); 3].map(|()| cut(429));
    let transport = throttled
        .into_iter()
        .fold(ScriptedTransport::new(), ScriptedTransport::then);
    let error = client(&transport).send(buy()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Refused, 3));

    let transport = ScriptedTransport::new()
        .then(cut(200))
        .then(ScriptedResponse::status(200).body("7"));
    let error = client(&transport)
        .call(count())
        .retry(NeverRetry)
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status()),
        (ErrorKind::Interrupted, Some(200))
    );
    assert_eq!(
        (error.delivery(), error.retry_after()),
        (Delivery::Unknown, Some(Duration::from_secs(7)))
    );
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_after_the_latest_start() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(503).header("retry-after", "3"))
        .then(ScriptedResponse::status(503).header("retry-after", "3"))
        .then(ScriptedResponse::status(200).body("7"));
    let call = client(&transport)
        .call(count())
        .latest_start(Duration::from_secs(5))
        .send();
    let error = call.await.unwrap_err();
    assert_eq!(
        facts(&error),
        (Delivery::Unknown, 2, Some(StopReason::DeadlineTooClose))
    );
    assert_eq!(error.elapsed().as_secs(), 3);

    // An attempt that began in time can use its full time.
    let transport = ScriptedTransport::new().then(
        ScriptedResponse::status(200)
            .body("7")
            .after(Duration::from_secs(20)),
    );
    let call = client(&transport)
        .call(count())
        .latest_start(Duration::from_secs(5))
        .send();
    assert_eq!(call.await.unwrap(), 7);
}
