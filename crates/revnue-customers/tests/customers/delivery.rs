//! Every operation meets every kind of failure, over real sockets; the sandbox counts what was applied.

use std::collections::BTreeSet;

use customer_api_sandbox::{ConnectionFault, Fault, FaultBody};
use revnue_customers::{Delivery, ErrorKind};

use crate::support::{every_operation, sandbox_client, seeded};

use Delivery::{NotSent, Refused, Unknown};

/// How often a call is attempted in the face of a failure.
#[derive(Clone, Copy)]
enum Repeats {
    Never,
    ReadsOnly,
    /// The response proves that nothing was done.
    All,
}

/// Lets every operation meet a fault, which the server meets after it did what it was asked for, if `applies`.
async fn assert_all(
    name: &str,
    fault: Fault,
    (kind, delivery): (ErrorKind, Delivery),
    repeats: Repeats,
) {
    for (fault, applies) in [(fault.clone(), false), (fault.processed(), true)] {
        if applies && matches!(repeats, Repeats::All) {
            continue;
        }
        let sandbox = seeded().await;
        let revnue = sandbox.revnue();
        revnue.fault(fault.times(99));
        let client = sandbox_client(&sandbox).build().unwrap();
        for operation in every_operation() {
            let (requests, applied) = (revnue.requests().len(), revnue.applied_count());
            let error = operation.call(&client).await.unwrap_err();
            let attempts = match repeats {
                Repeats::ReadsOnly if operation.reads => 3,
                Repeats::All => 3,
                Repeats::Never | Repeats::ReadsOnly => 1,
            };
            let name = format!("{} {name} {applies}", operation.id);
            assert_eq!(
                (error.kind(), error.delivery(), error.attempts()),
                (kind, delivery, attempts),
                "{name}"
            );
            let requests = revnue.requests().len() - requests;
            assert_eq!(requests, attempts as usize, "{name}");
            let applied = revnue.applied_count() - applied;
            assert_eq!(applied, usize::from(applies && !operation.reads), "{name}");
        }
    }
}

#[test]
fn there_are_six_operations() {
    let operations = every_operation();
    let ids: BTreeSet<_> = operations.iter().map(|entry| entry.id).collect();
    let undocumented = usize::from(cfg!(feature = "undocumented"));
    assert_eq!(ids.len(), 5 + undocumented, "{ids:?}");
    assert_eq!(operations.len(), ids.len());
}

#[tokio::test]
async fn all_succeed_where_nothing_fails() {
    let sandbox = seeded().await;
    let client = sandbox_client(&sandbox).build().unwrap();
    let mut writes = 0;
    for (index, operation) in every_operation().iter().enumerate() {
        let outcome = operation.call(&client).await;
        assert!(outcome.is_ok(), "{}: {outcome:?}", operation.id);
        writes += usize::from(!operation.reads);
        assert_eq!(sandbox.revnue().applied_count(), writes, "{}", operation.id);
        assert_eq!(sandbox.revnue().requests().len(), index + 1);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_off_leaves_a_doubt() {
    for (name, fault) in [
        ("reset before the head", Fault::reset_before_head()),
        ("close before the head", Fault::close_before_head()),
    ] {
        let told = (ErrorKind::Interrupted, Unknown);
        assert_all(name, fault, told, Repeats::ReadsOnly).await;
    }
}

#[tokio::test]
async fn a_failing_server_leaves_a_doubt() {
    for status in [408, 500, 502, 503, 504] {
        let told = (ErrorKind::Status, Unknown);
        let fault = Fault::status(status);
        assert_all(&status.to_string(), fault, told, Repeats::ReadsOnly).await;
    }
    let throttled = Fault::status(429).header("retry-after", "0");
    let told = (ErrorKind::Status, Refused);
    assert_all("429", throttled, told, Repeats::All).await;
}

#[tokio::test]
async fn a_redirect_leaves_a_doubt_and_is_not_repeated() {
    let redirect = Fault::redirect(307, "https://elsewhere.example/");
    let told = (ErrorKind::Redirect, Unknown);
    assert_all("redirect", redirect, told, Repeats::Never).await;
}

#[tokio::test]
async fn a_refusal_is_final() {
    let sandbox = seeded().await;
    let revnue = sandbox.revnue();
    let client = sandbox_client(&sandbox).build().unwrap();
    for operation in every_operation() {
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
    let sandbox = seeded().await;
    sandbox.revnue().refuse_connections().await;
    let client = sandbox_client(&sandbox).build().unwrap();
    for operation in every_operation() {
        let error = operation.call(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Connect, NotSent, 3),
            "{}",
            operation.id
        );
    }
}

#[tokio::test]
async fn a_broken_tls_handshake_is_not_sent() {
    let sandbox = seeded().await;
    let revnue = sandbox.revnue();
    revnue.fault_connection(ConnectionFault::garbage().times(99));
    let tls = revnue.base_url().replace("http:", "https:");
    let client = sandbox_client(&sandbox).base_url(tls).build().unwrap();
    for operation in every_operation() {
        let error = operation.call(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Connect, NotSent),
            "{}",
            operation.id
        );
    }
    assert_eq!(revnue.requests().len(), 0);
}

#[tokio::test]
async fn a_write_that_succeeds_with_any_body_is_a_success() {
    for body in ["", "null", "thanks", "[]", "\"text\""] {
        let sandbox = seeded().await;
        let revnue = sandbox.revnue();
        let fault = Fault::status(200).processed().body(FaultBody::text(body));
        revnue.fault(fault.times(99));
        let client = sandbox_client(&sandbox).build().unwrap();
        let writes = every_operation();
        let writes = writes.iter().filter(|entry| !entry.reads);
        for (index, operation) in writes.enumerate() {
            let outcome = operation.call(&client).await;
            assert!(outcome.is_ok(), "{} {body}: {outcome:?}", operation.id);
            assert_eq!(revnue.applied_count(), index + 1, "{}", operation.id);
        }
    }
}

/// The status says that a write was made; a read has lost its response.
#[tokio::test]
async fn a_response_that_breaks_off_after_its_status_is_enough_for_a_write() {
    for (fault, kind, attempts) in [
        (Fault::reset_after_head(), ErrorKind::Interrupted, 3),
        (Fault::reset_mid_body(), ErrorKind::Interrupted, 3),
        (Fault::truncated(), ErrorKind::Interrupted, 3),
        (Fault::oversized(100_000), ErrorKind::ResponseTooLarge, 1),
    ] {
        let sandbox = seeded().await;
        let revnue = sandbox.revnue();
        revnue.fault(fault.processed().times(99));
        let client = sandbox_client(&sandbox).build().unwrap();
        let mut writes = 0;
        for operation in every_operation() {
            let requests = revnue.requests().len();
            let outcome = operation.call(&client).await;
            let requests = revnue.requests().len() - requests;
            if operation.reads {
                let error = outcome.unwrap_err();
                assert_eq!((error.kind(), error.delivery()), (kind, Unknown));
                assert_eq!(requests, attempts, "{}", operation.id);
            } else {
                writes += 1;
                // The sandbox breaks off an empty response after its head, too.
                assert!(outcome.is_ok(), "{}: {outcome:?}", operation.id);
                assert_eq!(requests, 1, "{}", operation.id);
                assert_eq!(revnue.applied_count(), writes, "{}", operation.id);
            }
        }
    }
}
