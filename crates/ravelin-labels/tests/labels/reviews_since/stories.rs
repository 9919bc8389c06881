//! The caller's view of a list, page by page.

use std::time::Duration;

use customer_api_core::{
    retry::{FailedAttempt, RetryDecision, RetryPolicy, StopReason},
    time::Deadline,
    transport::{ScriptedResponse, ScriptedTransport},
};
use ravelin_labels::{Client, ErrorKind, PagesErrorKind, Resume, SinceFormat};

use super::provider::{Entry, Fate, Provider, at, entry};

/// Reviews, one per second.
pub(crate) fn steady(count: u32) -> Vec<Entry> {
    (0..count)
        .map(|number| (i64::from(number), number))
        .collect()
}

#[tokio::test]
async fn reviews_arrive_once_and_in_order_until_the_empty_page() {
    let provider = Provider::new(steady(2_500), 1_000);
    let mut reviews = provider.client().reviews_since(at(0));
    let (mut sizes, mut all) = (Vec::new(), Vec::new());
    while let Some(page) = reviews.next_page().await.unwrap() {
        sizes.push((page.number, page.items.len()));
        all.extend(page.items.iter().map(entry));
    }
    assert_eq!(sizes, [(1, 1_000), (2, 1_000), (3, 500)]);
    assert_eq!(all, steady(2_500));
    assert_eq!(provider.queries().len(), 4);
    assert_eq!(provider.queries()[0], "since=2020-01-01T00%3A00%3A00Z");
    assert_eq!(provider.queries()[1], "scroll_id=s1x");
    assert!(!reviews.ended_without_empty_page());
    assert_eq!(reviews.progress().items, 2_500);
    assert_eq!(reviews.progress().newest, Some(at(2_499)));
    assert_eq!(reviews.next_page().await.unwrap(), None);
}

#[tokio::test]
async fn the_parameter_is_the_callers() {
    for (format, written) in [
        (SinceFormat::Rfc3339, "from=2020-01-01T00%3A00%3A01Z"),
        (SinceFormat::UnixSeconds, "from=1577836801"),
        (SinceFormat::UnixMillis, "from=1577836801000"),
    ] {
        let transport = customer_api_core::transport::ScriptedTransport::new().then(
            customer_api_core::transport::ScriptedResponse::status(200).body(r#"{"reviews":[]}"#),
        );
        let client = ravelin_labels::Client::builder("sk")
            .transport(transport.clone())
            .build()
            .unwrap();
        let mut reviews = client.reviews_since(at(1)).parameter("from", format);
        assert_eq!(reviews.next_page().await.unwrap(), None);
        assert_eq!(transport.requests()[0].uri().query(), Some(written));
    }
}

#[tokio::test]
async fn a_stream_gives_the_reviews_one_by_one() {
    let mut items = Provider::new(steady(25), 10)
        .client()
        .reviews_since(at(5))
        .into_items();
    let mut all = Vec::new();
    while let Some(review) = items.next_item().await.unwrap() {
        all.push(entry(&review));
    }
    assert_eq!(all, steady(25)[5..]);
}

#[tokio::test]
async fn a_last_page_without_a_link_is_flagged() {
    let provider = Provider::new(steady(15), 10).with(|state| state.ends_without_empty_page = true);
    let mut reviews = provider.client().reviews_since(at(0));
    assert!(
        !reviews
            .next_page()
            .await
            .unwrap()
            .unwrap()
            .ends_without_notice
    );
    assert!(
        reviews
            .next_page()
            .await
            .unwrap()
            .unwrap()
            .ends_without_notice
    );
    assert_eq!(reviews.next_page().await.unwrap(), None);
    assert!(reviews.ended_without_empty_page());
    assert_eq!(provider.queries().len(), 2);
}

#[tokio::test]
async fn one_cursor_for_all_pages_is_no_circle() {
    let provider = Provider::new(steady(25), 10).with(|state| state.one_cursor = true);
    let mut reviews = provider.client().reviews_since(at(0));
    let mut count = 0;
    while let Some(page) = reviews.next_page().await.unwrap() {
        count += page.items.len();
    }
    assert_eq!(count, 25);
}

#[tokio::test]
async fn a_parameter_that_is_ignored_is_noticed() {
    let provider = Provider::new(steady(25), 10);
    // Half a second earlier within the same second is not older: the provider may truncate fractions.
    let same_second = "2020-01-01T00:00:05.900Z".parse().unwrap();
    let mut reviews = provider.client().reviews_since(same_second);
    assert_eq!(reviews.next_page().await.unwrap().unwrap().items.len(), 10);

    let transport = customer_api_core::transport::ScriptedTransport::new().then(
        customer_api_core::transport::ScriptedResponse::status(200).body(
            r#"{"meta":{},"reviews":[{"customerId":"c","label":"GENUINE","timestamp":"2020-01-01T00:00:04Z"}]}"#,
        ),
    );
    let client = ravelin_labels::Client::builder("sk")
        .transport(transport)
        .build()
        .unwrap();
    let error = client.reviews_since(at(5)).next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::ParameterIgnored);
    assert_eq!(
        error.to_string(),
        "the provider returned reviews older than the start time: it ignores the parameter `since` (after 0 pages with 0 items)"
    );
}

