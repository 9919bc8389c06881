//! Every operation meets every kind of failure, over real sockets. The sandbox counts the applied writes.

use customer_api_sandbox::{Fault, FaultBody};
use helpdesk_customers::{Delivery, ErrorKind};
use serde_json::json;
use testkit::delivery::{
    Repeats, Subject as _, assert_all_fail, assert_all_succeed, assert_any_body_will_do,
    assert_count, assert_failing_server_leaves_a_doubt, assert_no_handshake_is_not_sent,
    assert_nobody_is_reached,
};

use crate::support::SeededOmnidesk;

use Delivery::{Refused, Unknown};

#[test]
fn there_are_sixteen_operations() {
    assert_count::<SeededOmnidesk>(14 + 2 * usize::from(cfg!(feature = "undocumented")));
}

#[tokio::test]
async fn all_succeed_where_nothing_fails() {
    assert_all_succeed::<SeededOmnidesk>().await;
}

#[tokio::test]
async fn a_connection_that_breaks_off_leaves_a_doubt() {
    for (name, fault) in [
        ("reset before the head", Fault::reset_before_head()),
        ("close before the head", Fault::close_before_head()),
        ("reset after the head", Fault::reset_after_head()),
        ("reset mid-body", Fault::reset_mid_body()),
        ("truncated", Fault::truncated()),
    ] {
        let told = (ErrorKind::Interrupted, Unknown);
        assert_all_fail::<SeededOmnidesk>(name, fault, told, Repeats::ReadsOnly).await;
    }
}

#[tokio::test]
async fn a_failing_server_leaves_a_doubt() {
    assert_failing_server_leaves_a_doubt::<SeededOmnidesk>().await;
    let throttled = Fault::status(429).header("retry-after", "0");
    let told = (ErrorKind::Status, Unknown);
    assert_all_fail::<SeededOmnidesk>("429", throttled, told, Repeats::ReadsOnly).await;
}

#[tokio::test]
async fn what_can_be_anything_leaves_a_doubt_and_is_not_repeated() {
    let told = (ErrorKind::ResponseTooLarge, Unknown);
    assert_all_fail::<SeededOmnidesk>("oversized", Fault::oversized(100_000), told, Repeats::Never)
        .await;
    let redirect = Fault::redirect(307, "https://elsewhere.example/");
    let told = (ErrorKind::Redirect, Unknown);
    assert_all_fail::<SeededOmnidesk>("redirect", redirect, told, Repeats::Never).await;
}

#[tokio::test]
async fn a_refusal_is_final() {
    let seeded = SeededOmnidesk::seeded().await;
    let omnidesk = seeded.server();
    let client = seeded.client().build().unwrap();
    for operation in SeededOmnidesk::operations() {
        for status in [400, 401, 403, 404, 409, 422] {
            omnidesk.fault(Fault::status(status));
            let error = operation.call(&client).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery(), error.attempts()),
                (ErrorKind::Status, Refused, 1)
            );
        }
        for key in ["type", "status"] {
            let body = FaultBody::json(&json!({ key: "error", "message": "no" }));
            omnidesk.fault(Fault::status(200).body(body));
            let error = operation.call(&client).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery(), error.message()),
                (ErrorKind::Rejected, Refused, Some("no"))
            );
        }
    }
    assert_eq!(omnidesk.applied_count(), 0);
}

#[tokio::test]
async fn where_there_is_nobody_nothing_is_sent() {
    assert_nobody_is_reached::<SeededOmnidesk>().await;
}

#[tokio::test]
async fn a_broken_tls_handshake_is_not_sent() {
    assert_no_handshake_is_not_sent::<SeededOmnidesk>().await;
}

#[tokio::test]
async fn a_write_that_succeeds_with_any_body_is_a_success() {
    assert_any_body_will_do::<SeededOmnidesk>().await;
}
