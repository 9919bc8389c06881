//! The same tests over real sockets, with a server that moves its cursor and counts requests.

use std::{collections::HashSet, time::Duration};

use customer_api_sandbox::{ConnectionFault, Fault, RavelinOptions, Sandbox};
use ravelin_labels::{Client, PagesErrorKind, Resume};

use super::provider::at;
use crate::support::sandbox_client;

/// A thousand reviews take more than the other tests allow.
fn client(sandbox: &Sandbox) -> Client {
    sandbox_client(sandbox)
        .max_response_bytes(16 * 1024 * 1024)
        .build()
        .unwrap()
}

async fn sandbox_with(reviews: i64, options: RavelinOptions) -> Sandbox {
    let sandbox = Sandbox::builder().ravelin(options).start().await.unwrap();
    for number in 0..reviews {
        let time = at(number);
        let review =
            customer_api_sandbox::Review::new(format!("c{number}"), "GENUINE", time.as_str());
        sandbox
            .ravelin()
            .seed_review(review.with_comment("left out of lists"));
    }
    sandbox
}

#[tokio::test]
async fn two_thousand_five_hundred_reviews_arrive_once_in_three_pages_and_an_empty_one() {
    let sandbox = sandbox_with(2_500, RavelinOptions::default()).await;
    let mut reviews = client(&sandbox).reviews_since(at(0));
    let (mut sizes, mut customers) = (Vec::new(), HashSet::new());
    while let Some(page) = reviews.next_page().await.unwrap() {
        sizes.push(page.items.len());
        assert!(page.items.iter().all(|review| review.comment.is_none()));
        customers.extend(page.items.into_iter().map(|review| review.customer_id));
    }
    assert_eq!(sizes, [1_000, 1_000, 500]);
    assert_eq!(customers.len(), 2_500);
    assert_eq!(sandbox.ravelin().requests().len(), 4);
}

#[tokio::test]
async fn with_resume_all_arrive_once_when_the_scroll_dies_twice() {
    for resume in [Resume::FromNewest, Resume::FromStart] {
        let sandbox = sandbox_with(2_500, RavelinOptions::default().page_size(500)).await;
        let ravelin = client(&sandbox);
        let mut reviews = ravelin.reviews_since(at(0)).resume(resume).read_ahead(1);
        let (mut count, mut customers) = (0, HashSet::new());
        while let Some(page) = reviews.next_page().await.unwrap() {
            // The response to a follow-up is lost after the cursor has moved.
            if page.number == 1 || page.number == 3 {
                let lost = Fault::reset_before_head().processed();
                sandbox.ravelin().fault_on("allReviews", lost).unwrap();
            }
            count += page.items.len();
            customers.extend(page.items.into_iter().map(|review| review.customer_id));
        }
        assert_eq!((count, customers.len()), (2_500, 2_500), "{resume:?}");
        assert_eq!(sandbox.ravelin().pending_faults(), 0);
    }
}

#[tokio::test]
async fn without_resume_a_lost_follow_up_is_interrupted_and_not_repeated() {
    let sandbox = sandbox_with(2_500, RavelinOptions::default()).await;
    let mut reviews = client(&sandbox).reviews_since(at(0)).read_ahead(1);
    sandbox
        .ravelin()
        .fault_on("allReviews", Fault::none())
        .unwrap();
    sandbox
        .ravelin()
        .fault_on(
            "allReviews",
            Fault::close_before_head().processed().times(9),
        )
        .unwrap();
    assert_eq!(
        reviews.next_page().await.unwrap().unwrap().items.len(),
        1_000
    );
    let error = reviews.next_page().await.unwrap_err();
    assert!(error.is_interrupted());
    assert_eq!((error.progress().pages, error.progress().items), (1, 1_000));
    assert_eq!(sandbox.ravelin().requests().len(), 2);
}

#[tokio::test]
async fn a_foreign_link_is_an_error_and_the_foreign_server_sees_nothing() {
    let foreign = Sandbox::start().await.unwrap();
    let options = RavelinOptions::default().next_url(format!(
        "{}/v2/label/customer",
        foreign.ravelin().base_url()
    ));
    let sandbox = sandbox_with(1_500, options).await;
    let mut reviews = client(&sandbox).reviews_since(at(0));
    // The test would notice even a connection: it would receive garbage and use up the fault.
    foreign
        .ravelin()
        .fault_connection(ConnectionFault::garbage());
    let error = reviews.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::ForeignLink);
    assert_eq!(foreign.ravelin().requests(), []);
    assert_eq!(foreign.ravelin().pending_faults(), 1);
}

#[tokio::test]
async fn a_cursor_that_died_is_reported_or_survived() {
    let options = || {
        RavelinOptions::default()
            .page_size(500)
            .scroll_life(Duration::ZERO)
    };
    let sandbox = sandbox_with(1_000, options()).await;
    let mut reviews = client(&sandbox).reviews_since(at(0));
    reviews.next_page().await.unwrap().unwrap();
    let error = reviews.next_page().await.unwrap_err();
    assert!(error.is_interrupted(), "{error}");
    assert_eq!(error.call().unwrap().status(), Some(404));
}