#[tokio::test]
async fn a_lost_follow_up_is_interrupted_with_progress_and_never_repeated() {
    let provider = Provider::new(steady(45), 10).fails(3, Fate::Lost);
    let mut reviews = provider.client().reviews_since(at(0));
    assert_eq!(reviews.next_page().await.unwrap().unwrap().items.len(), 10);
    assert_eq!(reviews.next_page().await.unwrap().unwrap().items.len(), 10);
    let error = reviews.next_page().await.unwrap_err();
    assert!(error.is_interrupted());
    assert_eq!((error.progress().pages, error.progress().items), (2, 20));
    assert_eq!(error.progress().newest, Some(at(19)));
    assert_eq!(error.call().unwrap().attempts(), 1);
    assert_eq!(provider.queries().len(), 3);
    assert_eq!(reviews.next_page().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_first_page_and_an_unsent_follow_up_are_tried_again() {
    let provider = Provider::new(steady(15), 10)
        .fails(1, Fate::Lost)
        .fails(3, Fate::Unreachable);
    let mut reviews = provider.client().reviews_since(at(0));
    let mut count = 0;
    while let Some(page) = reviews.next_page().await.unwrap() {
        count += page.items.len();
    }
    assert_eq!(count, 15);
}

#[tokio::test(start_paused = true)]
async fn read_ahead_serves_a_consumer_that_is_slower_than_the_cursor() {
    let provider = Provider::new(steady(50), 10);
    let mut reviews = provider.client().reviews_since(at(0)).read_ahead(6);
    let mut count = 0;
    while let Some(page) = reviews.next_page().await.unwrap() {
        count += page.items.len();
        tokio::time::sleep(Duration::from_secs(300)).await;
    }
    assert_eq!(count, 50);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_outlasts_buffer_and_cursor_is_told_with_progress() {
    let provider = Provider::new(steady(90), 10);
    let mut reviews = provider.client().reviews_since(at(0)).read_ahead(2);
    let mut count = 0;
    let error = loop {
        match reviews.next_page().await {
            Ok(page) => count += page.unwrap().items.len() as u64,
            Err(error) => break error,
        }
        tokio::time::sleep(Duration::from_secs(300)).await;
    };
    assert!(error.is_expired(), "{error}");
    assert_eq!(error.progress().items, count);
    // Nothing was requested after the time was over.
    assert_eq!(provider.queries().len() as u64, error.progress().pages);
}

#[tokio::test(start_paused = true)]
async fn no_follow_up_is_sent_in_the_last_five_seconds() {
    // Five more seconds are reserved for connecting.
    for (wait, is_in_time) in [(49, true), (51, false)] {
        let provider = Provider::new(steady(30), 10);
        let mut reviews = provider.client().reviews_since(at(0)).read_ahead(1);
        reviews.next_page().await.unwrap().unwrap();
        // The buffer holds the second page by now, and the third waits for a place.
        tokio::time::sleep(Duration::from_secs(wait)).await;
        reviews.next_page().await.unwrap().unwrap();
        assert_eq!(
            reviews.next_page().await.is_ok(),
            is_in_time,
            "after {wait} s"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn with_resume_all_arrive_once_when_the_scroll_dies_twice() {
    for resume in [Resume::FromNewest, Resume::FromStart] {
        for fate in [Fate::Lost, Fate::Gone] {
            let provider = Provider::new(steady(2_500), 100)
                .fails(8, fate)
                .fails(15, fate);
            let mut reviews = provider.client().reviews_since(at(0)).resume(resume);
            let mut all = Vec::new();
            while let Some(page) = reviews.next_page().await.unwrap() {
                all.extend(page.items.iter().map(entry));
            }
            assert_eq!(all, steady(2_500), "{resume:?} {fate:?}");
            let firsts = provider
                .queries()
                .iter()
                .filter(|query| query.starts_with("since="))
                .count();
            assert_eq!(firsts, 3);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_resume_begins_one_second_before_the_newest_review() {
    let provider = Provider::new(steady(100), 40).fails(3, Fate::Lost);
    let mut reviews = provider
        .client()
        .reviews_since(at(0))
        .resume(Resume::FromNewest);
    while reviews.next_page().await.unwrap().is_some() {}
    assert_eq!(provider.queries()[3], "since=2020-01-01T00%3A01%3A18Z");
}

#[tokio::test(start_paused = true)]
async fn an_expired_scroll_is_resumed_too() {
    let provider = Provider::new(steady(60), 10);
    let mut reviews = provider
        .client()
        .reviews_since(at(0))
        .read_ahead(1)
        .resume(Resume::FromStart);
    let mut all = Vec::new();
    while let Some(page) = reviews.next_page().await.unwrap() {
        all.extend(page.items.iter().map(entry));
        if all.len() == 10 {
            tokio::time::sleep(Duration::from_secs(300)).await;
        }
    }
    assert_eq!(all, steady(60));
}

#[tokio::test(start_paused = true)]
async fn a_list_is_taken_up_again_when_the_provider_wants_that_and_no_sooner() {
    for resume in [Resume::FromNewest, Resume::FromStart] {
        for (status, retry_after, least, most) in [
            (429, Some(3), 3.0, 3.0),
            (503, Some(3), 3.0, 3.0),
            // The provider sends no `Retry-After`: the crate's own wait applies.
            (429, None, 20.0, 20.0),
            (429, Some(0), 0.0, 0.5),
            (503, None, 0.0, 0.5),
        ] {
            let provider =
                Provider::new(steady(60), 10).fails(4, Fate::Turned(status, retry_after));
            let watch = Deadline::after(Duration::MAX);
            let mut reviews = provider.client().reviews_since(at(0)).resume(resume);
            let mut all = Vec::new();
            while let Some(page) = reviews.next_page().await.unwrap() {
                all.extend(page.items.iter().map(entry));
            }
            assert_eq!(all, steady(60));
            let waited = watch.elapsed().as_secs_f64();
            let case = format!("{resume:?} {status} {retry_after:?}: {waited}");
            assert!(waited >= least && waited < most + 0.01, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_too_long_ends_the_list_and_is_told() {
    let provider = Provider::new(steady(60), 10).fails(4, Fate::Turned(429, Some(61)));
    let mut reviews = provider
        .client()
        .reviews_since(at(0))
        .resume(Resume::FromStart);
    let error = loop {
        match reviews.next_page().await {
            Ok(page) => assert!(page.is_some()),
            Err(error) => break error,
        }
    };
    assert!(error.is_interrupted());
    assert_eq!(error.progress().items, 30);
    let wait = error.call().unwrap().retry_after();
    assert_eq!(wait, Some(Duration::from_secs(61)));
    assert_eq!(provider.queries().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_scroll_that_dies_at_every_follow_up_is_given_up() {
    let provider = (2..40).fold(Provider::new(steady(60), 10), |provider, number| {
        provider.fails(number, Fate::Gone)
    });
    let mut reviews = provider
        .client()
        .reviews_since(at(0))
        .resume(Resume::FromStart);
    reviews.next_page().await.unwrap().unwrap();
    let mut asked = 0;
    let error = loop {
        match reviews.next_page().await {
            Ok(Some(_)) => asked += 1,
            Ok(None) => panic!("it ended"),
            Err(error) => break error,
        }
    };
    assert!(error.is_interrupted());
    assert!(asked < 10 && provider.queries().len() < 40);
}

#[tokio::test]
async fn a_provider_that_never_ends_is_stopped() {
    let provider = Provider::new(steady(100), 10);
    let mut reviews = provider.client().reviews_since(at(0)).max_pages(3);
    for _ in 0..3 {
        reviews.next_page().await.unwrap().unwrap();
    }
    assert_eq!(
        reviews.next_page().await.unwrap_err().kind(),
        PagesErrorKind::TooManyPages
    );
}

#[tokio::test]
async fn dropping_the_reader_stops_it() {
    let provider = Provider::new(steady(10_000), 10);
    let mut reviews = provider.client().reviews_since(at(0)).read_ahead(1_000);
    reviews.next_page().await.unwrap();
    drop(reviews);
    let asked = provider.queries().len();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(provider.queries().len(), asked);
}

#[tokio::test]
async fn a_refused_key_is_a_failed_call() {
    let client = crate::support::answering(401, "{}");
    let error = client.reviews_since(at(0)).next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::Call);
    assert!(error.call().unwrap().is_unauthorized());
}

/// A policy without caution.
#[derive(Debug)]
struct Always;

impl RetryPolicy for Always {
    fn decide(&self, attempt: &FailedAttempt) -> RetryDecision {
        if attempt.number > 5 {
            RetryDecision::Stop(StopReason::Disabled)
        } else {
            RetryDecision::Retry
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_policy_of_the_clients_repeats_a_follow_up() {
    for body in ["", "{}"] {
        let transport = ScriptedTransport::new()
            .then(ScriptedResponse::status(200).body(page_to("s1")))
            .then(ScriptedResponse::status(400).body(body))
            .then(ScriptedResponse::status(200).body(page_to("s2")));
        let client = Client::builder("sk")
            .transport(transport.clone())
            .retry(Always)
            .build()
            .unwrap();
        let mut reviews = client.reviews_since(at(0));
        reviews.next_page().await.unwrap().unwrap();
        assert!(reviews.next_page().await.unwrap_err().is_interrupted());
        assert_eq!(transport.requests().len(), 2);
    }
}

/// A page of one review that leads to a cursor.
fn page_to(cursor: &str) -> String {
    let review = format!(
        r#"{{"customerId":"{cursor}","label":"GENUINE","timestamp":"2020-01-01T00:00:04Z"}}"#
    );
    format!(
        r#"{{"meta":{{"next":"https://api.ravelin.com/v2/label/customer?scroll_id={cursor}"}},"reviews":[{review}]}}"#
    )
}

#[tokio::test]
async fn a_response_that_is_no_page_does_not_end_a_list() {
    for body in [
        "",
        "null",
        "{}",
        r#"{"status":400,"message":"scroll expired"}"#,
        r#"{"status":500,"message":"internal error","meta":{}}"#,
        r#"{"data":[{"customerId":"c"}],"meta":{"next":"https://api.ravelin.com/v2/label/customer?scroll_id=s2"}}"#,
        r#"{"meta":{"next":"https://api.ravelin.com/v2/label/customer?scroll_id=s2"}}"#,
        r#"{"meta":{}}"#,
        r#"{"meta":null}"#,
        // The provider's page promises "no reviews", which is an empty list. A missing list is not that promise.
        r#"{"reviews":null}"#,
        r#"{"meta":{"next":"https://api.ravelin.com/v2/label/customer?scroll_id=s2"},"reviews":null}"#,
        r#"{"status":500,"message":"internal error","reviews":null}"#,
        r#"{"Reviews":[]}"#,
        "[]",
    ] {
        let transport = ScriptedTransport::new()
            .then(ScriptedResponse::status(200).body(page_to("s1")))
            .then(ScriptedResponse::status(200).body(body));
        let client = Client::builder("sk").transport(transport).build().unwrap();
        let mut reviews = client.reviews_since(at(0));
        reviews.next_page().await.unwrap().unwrap();
        let error = reviews.next_page().await.unwrap_err();
        assert!(error.is_interrupted(), "{body}");
        assert_eq!((error.progress().pages, error.progress().items), (1, 1));
        assert_eq!(error.call().unwrap().kind(), ErrorKind::Decode);
        let is_object = body.starts_with('{');
        assert_eq!(
            error.to_string().contains("at `reviews`"),
            is_object,
            "{error}"
        );

        let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body(body));
        let client = Client::builder("sk").transport(transport).build().unwrap();
        assert_eq!(
            client
                .reviews_since(at(0))
                .next_page()
                .await
                .unwrap_err()
                .kind(),
            PagesErrorKind::Call,
            "{body}"
        );
    }
    for body in [
        r#"{"reviews":[]}"#,
        r#"{"meta":null,"reviews":[]}"#,
        r#"{"meta":{},"reviews":[],"unknownField1":7}"#,
        r#"{"meta":{"next":"https://api.ravelin.com/v2/label/customer?scroll_id=s2"},"reviews":[]}"#,
    ] {
        let transport = ScriptedTransport::new()
            .then(ScriptedResponse::status(200).body(page_to("s1")))
            .then(ScriptedResponse::status(200).body(body));
        let client = Client::builder("sk").transport(transport).build().unwrap();
        let mut reviews = client.reviews_since(at(0));
        reviews.next_page().await.unwrap().unwrap();
        assert_eq!(reviews.next_page().await.unwrap(), None, "{body}");
    }
}

/// For instance a back end that stays down: the error reports what came before, and a part of the list does not pass for the whole.
#[tokio::test(start_paused = true)]
async fn a_list_that_is_taken_up_again_does_not_end_at_a_response_that_is_no_page() {
    for resume in [Resume::FromNewest, Resume::FromStart] {
        let down = r#"{"status":500,"message":"internal error","meta":{}}"#;
        let rest = r#"{"meta":{},"reviews":[]}"#;
        let transport = ScriptedTransport::new()
            .then(ScriptedResponse::status(200).body(page_to("s1")))
            .then(ScriptedResponse::status(200).body(down))
            .then(ScriptedResponse::status(200).body(page_to("s1")))
            .then(ScriptedResponse::status(200).body(rest));
        let client = Client::builder("sk").transport(transport).build().unwrap();
        let mut reviews = client.reviews_since(at(0)).resume(resume);
        let mut count = 0;
        while let Some(page) = reviews.next_page().await.unwrap() {
            count += page.items.len();
        }
        assert_eq!(count, 1, "{resume:?}");

        let transport = ScriptedTransport::new()
            .then(ScriptedResponse::status(200).body(page_to("s1")))
            .then(ScriptedResponse::status(200).body(down));
        let client = Client::builder("sk").transport(transport).build().unwrap();
        let mut reviews = client.reviews_since(at(0)).resume(resume);
        reviews.next_page().await.unwrap().unwrap();
        let error = reviews.next_page().await.unwrap_err();
        assert_eq!(error.progress().items, 1, "{resume:?}: {error}");
    }
}

/// The provider no longer lists the earlier reviews: the restarted list ends immediately.
#[tokio::test(start_paused = true)]
async fn a_new_reading_without_what_was_delivered_is_no_end() {
    for resume in [Resume::FromNewest, Resume::FromStart] {
        let provider = Provider::new(steady(90), 30).fails(3, Fate::Lost);
        let mut reviews = provider
            .client()
            .reviews_since(at(0))
            .resume(resume)
            .read_ahead(1);
        for _ in 0..2 {
            reviews.next_page().await.unwrap().unwrap();
        }
        let _ = provider.clone().with(|state| state.reviews.clear());
        let error = reviews.next_page().await.unwrap_err();
        assert_eq!(error.kind(), PagesErrorKind::ResumeImpossible, "{resume:?}");
    }
    // Only the newest second is missing: the first later review reveals that.
    let provider = Provider::new(steady(90), 30).fails(3, Fate::Lost);
    let mut reviews = provider
        .client()
        .reviews_since(at(0))
        .resume(Resume::FromNewest)
        .read_ahead(1);
    for _ in 0..2 {
        reviews.next_page().await.unwrap().unwrap();
    }
    let _ = provider
        .clone()
        .with(|state| state.reviews.retain(|(second, _)| *second != 59));
    assert_eq!(
        reviews.next_page().await.unwrap_err().kind(),
        PagesErrorKind::ResumeImpossible
    );
}

/// Ten reviews in order are not enough evidence: the list is read from its start.
#[tokio::test(start_paused = true)]
async fn little_evidence_of_order_is_none() {
    let mut entries = steady(10);
    entries.extend((0..10).map(|number| (5, 100 + number)));
    let provider = Provider::new(entries.clone(), 10).fails(2, Fate::Lost);
    let mut reviews = provider
        .client()
        .reviews_since(at(0))
        .resume(Resume::FromNewest);
    let mut all = Vec::new();
    while let Some(page) = reviews.next_page().await.unwrap() {
        all.extend(page.items.iter().map(entry));
    }
    assert_eq!(all, entries);
}
