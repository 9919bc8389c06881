//! The switches of Ravelin's list of all reviews.

mod common;

use common::scroll::{PATH, ids, next, numbers, page, reviews, scroll, started, time};
use common::{LABEL, LABEL_PATH};
use customer_api_sandbox::{
    EmptyPage, LateFollowUp, RavelinOptions, Review, ReviewOrder, ScrollCourse, ScrollIds,
    SinceBound, SinceFormat,
};
use serde_json::{Value, json};

#[tokio::test]
async fn the_parameter_of_the_time_is_a_switch() {
    for (name, format, value) in [
        ("since", SinceFormat::Rfc3339, "2019-08-05T00:00:07Z"),
        (
            "since",
            SinceFormat::Rfc3339,
            "2019-08-05T02%3A00%3A07%2B02%3A00",
        ),
        ("from", SinceFormat::UnixSeconds, "1564963207"),
        ("fromTime", SinceFormat::UnixMillis, "1564963207000"),
    ] {
        for (bound, first) in [
            (SinceBound::Inclusive, 7),
            (SinceBound::Exclusive, 8),
            (SinceBound::Ignored, 0),
        ] {
            let options = RavelinOptions::default()
                .since_parameter(name, format)
                .since_bound(bound)
                .page_size(2);
            let (sandbox, mut client) = started(options, 10).await;
            let first_page = format!("{PATH}?{name}={value}");
            let pages = scroll(&sandbox, &mut client, &first_page).await;
            assert_eq!(pages.concat(), numbers(first..10), "{name} {bound:?}");
            let requests = sandbox.ravelin().requests();
            assert!(requests.iter().all(|one| one.unknown_query.is_empty()));
        }
    }
    let (_sandbox, mut client) = started(RavelinOptions::default(), 10).await;
    let response = client.call("GET", "/v2/label/customer?since=7", "").await;
    assert_eq!(response.status, Some(400));
    assert_eq!(
        response.json()["message"],
        "Invalid Request: since can't be read"
    );
}

#[tokio::test]
async fn an_unknown_query_parameter_is_recorded_and_refused_on_request() {
    for (refused, status) in [(false, 200), (true, 400)] {
        let options = RavelinOptions::default().refuse_unknown_query(refused);
        let (sandbox, mut client) = started(options, 1).await;
        let target = format!("{PATH}?Since=1&since=2019-08-05T00:00:00Z&Since=2&%C3%A9");
        let response = client.call("GET", &target, "").await;
        assert_eq!(response.status, Some(status));
        if refused {
            let message = response.json()["message"].to_string();
            assert!(
                message.contains("Since: Additional property Since"),
                "{message}"
            );
        }
        let requests = sandbox.ravelin().requests();
        assert_eq!(requests[0].unknown_query, ["Since", "é"]);
    }
}

#[tokio::test]
async fn what_a_late_follow_up_gets_is_a_switch() {
    for (switch, status) in [
        (LateFollowUp::NotFound, 404),
        (LateFollowUp::BadRequest, 400),
        (LateFollowUp::EmptyPage, 200),
    ] {
        let options = RavelinOptions::default().late_follow_up(switch);
        let (sandbox, mut client) = started(options, 3).await;
        let target = next(&sandbox, &page(&mut client, PATH).await);
        sandbox.ravelin().expire_scrolls();
        let mangled = target.replace("%3D%3D", "");
        for target in [target, mangled, format!("{PATH}?scroll_id=\u{e9}")] {
            let target = target.replace('\u{e9}', "%C3%A9");
            let response = client.call("GET", &target, "").await;
            assert_eq!(response.status, Some(status), "{target}");
            if status == 200 {
                assert_eq!(ids(&response.json()), Vec::<String>::new());
            } else {
                assert_eq!(response.json()["status"], status);
            }
        }
    }
}

#[tokio::test]
async fn cursors_are_new_or_the_same() {
    for (switch, same) in [(ScrollIds::New, false), (ScrollIds::Same, true)] {
        let options = RavelinOptions::default().page_size(1).scroll_ids(switch);
        let (sandbox, mut client) = started(options, 3).await;
        let first = next(&sandbox, &page(&mut client, PATH).await);
        let second = next(&sandbox, &page(&mut client, &first).await);
        let third = next(&sandbox, &page(&mut client, &second).await);
        assert_eq!((first == second, second == third), (same, same));
        let other = next(&sandbox, &page(&mut client, PATH).await);
        assert_ne!(first, other);
    }
}

