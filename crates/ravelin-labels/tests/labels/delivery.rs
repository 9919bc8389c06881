//! Every row of the table of `Delivery`, over real sockets, for a write and for a read; the sandbox counts what was applied.

use std::time::Duration;

use customer_api_core::{error::TimeoutPhase, operation::Operation};
use customer_api_sandbox::{ConnectionFault, Fault, FaultBody, Sandbox};
use ravelin_labels::{
    AllReviews, Client, ClientBuilder, Delivery, Error, ErrorKind, LabelCustomer, LastReview,
    PaymentFraudReview, Ravelin,
};

use crate::support::sandbox_client;

use Delivery::{NotSent, Refused, Unknown};

/// What became of one call.
#[derive(Debug, PartialEq)]
struct Told {
    kind: ErrorKind,
    delivery: Delivery,
    attempts: u32,
}

const fn told(kind: ErrorKind, delivery: Delivery, attempts: u32) -> Told {
    Told {
        kind,
        delivery,
        attempts,
    }
}

impl From<Error> for Told {
    fn from(error: Error) -> Self {
        told(error.kind(), error.delivery(), error.attempts())
    }
}

/// What the server saw: requests that arrived, and labels that it applied.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    requests: usize,
    applied: usize,
}

fn write() -> LabelCustomer {
    LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster).comment("x".repeat(2_000))
}

fn read() -> LastReview {
    LastReview::new("cust-1")
}

/// Calls a fresh sandbox in which every request meets the fault.
async fn meet<O: Operation<Service = Ravelin>>(
    operation: O,
    fault: &Fault,
) -> (Result<O::Output, Told>, Seen) {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.ravelin().fault(fault.clone().times(9));
    let outcome = call(&sandbox, sandbox_client(&sandbox), operation).await;
    (outcome, seen(&sandbox))
}

async fn call<O: Operation<Service = Ravelin>>(
    _: &Sandbox,
    builder: ClientBuilder<Client>,
    operation: O,
) -> Result<O::Output, Told> {
    builder
        .build()
        .unwrap()
        .send(operation)
        .await
        .map_err(Told::from)
}

fn seen(sandbox: &Sandbox) -> Seen {
    Seen {
        requests: sandbox.ravelin().requests().len(),
        applied: sandbox.ravelin().applied_count(),
    }
}

/// A fault that both calls end with: what each is told, and how often it tried.
async fn assert_fails(
    name: &str,
    fault: Fault,
    (write_told, applied): (Told, usize),
    read_told: Told,
) {
    let (outcome, seen) = meet(write(), &fault).await;
    let requests = write_told.attempts as usize;
    assert_eq!(
        (outcome.err(), seen),
        (Some(write_told), Seen { requests, applied }),
        "write: {name}"
    );
    let (outcome, seen) = meet(read(), &fault).await;
    let requests = read_told.attempts as usize;
    assert_eq!(
        (outcome.err(), seen),
        (
            Some(read_told),
            Seen {
                requests,
                applied: 0
            }
        ),
        "read: {name}"
    );
}

#[tokio::test]
async fn refused_connections_are_not_sent_and_tried_again() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.ravelin().refuse_connections().await;
    let expected = || Some(told(ErrorKind::Connect, NotSent, 3));
    assert_eq!(
        call(&sandbox, sandbox_client(&sandbox), write())
            .await
            .err(),
        expected()
    );
    assert_eq!(
        call(&sandbox, sandbox_client(&sandbox), read()).await.err(),
        expected()
    );
    assert_eq!(
        seen(&sandbox),
        Seen {
            requests: 0,
            applied: 0
        }
    );
}

#[tokio::test]
async fn an_unknown_host_is_not_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    // RFC 6761: the name never resolves.
    let nowhere = || sandbox_client(&sandbox).base_url("https://ravelin.invalid");
    assert_eq!(
        call(&sandbox, nowhere(), write()).await.err(),
        Some(told(ErrorKind::Connect, NotSent, 3))
    );
    assert_eq!(
        call(&sandbox, nowhere(), read()).await.err(),
        Some(told(ErrorKind::Connect, NotSent, 3))
    );
}

