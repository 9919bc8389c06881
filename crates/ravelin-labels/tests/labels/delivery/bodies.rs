//! Responses with odd bodies.

use std::time::Duration;

use customer_api_sandbox::FaultBody;

use super::*;

#[tokio::test]
async fn a_response_that_is_too_large_leaves_a_doubt() {
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
async fn a_2xx_that_says_nothing_is_an_accepted_label() {
    for body in [
        FaultBody::html("thanks"),
        FaultBody::empty(),
        FaultBody::text("null"),
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

/// For instance a gateway's sign-in page: it does not show whether the label was kept.
#[tokio::test]
async fn a_2xx_that_can_not_be_ravelins_leaves_a_doubt() {
    for body in [
        FaultBody::html("<p>sign in</p>"),
        FaultBody::text("sign in ".repeat(40)),
        FaultBody::not_json(*b"\xFF\x00"),
    ] {
        let fault = || Fault::status(200).processed().body(body.clone());
        let doubt = || told(ErrorKind::Decode, Unknown, 1);
        assert_fails("not Ravelin's", fault(), (doubt(), 1), doubt()).await;
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
async fn slow_and_noisy_responses_are_answers() {
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
