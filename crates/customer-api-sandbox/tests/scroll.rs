//! Ravelin's list of all reviews: a cursor that moves on the server and dies.

mod common;

use std::time::Duration;

use common::scroll::{PATH, ids, next, numbers, page, reviews, scroll, started, time};
use common::{Client, KEY, LABEL, LABEL_PATH, Response};
use customer_api_sandbox::{Fault, RavelinOptions, Review, Reviewer, Sandbox};
use serde_json::json;

#[tokio::test]
async fn all_reviews_come_in_pages_of_a_thousand_and_an_empty_one() {
    let (sandbox, mut client) = started(RavelinOptions::default(), 2500).await;
    let pages = scroll(&sandbox, &mut client, PATH).await;
    let lengths: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(lengths, [1000, 1000, 500]);
    assert_eq!(pages.concat(), numbers(0..2500));
    assert_eq!(sandbox.ravelin().scroll_pages_served(), 4);
    let open = sandbox.ravelin().open_scrolls();
    assert_eq!((open[0].pages, open[0].reviews), (4, 2500));
    assert_eq!(open[0].expires_in, Duration::from_secs(60));
    let requests = sandbox.ravelin().requests();
    assert!(requests.iter().all(|request| {
        request.operation_id.as_deref() == Some("allReviews") && !request.applied
    }));
}

#[tokio::test]
async fn a_page_looks_like_the_providers_sample() {
    let (sandbox, mut client) = started(RavelinOptions::default(), 0).await;
    let review = Review::new("customer1", "GENUINE", "2019-08-05T11:27:15Z")
        .with_comment("not shown")
        .with_reviewer(Reviewer::new("Bilbo Baggins", "bilbo.b@shiremail.com"));
    sandbox.ravelin().seed_review(review);
    client.call("POST", LABEL_PATH, LABEL).await;
    let mut page = page(&mut client, PATH).await;
    next(&sandbox, &page);
    page["meta"]["next"] = json!("…");
    assert_eq!(
        page,
        json!({
            "meta": {"next": "…"},
            "reviews": [
                {
                    "customerId": "customer1",
                    "label": "GENUINE",
                    "reviewer": {"name": "Bilbo Baggins", "email": "bilbo.b@shiremail.com"},
                    "timestamp": "2019-08-05T11:27:15Z",
                },
                {"customerId": "cust-1", "label": "FRAUDSTER", "timestamp": "2020-01-23T16:33:02Z"},
            ],
        })
    );
}

#[tokio::test]
async fn queries_are_judged() {
    let (_sandbox, mut client) = started(RavelinOptions::default(), 1).await;
    for query in ["scroll_id=%zz", "scroll_id=a&scroll_id=b", "since=a+b"] {
        let target = format!("{PATH}?{query}");
        let response = client.call("GET", &target, "").await;
        assert_eq!(response.status, Some(400), "{query}");
    }
    client.send("GET", PATH, &[], "").await;
    assert_eq!(client.response().await.status, Some(401));
}

#[tokio::test]
async fn the_cursor_moves_with_every_request_that_is_processed() {
    let options = RavelinOptions::default().page_size(2);
    let (sandbox, mut client) = started(options, 10).await;
    let first = page(&mut client, PATH).await;
    let target = next(&sandbox, &first);
    assert_eq!(ids(&page(&mut client, &target).await), ["2", "3"]);
    assert_eq!(ids(&page(&mut client, &target).await), ["4", "5"]);

    let ravelin = sandbox.ravelin();
    ravelin
        .fault_on("allReviews", Fault::close_before_head().processed())
        .unwrap();
    assert_eq!(client.call("GET", &target, "").await.status, None);
    let mut client = Client::connect(ravelin.base_url()).await;
    ravelin.fault_on("allReviews", Fault::status(503)).unwrap();
    assert_eq!(client.call("GET", &target, "").await.status, Some(503));
    assert_eq!(ids(&page(&mut client, &target).await), ["8", "9"]);
    assert_eq!(ravelin.scroll_pages_served(), 5);
}

#[tokio::test]
async fn a_scroll_shows_what_was_there_when_it_started() {
    let options = RavelinOptions::default().page_size(2);
    let (sandbox, mut client) = started(options, 3).await;
    let first = page(&mut client, PATH).await;
    client.call("POST", LABEL_PATH, LABEL).await;
    let target = next(&sandbox, &first);
    assert_eq!(scroll(&sandbox, &mut client, &target).await, [["2"]]);
    assert_eq!(scroll(&sandbox, &mut client, PATH).await.concat().len(), 4);
    assert_eq!(sandbox.ravelin().open_scrolls().len(), 2);
}

