//! The client in programs without a runtime, against servers.
#![cfg(feature = "blocking")]
#![cfg(test)]

use customer_api_sandbox::{Review, Sandbox};
use httpmock::{Method::POST, MockServer};
use ravelin_labels::{
    Client, Delivery, ErrorKind, Label, LabelCustomer, LastReview, PagesErrorKind,
    PaymentFraudReview, Timestamp, blocking,
};

/// Starts a sandbox on the thread behind blocking calls.
fn sandbox() -> Sandbox {
    blocking::wait(Sandbox::start()).unwrap().unwrap()
}

fn client(sandbox: &Sandbox) -> Client {
    Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .build()
        .unwrap()
}

fn genuine() -> LabelCustomer {
    LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Genuine)
}

/// Seeds 2,500 reviews, one second apart.
fn seed(sandbox: &Sandbox) {
    for number in 0..2_500 {
        let time = Timestamp::from_unix_seconds(1_767_225_600 + number).unwrap();
        let review = Review::new(format!("cust-{number}"), "GENUINE", time.as_str());
        sandbox.ravelin().seed_review(review);
    }
}

fn new_year() -> Timestamp {
    Timestamp::from_unix_seconds(1_767_225_600).unwrap()
}

#[test]
fn a_label_is_written_and_read_back() {
    let sandbox = sandbox();
    let ravelin = client(&sandbox);
    ravelin.call(genuine()).wait().unwrap();
    let last = ravelin.call(LastReview::new("cust-1")).wait().unwrap();
    assert_eq!(last.unwrap().label, Label::Genuine);
}

#[test]
fn a_server_on_another_thread_is_called_once() {
    let server = MockServer::start();
    let label = server.mock(|when, then| {
        when.method(POST).path("/v2/customer/cust-1/labels");
        then.status(503);
    });
    let ravelin = Client::builder("sk_1").base_url(server.base_url());
    let error = ravelin.build().unwrap().call(genuine()).wait().unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    label.assert_calls(1);
}

#[test]
fn all_reviews_are_read_in_pages_and_one_by_one() {
    let sandbox = sandbox();
    seed(&sandbox);
    let ravelin = client(&sandbox);
    let mut pages = ravelin.reviews_since(new_year());
    let mut read = Vec::new();
    while let Some(page) = pages.wait_page().unwrap() {
        read.push(page.items.len());
    }
    assert_eq!(read, [1_000, 1_000, 500]);

    let reviews = ravelin.reviews_since(new_year()).into_items().wait();
    let ids: Vec<String> = reviews.map(|review| review.unwrap().customer_id).collect();
    let expected: Vec<String> = (0..2_500).map(|number| format!("cust-{number}")).collect();
    assert_eq!(ids, expected);
}

#[test]
fn what_a_client_began_outlives_it() {
    let sandbox = sandbox();
    seed(&sandbox);
    let ravelin = client(&sandbox);
    let mut begun = ravelin.reviews_since(new_year());
    assert_eq!(begun.wait_page().unwrap().unwrap().items.len(), 1_000);
    // The list is dropped half read, on a thread without a runtime.
    let abandoned = ravelin.reviews_since(new_year()).into_items().wait();
    assert_eq!(abandoned.take(1).count(), 1);
    drop(ravelin);
    assert_eq!(begun.wait_page().unwrap().unwrap().items.len(), 1_000);
    drop(begun);

    client(&sandbox).call(genuine()).wait().unwrap();
}

#[tokio::test]
async fn inside_a_runtime_nothing_is_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let ravelin = client(&sandbox);
    let error = ravelin.call(genuine()).wait().unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::InsideRuntime, Delivery::NotSent)
    );
    let error = ravelin.reviews_since(new_year()).wait_page().unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::InsideRuntime);
    assert!(sandbox.ravelin().requests().is_empty());
}
