//! Lists that continue in another process, behind a stored bookmark.

use customer_api_sandbox::{RavelinOptions, Review as Stored, ReviewOrder, Sandbox};
use ravelin_labels::{Bookmark, Client, PagesErrorKind, Resume, ReviewsSince};
use serde_json::{Value, json};

use super::{
    provider::{DAWN, Entry, Fate, Provider, at, entry},
    stories::steady,
};
use crate::support::sandbox_client;

/// Reads up to this many pages, as a process that is then killed.
async fn some(mut reviews: ReviewsSince, pages: usize) -> (Vec<Entry>, String) {
    let mut all = Vec::new();
    for _ in 0..pages {
        let Some(page) = reviews.next_page().await.unwrap() else {
            break;
        };
        all.extend(page.items.iter().map(entry));
    }
    let stored = serde_json::to_string(reviews.bookmark()).unwrap();
    (all, stored)
}

/// Continues as another process.
fn after(client: &Client, stored: &str) -> ReviewsSince {
    client.reviews_after(serde_json::from_str(stored).unwrap())
}

/// Continues, and returns why the list can't.
async fn refusal(client: &Client, stored: &str) -> String {
    let mut reviews = after(client, stored);
    let error = reviews.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::ResumeImpossible);
    assert_eq!(error.progress().items, 0);
    error.to_string()
}

