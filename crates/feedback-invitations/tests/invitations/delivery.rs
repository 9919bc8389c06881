//! Both calls meet every kind of failure, over real sockets. The sandbox counts who received a message.

use std::time::Duration;

use customer_api_core::error::TimeoutPhase;
use customer_api_sandbox::{ConnectionFault, Fault, FaultBody, Sandbox};
use feedback_invitations::{Client, Delivery, Error, ErrorKind, LogIn};

use crate::support::{invitation, sandbox_client};

use Delivery::{NotSent, Refused, Unknown};

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = sandbox_client(&sandbox).build().unwrap();
    (sandbox, client)
}

async fn send(client: &Client) -> Error {
    client.send(invitation()).await.unwrap_err()
}

async fn log_in(sandbox: &Sandbox, client: &Client) -> Error {
    let radar = sandbox.customer_radar();
    let log_in = LogIn::new(radar.username(), radar.password());
    client.send(log_in).await.unwrap_err()
}

/// How often a path was requested.
fn asked(sandbox: &Sandbox, path: &str) -> usize {
    let requests = sandbox.customer_radar().requests();
    requests.iter().filter(|one| one.target == path).count()
}

/// Runs both calls into a fault. If `applies`, the server first processes the request.
async fn assert_both(
    name: &str,
    fault: Fault,
    (kind, delivery): (ErrorKind, Delivery),
    login_attempts: usize,
) {
    for (fault, applies) in [(fault.clone(), false), (fault.processed(), true)] {
        let name = format!("{name} {applies}");
        let (sandbox, client) = start().await;
        let radar = sandbox.customer_radar();
        let scripted = fault.clone().times(99);
        radar.fault_on("sendInvitation", scripted).unwrap();
        let error = send(&client).await;
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (kind, delivery, 1),
            "{name}"
        );
        assert_eq!(asked(&sandbox, "/invitation"), 1, "{name}");
        assert_eq!(radar.applied_count(), usize::from(applies), "{name}");
        assert_eq!(radar.outbox().len(), usize::from(applies), "{name}");

        // The login itself may be retried.
        let (sandbox, client) = start().await;
        let radar = sandbox.customer_radar();
        radar.fault_on("logIn", fault.times(99)).unwrap();
        let error = log_in(&sandbox, &client).await;
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts() as usize),
            (kind, delivery, login_attempts),
            "{name}"
        );
        // An invitation without a token is not sent, whatever the outcome of the login.
        let error = send(&client).await;
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Authentication, NotSent, 0),
            "{name}"
        );
        assert_eq!(asked(&sandbox, "/auth/login"), 2 * login_attempts, "{name}");
        assert_eq!(asked(&sandbox, "/invitation"), 0, "{name}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_off_leaves_a_doubt() {
    for (name, fault) in [
        ("reset before the head", Fault::reset_before_head()),
        ("close before the head", Fault::close_before_head()),
        ("reset after the head", Fault::reset_after_head()),
        ("reset mid body", Fault::reset_mid_body()),
        ("truncated", Fault::truncated()),
    ] {
        assert_both(name, fault, (ErrorKind::Interrupted, Unknown), 3).await;
    }
}

#[tokio::test]
async fn a_request_that_may_not_have_arrived_whole_leaves_a_doubt() {
    let (sandbox, client) = start().await;
    let radar = sandbox.customer_radar();
    let fault = Fault::reset_while_reading().times(9);
    radar.fault_on("sendInvitation", fault).unwrap();
    let error = send(&client).await;
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::Interrupted, Unknown, 1)
    );
    assert_eq!(radar.applied_count(), 0);
}

#[tokio::test]
async fn a_silence_leaves_a_doubt_after_the_login_and_none_before() {
    for fault in [Fault::hang(), Fault::hang().processed()] {
        for (operation, kind, delivery) in [
            (
                "sendInvitation",
                ErrorKind::Timeout(TimeoutPhase::Attempt),
                Unknown,
            ),
            ("logIn", ErrorKind::Authentication, NotSent),
        ] {
            let sandbox = Sandbox::start().await.unwrap();
            let radar = sandbox.customer_radar();
            let builder = sandbox_client(&sandbox).attempt_timeout(Duration::from_millis(300));
            let client = builder.build().unwrap();
            radar.fault_on(operation, fault.clone().times(9)).unwrap();
            let error = send(&client).await;
            assert_eq!((error.kind(), error.delivery()), (kind, delivery));
            let invited = usize::from(operation == "sendInvitation");
            assert_eq!(asked(&sandbox, "/invitation"), invited);
        }
    }
}

#[tokio::test]
async fn a_failing_server_leaves_a_doubt() {
    for status in [408, 500, 502, 503, 504] {
        let told = (ErrorKind::Status, Unknown);
        assert_both(&status.to_string(), Fault::status(status), told, 3).await;
    }
    let throttled = Fault::status(429).header("retry-after", "0");
    assert_both("429", throttled, (ErrorKind::Status, Unknown), 3).await;
}

#[tokio::test]
async fn a_response_that_makes_no_sense_leaves_a_doubt() {
    for body in [
        FaultBody::text("thanks"),
        FaultBody::html("<p>thanks</p>"),
        FaultBody::text(""),
        FaultBody::text("{}"),
    ] {
        let fault = Fault::status(200).body(body);
        assert_both("a strange body", fault, (ErrorKind::Decode, Unknown), 1).await;
    }
    let told = (ErrorKind::ResponseTooLarge, Unknown);
    assert_both("oversized", Fault::oversized(100_000), told, 1).await;
    let redirect = Fault::redirect(307, "https://elsewhere.example/");
    assert_both("redirect", redirect, (ErrorKind::Redirect, Unknown), 1).await;
}

#[tokio::test]
async fn a_refusal_is_final() {
    for status in [400, 403, 404, 405, 409, 422] {
        let (sandbox, client) = start().await;
        let radar = sandbox.customer_radar();
        let fault = Fault::status(status).times(9);
        radar.fault_on("sendInvitation", fault).unwrap();
        let error = send(&client).await;
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Status, Refused, 1)
        );
        assert_eq!(asked(&sandbox, "/invitation"), 1);
        assert_eq!((radar.login_count(), radar.applied_count()), (1, 0));
    }
}

#[tokio::test]
async fn where_there_is_nobody_nothing_is_sent() {
    let (sandbox, client) = start().await;
    sandbox.customer_radar().refuse_connections().await;
    let error = log_in(&sandbox, &client).await;
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::Connect, NotSent, 3)
    );
    let error = send(&client).await;
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Authentication, NotSent)
    );
}

#[tokio::test]
async fn where_nobody_is_left_after_the_login_the_invitation_is_not_sent() {
    let (sandbox, client) = start().await;
    let radar = sandbox.customer_radar();
    client.send(invitation()).await.unwrap();
    radar.refuse_connections().await;
    let error = send(&client).await;
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::Connect, NotSent, 3)
    );
    assert_eq!(radar.outbox().len(), 1);
}

#[tokio::test]
async fn a_broken_tls_handshake_is_not_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let radar = sandbox.customer_radar();
    radar.fault_connection(ConnectionFault::garbage().times(99));
    let tls = radar.base_url().replace("http:", "https:");
    let client = sandbox_client(&sandbox).base_url(tls).build().unwrap();
    let error = log_in(&sandbox, &client).await;
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Connect, NotSent)
    );
    assert_eq!(send(&client).await.delivery(), NotSent);
    assert_eq!(radar.requests().len(), 0);
}
