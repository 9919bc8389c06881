//! Every operation meets every kind of failure, over real sockets. The sandbox counts the applied writes.

use customer_api_sandbox::Fault;
use revnue_customers::{Delivery, ErrorKind};
use testkit::delivery::{
    Repeats, Subject as _, assert_all_fail, assert_all_succeed, assert_any_body_will_do,
    assert_count, assert_failing_server_leaves_a_doubt, assert_no_handshake_is_not_sent,
    assert_nobody_is_reached,
};

use crate::support::SeededRevnue;

use Delivery::{Refused, Unknown};

#[test]
fn there_are_six_operations() {
    assert_count::<SeededRevnue>(5 + usize::from(cfg!(feature = "undocumented")));
}

#[tokio::test]
async fn all_succeed_where_nothing_fails() {
    assert_all_succeed::<SeededRevnue>().await;
}

#[tokio::test]
async fn a_connection_that_breaks_off_leaves_a_doubt() {
    for (name, fault) in [
        ("reset before the head", Fault::reset_before_head()),
        ("close before the head", Fault::close_before_head()),
    ] {
        let told = (ErrorKind::Interrupted, Unknown);
        assert_all_fail::<SeededRevnue>(name, fault, told, Repeats::ReadsOnly).await;
    }
}

#[tokio::test]
async fn a_failing_server_leaves_a_doubt() {
    assert_failing_server_leaves_a_doubt::<SeededRevnue>().await;
    let throttled = Fault::status(429).header("retry-after", "0");
    let told = (ErrorKind::Status, Refused);
    assert_all_fail::<SeededRevnue>("429", throttled, told, Repeats::All).await;
}

#[tokio::test]
async fn a_redirect_leaves_a_doubt_and_is_not_repeated() {
    let redirect = Fault::redirect(307, "https://elsewhere.example/");
    let told = (ErrorKind::Redirect, Unknown);
    assert_all_fail::<SeededRevnue>("redirect", redirect, told, Repeats::Never).await;
}

#[tokio::test]
async fn a_refusal_is_final() {
    let seeded = SeededRevnue::seeded().await;
    let revnue = seeded.server();
    let client = seeded.client().build().unwrap();
    for operation in SeededRevnue::operations() {
        for status in [400, 401, 403, 404, 405, 409, 422] {
            revnue.fault(Fault::status(status));
            let error = operation.call(&client).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery(), error.attempts()),
                (ErrorKind::Status, Refused, 1)
            );
        }
    }
    assert_eq!(revnue.applied_count(), 0);
}

#[tokio::test]
async fn where_there_is_nobody_nothing_is_sent() {
    assert_nobody_is_reached::<SeededRevnue>().await;
}

#[tokio::test]
async fn a_broken_tls_handshake_is_not_sent() {
    assert_no_handshake_is_not_sent::<SeededRevnue>().await;
}

#[tokio::test]
async fn a_write_that_succeeds_with_any_body_is_a_success() {
    assert_any_body_will_do::<SeededRevnue>().await;
}

/// The status shows that a write was made. A read has lost its response.
#[tokio::test]
async fn a_response_that_breaks_off_after_its_status_is_enough_for_a_write() {
    for (fault, kind, attempts) in [
        (Fault::reset_after_head(), ErrorKind::Interrupted, 3),
        (Fault::reset_mid_body(), ErrorKind::Interrupted, 3),
        (Fault::truncated(), ErrorKind::Interrupted, 3),
        (Fault::oversized(100_000), ErrorKind::ResponseTooLarge, 1),
    ] {
        let seeded = SeededRevnue::seeded().await;
        let revnue = seeded.server();
        revnue.fault(fault.processed().times(99));
        let client = seeded.client().build().unwrap();
        let mut writes = 0;
        for operation in SeededRevnue::operations() {
            let requests = revnue.requests().len();
            let outcome = operation.call(&client).await;
            let requests = revnue.requests().len() - requests;
            if operation.reads {
                let error = outcome.unwrap_err();
                assert_eq!((error.kind(), error.delivery()), (kind, Unknown));
                assert_eq!(requests, attempts, "{}", operation.id);
            } else {
                writes += 1;
                // The sandbox also breaks off an empty response after its head.
                assert!(outcome.is_ok(), "{}: {outcome:?}", operation.id);
                assert_eq!(requests, 1, "{}", operation.id);
                assert_eq!(revnue.applied_count(), writes, "{}", operation.id);
            }
        }
    }
}