#[tokio::test]
async fn the_order_is_a_switch() {
    let all = async |order| {
        let options = RavelinOptions::default().page_size(3).review_order(order);
        let (sandbox, mut client) = started(options, 0).await;
        let mut reviews: Vec<Review> = reviews(20).collect();
        reviews.swap(3, 17);
        sandbox.ravelin().seed_reviews(reviews);
        scroll(&sandbox, &mut client, PATH).await.concat()
    };
    let sorted = numbers(0..20);
    assert_eq!(all(ReviewOrder::OldestFirst).await, sorted);
    let mut newest = sorted.clone();
    newest.reverse();
    assert_eq!(all(ReviewOrder::NewestFirst).await, newest);
    let mut stored = sorted.clone();
    stored.swap(3, 17);
    assert_eq!(all(ReviewOrder::AsStored).await, stored);
    let mut shuffled = all(ReviewOrder::Shuffled(1)).await;
    assert_ne!(shuffled, sorted);
    assert_ne!(shuffled, all(ReviewOrder::Shuffled(2)).await);
    shuffled.sort_by_key(|id| id.parse::<u32>().unwrap());
    assert_eq!(shuffled, sorted);
}

#[tokio::test]
async fn the_last_page_is_a_switch() {
    for (course, meta) in [
        (ScrollCourse::EndsWithoutNext, json!({})),
        (ScrollCourse::EndsWithoutMeta, Value::Null),
    ] {
        // Reviews that do not match are at the end, and a page is full before them.
        let options = RavelinOptions::default()
            .page_size(2)
            .review_order(ReviewOrder::NewestFirst)
            .scroll_course(course);
        let (sandbox, mut client) = started(options, 10).await;
        let target = format!("{PATH}?since={}", time(6));
        let first = page(&mut client, &target).await;
        let last = page(&mut client, &next(&sandbox, &first)).await;
        assert_eq!(ids(&last), ["7", "6"]);
        assert_eq!(last["meta"], meta);
        assert_eq!(last.get("meta").is_none(), meta.is_null());
    }
    for (course, expected) in [
        (
            ScrollCourse::LastPageForever,
            [["0", "1"], ["2", "3"], ["2", "3"]],
        ),
        (
            ScrollCourse::FirstPageForever,
            [["0", "1"], ["0", "1"], ["0", "1"]],
        ),
    ] {
        let options = RavelinOptions::default().page_size(2).scroll_course(course);
        let (sandbox, mut client) = started(options, 4).await;
        let mut target = PATH.to_owned();
        for expected in expected {
            let page = page(&mut client, &target).await;
            assert_eq!(ids(&page), expected);
            target = next(&sandbox, &page);
        }
    }
}

#[tokio::test]
async fn the_empty_page_is_a_switch() {
    for (switch, reviews) in [
        (EmptyPage::EmptyList, Some(json!([]))),
        (EmptyPage::Null, Some(Value::Null)),
        (EmptyPage::Missing, None),
    ] {
        for named in [true, false] {
            let options = RavelinOptions::default()
                .empty_page(switch)
                .empty_page_next(named);
            let (_sandbox, mut client) = started(options, 0).await;
            let page = page(&mut client, PATH).await;
            assert_eq!(page.get("reviews"), reviews.as_ref());
            assert_eq!(page["meta"].get("next").is_some(), named);
        }
    }
}

#[tokio::test]
async fn next_can_lead_anywhere() {
    let options = RavelinOptions::default().next_url("https://evil.example:8443/other");
    let (_sandbox, mut client) = started(options, 1).await;
    let page = page(&mut client, PATH).await;
    let next = page["meta"]["next"].as_str().unwrap();
    assert!(next.starts_with("https://evil.example:8443/other?scroll_id="));
}

#[tokio::test]
async fn whether_a_scroll_shows_the_successors_labels_is_a_switch() {
    for (shown, expected) in [(true, 1), (false, 0)] {
        let options = RavelinOptions::default().customer_labels_in_reviews(shown);
        let (_sandbox, mut client) = started(options, 0).await;
        client.call("POST", LABEL_PATH, LABEL).await;
        assert_eq!(ids(&page(&mut client, PATH).await).len(), expected);
    }
}