#[tokio::test]
async fn in_any_order_each_review_arrives_once_over_many_processes() {
    let orders = [
        ReviewOrder::OldestFirst,
        ReviewOrder::NewestFirst,
        ReviewOrder::Shuffled(7),
    ];
    for order in orders {
        for resume in [Resume::Off, Resume::FromStart, Resume::FromNewest] {
            let options = RavelinOptions::default().page_size(30).review_order(order);
            let sandbox = Sandbox::builder().ravelin(options).start().await.unwrap();
            for number in 0..200 {
                // Reviews of one second, and reviews that are alike.
                let review = Stored::new(
                    format!("c{}", number / 2),
                    "GENUINE",
                    at(number / 6).as_str(),
                );
                sandbox.ravelin().seed_review(review);
            }
            let client = sandbox_client(&sandbox).build().unwrap();
            let (whole, _) = some(client.reviews_since(at(0)), 99).await;
            let (mut all, mut stored) = some(client.reviews_since(at(0)), 1).await;
            for _ in 0..9 {
                let reviews = after(&client, &stored).resume(resume);
                let (more, now) = some(reviews, 1).await;
                all.extend(more);
                stored = now;
            }
            assert_eq!(all.len(), 200, "{order:?} {resume:?}");
            assert_eq!(all, whole, "{order:?} {resume:?}");
            let bookmark: Bookmark = serde_json::from_str(&stored).unwrap();
            assert_eq!((bookmark.reviews(), bookmark.since()), (200, &at(0)));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_breaks_off_before_the_bookmark_still_finds_it() {
    let (first, stored) = some(
        Provider::new(steady(100), 10).client().reviews_since(at(0)),
        5,
    )
    .await;
    for lost in 2..12 {
        for resume in [Resume::FromStart, Resume::FromNewest] {
            let provider = Provider::new(steady(100), 10).fails(lost, Fate::Lost);
            let reviews = after(&provider.client(), &stored).resume(resume);
            let (rest, _) = some(reviews, 99).await;
            let all = [first.clone(), rest].concat();
            assert_eq!(all, steady(100), "{lost} {resume:?}");
        }
    }
}

#[tokio::test]
async fn new_reviews_and_other_pages_do_no_harm() {
    let provider = Provider::new(steady(95), 10);
    let (mut all, stored) = some(provider.client().reviews_since(at(0)), 3).await;
    let provider = Provider::new(steady(120), 7);
    let (rest, _) = some(after(&provider.client(), &stored), 99).await;
    all.extend(rest);
    assert_eq!(all, steady(120));
}

#[tokio::test]
async fn a_list_that_changed_before_the_bookmark_delivers_nothing() {
    let provider = Provider::new(steady(100), 10);
    let (_, stored) = some(provider.client().reviews_since(at(0)), 3).await;
    let changes: [fn(&mut Vec<Entry>); 5] = [
        |reviews| reviews.truncate(20),
        |reviews| reviews.clear(),
        |reviews| reviews.retain(|(_, customer)| *customer != 4),
        |reviews| reviews.insert(4, (4, 999)),
        |reviews| reviews.swap(28, 29),
    ];
    for change in changes {
        let mut reviews = steady(100);
        change(&mut reviews);
        let text = refusal(&Provider::new(reviews, 10).client(), &stored).await;
        assert!(text.contains("other reviews than before"), "{text}");
    }
}

#[tokio::test]
async fn what_can_not_be_read_is_not_reported_again_page_by_page() {
    let provider = || {
        Provider::new(steady(40), 10).with(|state| {
            for customer in [3, 9, 25] {
                state.odd.insert(customer, ("label", json!(null)));
            }
        })
    };
    let (first, stored) = some(provider().client().reviews_since(at(0)), 1).await;
    assert_eq!(first.len(), 8);
    let mut reviews = after(&provider().client(), &stored);
    let (mut items, mut odd) = (0, Vec::new());
    while let Some(page) = reviews.next_page().await.unwrap() {
        items += page.items.len();
        odd.extend(page.unreadable().iter().map(|one| one.raw().to_owned()));
    }
    assert_eq!(items, 29);
    // The page before the bookmark ends with an odd record, which might have come behind the bookmark.
    assert_eq!(odd.iter().filter(|raw| raw.contains("\"c25\"")).count(), 1);
    assert!(odd.len() <= 3, "{odd:?}");
}

#[tokio::test]
async fn a_bookmark_of_nothing_begins_at_the_start() {
    let provider = Provider::new(steady(20), 10);
    let (none, stored) = some(provider.client().reviews_since(at(0)), 0).await;
    assert!(none.is_empty());
    let (all, _) = some(after(&provider.client(), &stored), 99).await;
    assert_eq!(all, steady(20));
}

/// The form that earlier releases have stored. Bookmarks of this form must stay valid: change the version with the digest.
#[tokio::test]
async fn the_stored_form_stays() {
    let provider = Provider::new(steady(20), 10);
    let (_, stored) = some(provider.client().reviews_since(at(0)), 1).await;
    let stored: Value = serde_json::from_str(&stored).unwrap();
    let form = json!({
        "version": 1,
        "since": at(0).as_str(),
        "reviews": 10,
        "digest": "a90cc4bc999e065b",
    });
    assert_eq!(stored, form);
}

#[test]
fn a_stored_form_that_can_not_be_used_is_an_error() {
    let good = json!({
        "version": 1,
        "since": at(0).as_str(),
        "reviews": 10,
        "digest": "00000000000000ff",
    });
    let bookmark: Bookmark = serde_json::from_value(good.clone()).unwrap();
    assert_eq!(serde_json::to_value(&bookmark).unwrap(), good);
    let printed = format!("{bookmark:?}");
    assert!(
        printed.contains("10") && !printed.contains("ff"),
        "{printed}"
    );
    assert_eq!(bookmark.since().unix_seconds(), DAWN);

    let changes = [
        ("version", json!(2), "version"),
        ("version", json!(null), "null"),
        ("since", json!("yesterday"), ""),
        // For no reviews nothing would be compared.
        ("reviews", json!(0), "damaged"),
        ("reviews", json!(-1), ""),
        ("digest", json!("ff"), "damaged"),
        ("digest", json!("+0000000000000ff"), "damaged"),
        ("digest", json!("00000000000000fg"), "damaged"),
        ("more", json!(1), "more"),
    ];
    for (field, value, text) in changes {
        let mut bad = good.clone();
        bad[field] = value;
        let error = serde_json::from_value::<Bookmark>(bad).unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
    }
}
