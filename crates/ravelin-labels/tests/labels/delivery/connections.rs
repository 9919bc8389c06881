//! Connections that are never made, break off, or take too long.

use std::time::Duration;

use customer_api_core::error::TimeoutPhase;
use customer_api_sandbox::{ConnectionFault, FaultBody};
use ravelin_labels::AllReviews;

use super::*;

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
    // It is a race whether hyper begins to write before it sees the reset. Therefore both outcomes are correct, as long as an
    // unknown outcome ends the write and nothing is applied.
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

/// A follow-up of the scroll only reads, but must not be repeated: a repeat would skip a page.
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
            .call(read())
            .response()
            .await
            .unwrap();
        assert_eq!((response.value(), response.attempts()), (&None, 2));
    }
}
