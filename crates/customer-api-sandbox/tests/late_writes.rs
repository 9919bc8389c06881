//! Writes that are carried out after the response to their request, or without a response, on every
//! server.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests may stop at the first surprise, too"
)]

mod common;

use std::time::Duration;

use common::helpdesk::started;
use common::radar::{Radar, invitation, recipient};
use common::revnue::{self, UPDATE};
use common::{Client, LABEL, LABEL_PATH, Response, sandbox};
use customer_api_sandbox::{
    CustomerRadarOptions, Fault, Later, OmnideskCustomer, OmnideskOptions, RavelinOptions,
    RevnueOptions, Sandbox,
};

const MINUTE: Duration = Duration::from_secs(60);

/// Sends a label that meets the fault.
async fn label(fault: Fault) -> (Sandbox, Response) {
    let sandbox = sandbox(RavelinOptions::default()).await;
    sandbox.ravelin().fault_on("labelCustomer", fault).unwrap();
    let mut client = Client::connect(sandbox.ravelin().base_url()).await;
    let response = client.call("POST", LABEL_PATH, LABEL).await;
    (sandbox, response)
}

#[tokio::test]
async fn a_label_is_applied_when_its_time_has_come_and_dated_by_it() {
    let late = Fault::reset_before_head().processed_later(Later::After(MINUTE));
    let (sandbox, response) = label(late).await;
    let ravelin = sandbox.ravelin();
    assert_eq!(response.status, None);
    assert_eq!((ravelin.applied_count(), ravelin.pending_writes()), (0, 1));
    assert!(!ravelin.requests()[0].applied);

    sandbox.advance(MINUTE - Duration::from_nanos(1));
    assert_eq!(ravelin.applied_count(), 0);
    sandbox.advance(MINUTE);
    assert_eq!((ravelin.applied_count(), ravelin.pending_writes()), (1, 0));
    assert!(ravelin.requests()[0].applied);
    // The review is dated a minute after the provider's sample, although the clock has moved on by
    // more.
    let review = &ravelin.reviews("cust-1")[0];
    assert_eq!(review.timestamp, "2020-01-23T16:34:02Z");
}

#[tokio::test]
async fn a_label_is_applied_before_a_later_request() {
    let late = Fault::status(500).processed_later(Later::Requests(2));
    let (sandbox, response) = label(late).await;
    assert_eq!(response.status, Some(500));
    let mut client = Client::connect(sandbox.ravelin().base_url()).await;
    for expected in [0, 1] {
        let response = client.call("GET", "/v2/label/customer/cust-1", "").await;
        let is_shown = !response.json().is_null();
        assert_eq!(is_shown, expected == 1, "{response:?}");
        assert_eq!(sandbox.ravelin().applied_count(), expected);
    }
}

#[tokio::test]
async fn what_is_refused_on_arrival_is_never_applied() {
    let sandbox = sandbox(RavelinOptions::default()).await;
    let late = Fault::status(500).processed_later(Later::Requests(1));
    sandbox.ravelin().fault(late);
    let mut client = Client::connect(sandbox.ravelin().base_url()).await;
    // The client still sees the fault.
    let response = client.call("POST", LABEL_PATH, "{}").await;
    assert_eq!(response.status, Some(500));
    assert_eq!(sandbox.ravelin().pending_writes(), 0);
}

#[tokio::test]
async fn an_event_is_dated_by_when_it_is_applied() {
    let (sandbox, mut desk) = started(OmnideskOptions::default()).await;
    let omnidesk = sandbox.omnidesk();
    let id = omnidesk.seed_customer(OmnideskCustomer::new(1, "cust-1"));
    let late = Fault::hang().processed_later(Later::After(MINUTE));
    omnidesk.fault_on("addExternalEvent", late).unwrap();
    let fields = &[
        ("brand_id", "1"),
        ("external_id", "cust-1"),
        ("initiated_by", "shop"),
        ("message", "ordered"),
        ("source_url", "https://shop.example/7"),
    ];
    // No response comes, but the request still reaches the server.
    tokio::select! {
        response = desk.post("/externalEvent", fields) => panic!("{response:?}"),
        () = recorded(omnidesk) => {}
    }
    sandbox.advance(MINUTE);
    let events = omnidesk.customer(id).unwrap().events;
    assert_eq!(events[0].created_at, "2020-01-23 16:34:02");
}

/// Waits until a request has been recorded.
async fn recorded<P>(server: &customer_api_sandbox::Server<P>) {
    while server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_the_state_rules_out_by_then_does_nothing() {
    let sandbox = revnue::started(RevnueOptions::default()).await;
    let revnue = sandbox.revnue();
    for is_there in [true, false] {
        let id = revnue::seed(&sandbox);
        let late = Fault::status(502).processed_later(Later::After(MINUTE));
        revnue.fault_on("updateCustomer", late).unwrap();
        revnue::call(&sandbox, "PATCH", &revnue::path(id), UPDATE).await;
        if !is_there {
            revnue.remove_customer(id);
        }
        sandbox.advance(MINUTE);
        let applied = revnue.requests().pop().map(|request| request.applied);
        assert_eq!(applied, Some(is_there));
        let city = revnue.customer(id).map(|one| one.field("city").clone());
        assert_eq!(city, is_there.then(|| "Nadi".into()));
    }
    assert_eq!(revnue.applied_count(), 1);
}

#[tokio::test]
async fn invitations_go_out_in_the_order_of_their_times() {
    let radar = Radar::start(CustomerRadarOptions::default()).await;
    for (email, minutes) in [("late@b.example", 2), ("soon@b.example", 1)] {
        let later = Later::After(minutes * MINUTE);
        let fault = Fault::status(503).processed_later(later);
        radar.server().fault_on("sendInvitation", fault).unwrap();
        let said = radar.invite(&invitation(&[recipient(email)])).await;
        assert_eq!(said.status, 503);
    }
    assert!(radar.emails().is_empty());
    radar.sandbox.advance(10 * MINUTE);
    assert_eq!(radar.emails(), ["soon@b.example", "late@b.example"]);
    let outbox = radar.server().outbox();
    let times = [&outbox[0], &outbox[1]].map(|sent| sent.sent_at);
    let expected = [1, 2].map(|minutes| common::sample_time() + minutes * MINUTE);
    assert_eq!(times, expected);
}