#[tokio::test]
async fn a_broken_tls_handshake_is_not_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .ravelin()
        .fault_connection(ConnectionFault::garbage().times(9));
    let tls = || {
        sandbox_client(&sandbox).base_url(sandbox.ravelin().base_url().replace("http:", "https:"))
    };
    assert_eq!(
        call(&sandbox, tls(), write()).await.err(),
        Some(told(ErrorKind::Connect, NotSent, 3))
    );
    assert_eq!(
        call(&sandbox, tls(), read()).await.err(),
        Some(told(ErrorKind::Connect, NotSent, 3))
    );
    assert_eq!(
        seen(&sandbox),
        Seen {
            requests: 0,
            applied: 0
        }
    );
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_a_connect_time_out_and_not_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .ravelin()
        .fault_connection(ConnectionFault::silence().times(9));
    let slow = || {
        let url = sandbox.ravelin().base_url().replace("http:", "https:");
        sandbox_client(&sandbox)
            .base_url(url)
            .connect_timeout(Duration::from_millis(50))
    };
    let expected = || Some(told(ErrorKind::Timeout(TimeoutPhase::Connect), NotSent, 3));
    assert_eq!(call(&sandbox, slow(), write()).await.err(), expected());
    assert_eq!(call(&sandbox, slow(), read()).await.err(), expected());
    assert_eq!(
        seen(&sandbox),
        Seen {
            requests: 0,
            applied: 0
        }
    );
}

#[tokio::test]
async fn a_connection_that_is_reset_before_anything_is_read() {
    // Whether hyper began to write before it saw the reset is a race, so both answers are right, as long as a doubt ends
    // the write and nothing is applied.
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .ravelin()
        .fault_connection(ConnectionFault::reset().times(9));
    let outcome = call(&sandbox, sandbox_client(&sandbox), write())
        .await
        .unwrap_err();
    match outcome.delivery {
        NotSent => assert_eq!(outcome.attempts, 3),
        Unknown => assert!(outcome.attempts <= 3),
        Refused => panic!("nobody refused anything"),
    }
    assert_eq!(
        seen(&sandbox),
        Seen {
            requests: 0,
            applied: 0
        }
    );
    assert_eq!(
        call(&sandbox, sandbox_client(&sandbox), read())
            .await
            .unwrap_err()
            .attempts,
        3
    );
}

#[tokio::test]
async fn a_connection_that_breaks_off_leaves_a_doubt() {
    let broken = || told(ErrorKind::Interrupted, Unknown, 1);
    let read_broken = || told(ErrorKind::Interrupted, Unknown, 3);
    for (name, fault, applied) in [
        ("reset while writing", Fault::reset_while_reading(), 0),
        ("reset before the head", Fault::reset_before_head(), 0),
        (
            "reset before the head, processed",
            Fault::reset_before_head().processed(),
            1,
        ),
        ("close before the head", Fault::close_before_head(), 0),
        (
            "close before the head, processed",
            Fault::close_before_head().processed(),
            1,
        ),
        ("reset after the head", Fault::reset_after_head(), 0),
        (
            "reset after the head, processed",
            Fault::reset_after_head().processed(),
            1,
        ),
        ("reset mid-body", Fault::reset_mid_body(), 0),
        (
            "reset mid-body, processed",
            Fault::reset_mid_body().processed(),
            1,
        ),
        ("truncated", Fault::truncated(), 0),
        ("truncated, processed", Fault::truncated().processed(), 1),
    ] {
        assert_fails(name, fault, (broken(), applied), read_broken()).await;
    }
}