#[tokio::test]
async fn a_scroll_dies_a_life_after_its_last_response() {
    let options = RavelinOptions::default().page_size(1);
    let (sandbox, mut client) = started(options, 10).await;
    let first = page(&mut client, PATH).await;
    let target = next(&sandbox, &first);
    for expected in ["1", "2"] {
        sandbox.advance(Duration::from_millis(59_999));
        assert_eq!(ids(&page(&mut client, &target).await), [expected]);
    }
    sandbox.advance(Duration::from_secs(60));
    assert_eq!(client.call("GET", &target, "").await.status, Some(404));
    assert_eq!(sandbox.ravelin().open_scrolls(), []);
}

#[tokio::test(start_paused = true)]
async fn the_life_counts_from_the_response_by_tokios_clock() {
    let options = RavelinOptions::default()
        .unknown_fields(None)
        .page_size(1)
        .scroll_life(Duration::from_millis(50));
    let sandbox = Sandbox::builder().ravelin(options).start().await.unwrap();
    sandbox.ravelin().seed_reviews(reviews(3));
    let mut client = Client::connect(sandbox.ravelin().base_url()).await;
    let slow = Fault::none().delay(Duration::from_millis(40));
    sandbox.ravelin().fault(slow);
    let target = next(&sandbox, &page(&mut client, PATH).await);
    tokio::time::advance(Duration::from_millis(40)).await;
    assert_eq!(ids(&page(&mut client, &target).await), ["1"]);
    tokio::time::advance(Duration::from_millis(50)).await;
    assert_eq!(client.call("GET", &target, "").await.status, Some(404));
}

#[tokio::test]
async fn deaths_can_be_scripted() {
    let options = RavelinOptions::default().page_size(1);
    let (sandbox, mut client) = started(options, 3).await;
    let ravelin = sandbox.ravelin();
    ravelin.scroll_dies_after(1);
    ravelin.scroll_dies_after(2);
    for pages in [1, 2] {
        let mut target = PATH.to_owned();
        for _ in 0..pages {
            target = next(&sandbox, &page(&mut client, &target).await);
        }
        assert_eq!(client.call("GET", &target, "").await.status, Some(404));
    }
    assert_eq!(scroll(&sandbox, &mut client, PATH).await.len(), 3);
    let target = next(&sandbox, &page(&mut client, PATH).await);
    ravelin.expire_scrolls();
    assert_eq!(client.call("GET", &target, "").await.status, Some(404));
}

#[tokio::test]
async fn a_cursor_must_come_back_as_it_was() {
    let (sandbox, mut client) = started(RavelinOptions::default(), 3).await;
    let target = next(&sandbox, &page(&mut client, PATH).await);
    let unescaped = target.replace("%3D", "=");
    assert_eq!(client.call("GET", &unescaped, "").await.status, Some(200));
    let mangled = target.replace("%3D", "%253D");
    assert_eq!(client.call("GET", &mangled, "").await.status, Some(404));
}

#[tokio::test]
async fn a_source_needs_no_stored_reviews() {
    let (sandbox, mut client) = started(RavelinOptions::default(), 0).await;
    sandbox
        .ravelin()
        .seed_review(Review::new("stored", "GENUINE", time(0)));
    sandbox.ravelin().review_source(1_000_000, |index| {
        Review::new(index.to_string(), "GENUINE", "2019-08-05T00:00:00Z")
    });
    let first = page(&mut client, PATH).await;
    assert_eq!(ids(&first), numbers(0..1000));
    let target = next(&sandbox, &first);
    assert_eq!(ids(&page(&mut client, &target).await), numbers(1000..2000));
    sandbox.ravelin().review_source(1001, |index| {
        Review::new(index.to_string(), "GENUINE", "2019-08-05T00:00:00Z")
    });
    let pages = scroll(&sandbox, &mut client, PATH).await;
    assert_eq!(pages[1], ["1000", "stored"]);
}

#[tokio::test]
async fn the_log_keeps_as_many_requests_as_it_is_told() {
    let sandbox = Sandbox::builder().kept_requests(2).start().await.unwrap();
    let mut client = Client::connect(sandbox.ravelin().base_url()).await;
    for target in ["/1", "/2", "/3"] {
        client.send("GET", target, &[KEY], "").await;
        let _: Response = client.response().await;
    }
    let requests = sandbox.ravelin().requests();
    let targets: Vec<&str> = requests.iter().map(|one| one.target.as_str()).collect();
    assert_eq!(targets, ["/2", "/3"]);
}