/// A follow-up of the scroll only reads, and yet must not be repeated: that would skip a page.
#[tokio::test]
async fn a_follow_up_that_may_have_arrived_is_never_repeated() {
    for (fault, kind) in [
        (Fault::reset_while_reading(), ErrorKind::Interrupted),
        (Fault::reset_before_head(), ErrorKind::Interrupted),
        (Fault::close_before_head(), ErrorKind::Interrupted),
        (Fault::reset_after_head(), ErrorKind::Interrupted),
        (Fault::reset_mid_body(), ErrorKind::Interrupted),
        (Fault::truncated(), ErrorKind::Interrupted),
        (Fault::oversized(100_000), ErrorKind::ResponseTooLarge),
        (Fault::status(408), ErrorKind::Status),
        (
            Fault::status(429).header("retry-after", "0"),
            ErrorKind::Status,
        ),
        (Fault::status(500), ErrorKind::Status),
        (Fault::status(503), ErrorKind::Status),
        (
            Fault::redirect(307, "https://elsewhere.example/"),
            ErrorKind::Redirect,
        ),
        (
            Fault::status(200).body(FaultBody::html("<p>no</p>")),
            ErrorKind::Decode,
        ),
    ] {
        let (outcome, seen) = meet(AllReviews::new().scroll_id("a-cursor"), &fault).await;
        assert_eq!(outcome.err(), Some(told(kind, Unknown, 1)));
        assert_eq!(
            seen,
            Seen {
                requests: 1,
                applied: 0
            }
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_too_large_leaves_a_doubt() {
    let too_large = || told(ErrorKind::ResponseTooLarge, Unknown, 1);
    assert_fails(
        "oversized",
        Fault::oversized(100_000),
        (too_large(), 0),
        too_large(),
    )
    .await;
    assert_fails(
        "oversized, processed",
        Fault::oversized(100_000).processed(),
        (too_large(), 1),
        too_large(),
    )
    .await;
}

#[tokio::test]
async fn an_attempt_that_times_out_leaves_a_doubt() {
    for (fault, applied) in [(Fault::hang(), 0), (Fault::hang().processed(), 1)] {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.ravelin().fault(fault.times(9));
        let hasty = || sandbox_client(&sandbox).attempt_timeout(Duration::from_millis(200));
        let expected = |attempts| {
            Some(told(
                ErrorKind::Timeout(TimeoutPhase::Attempt),
                Unknown,
                attempts,
            ))
        };
        assert_eq!(call(&sandbox, hasty(), write()).await.err(), expected(1));
        assert_eq!(
            seen(&sandbox),
            Seen {
                requests: 1,
                applied
            }
        );
        assert_eq!(call(&sandbox, hasty(), read()).await.err(), expected(3));
        assert_eq!(
            seen(&sandbox),
            Seen {
                requests: 4,
                applied
            }
        );
    }
}

#[tokio::test]
async fn a_call_that_times_out_leaves_a_doubt() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.ravelin().fault(Fault::hang().processed().times(9));
    let hasty = || sandbox_client(&sandbox).timeout(Duration::from_millis(200));
    let expected = || Some(told(ErrorKind::Timeout(TimeoutPhase::Call), Unknown, 1));
    assert_eq!(call(&sandbox, hasty(), write()).await.err(), expected());
    assert_eq!(call(&sandbox, hasty(), read()).await.err(), expected());
    assert_eq!(
        seen(&sandbox),
        Seen {
            requests: 2,
            applied: 1
        }
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_leaves_a_doubt() {
    let elsewhere = Sandbox::start().await.unwrap();
    let target = format!(
        "{}/v2/label/customer/cust-1",
        elsewhere.ravelin().base_url()
    );
    for status in [300, 301, 302, 303, 304, 307, 308] {
        let redirect = || told(ErrorKind::Redirect, Unknown, 1);
        assert_fails(
            "redirect",
            Fault::redirect(status, &target),
            (redirect(), 0),
            redirect(),
        )
        .await;
    }
    assert_eq!(elsewhere.ravelin().requests(), []);
}

#[tokio::test]
async fn a_refusal_is_final() {
    for status in [
        400, 401, 402, 403, 404, 405, 406, 409, 410, 413, 415, 422, 499,
    ] {
        let refused = || told(ErrorKind::Status, Refused, 1);
        assert_fails(
            &status.to_string(),
            Fault::status(status),
            (refused(), 0),
            refused(),
        )
        .await;
    }
}

#[tokio::test]
async fn a_failing_server_leaves_a_doubt_and_only_reads_are_repeated() {
    for (status, reads) in [
        (408, 3),
        (500, 3),
        (501, 1),
        (502, 3),
        (503, 3),
        (504, 3),
        (505, 1),
        (599, 1),
        (600, 1),
    ] {
        let write_told = || told(ErrorKind::Status, Unknown, 1);
        let read_told = || told(ErrorKind::Status, Unknown, reads);
        assert_fails(
            &status.to_string(),
            Fault::status(status),
            (write_told(), 0),
            read_told(),
        )
        .await;
        assert_fails(
            &status.to_string(),
            Fault::status(status).processed(),
            (write_told(), 1),
            read_told(),
        )
        .await;
    }
}

#[tokio::test]
async fn throttling_leaves_a_doubt_and_reads_wait_as_they_are_told() {
    for (retry_after, reads) in [
        // The crate's own wait of 20 s, and whatever else is longer than the call may take, ends the call.
        (None, 1),
        (Some("0"), 3),
        (Some("Thu, 23 Jan 2020 16:33:02 GMT"), 3),
        (Some("3600"), 1),
        (Some("99999999999999999999"), 1),
        (Some("Fri, 31 Dec 9999 23:59:59 GMT"), 1),
        (Some("soon"), 1),
    ] {
        let fault = retry_after.map_or(Fault::status(429), |value| {
            Fault::status(429).header("retry-after", value)
        });
        let write_told = told(ErrorKind::Status, Unknown, 1);
        let read_told = told(ErrorKind::Status, Unknown, reads);
        assert_fails(
            &format!("429, {retry_after:?}"),
            fault,
            (write_told, 0),
            read_told,
        )
        .await;
    }
}

#[tokio::test]
async fn an_error_carries_the_wait_that_was_asked_for() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox
        .ravelin()
        .fault(Fault::status(429).header("retry-after", "3600"));
    let error = sandbox_client(&sandbox)
        .build()
        .unwrap()
        .send(read())
        .await
        .unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(error.is_rate_limited());
}

#[tokio::test]
async fn a_2xx_that_says_nothing_is_an_accepted_label() {
    for body in [
        FaultBody::html("<p>thanks</p>"),
        FaultBody::empty(),
        FaultBody::text("null"),
        FaultBody::not_json(*b"\xFF\x00"),
    ] {
        let (outcome, seen) = meet(write(), &Fault::status(200).processed().body(body)).await;
        assert_eq!(
            (outcome, seen),
            (
                Ok(None),
                Seen {
                    requests: 1,
                    applied: 1
                }
            )
        );
    }
}

#[tokio::test]
async fn a_2xx_that_says_nothing_is_no_review_or_an_error() {
    for body in [FaultBody::empty(), FaultBody::text("null")] {
        let (outcome, _) = meet(read(), &Fault::status(200).body(body)).await;
        assert_eq!(outcome, Ok(None));
    }
    for body in [
        FaultBody::html("<p>no</p>"),
        FaultBody::not_json(*b"\xFF\x00"),
    ] {
        let (outcome, seen) = meet(read(), &Fault::status(200).body(body)).await;
        assert_eq!(outcome, Err(told(ErrorKind::Decode, Unknown, 1)));
        assert_eq!(seen.requests, 1);
    }
}

#[tokio::test]
async fn slow_and_noisy_answers_are_answers() {
    for fault in [
        Fault::none().drip(Duration::from_millis(1)),
        Fault::none().informational(103),
        Fault::none().informational(100),
    ] {
        let (outcome, seen) = meet(write(), &fault).await;
        assert!(outcome.unwrap().unwrap().recorded_at().is_some());
        assert_eq!(
            seen,
            Seen {
                requests: 1,
                applied: 1
            }
        );
    }
}

#[tokio::test]
async fn the_customers_limit_is_refused_and_not_applied() {
    let options =
        customer_api_sandbox::RavelinOptions::default().customer_limit(2, Duration::from_secs(60));
    let sandbox = Sandbox::builder().ravelin(options).start().await.unwrap();
    let ravelin = sandbox_client(&sandbox).build().unwrap();
    for _ in 0..2 {
        ravelin.send(write()).await.unwrap();
    }
    let error = ravelin.send(write()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.code()),
        (ErrorKind::Rejected, Refused, Some("RATE_LIMIT"))
    );
    assert_eq!(
        seen(&sandbox),
        Seen {
            requests: 3,
            applied: 2
        }
    );
}

#[tokio::test]
async fn the_second_attempt_may_succeed() {
    for fault in [
        Fault::status(503),
        Fault::reset_before_head(),
        Fault::truncated(),
        Fault::close_before_head(),
    ] {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.ravelin().fault(fault);
        let response = sandbox_client(&sandbox)
            .build()
            .unwrap()
            .send(read())
            .response()
            .await
            .unwrap();
        assert_eq!((response.value(), response.attempts()), (&None, 2));
    }
}
