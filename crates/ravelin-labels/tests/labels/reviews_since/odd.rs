//! Reviews that can't be read, in a list that continues.

use customer_api_core::response::{Unreadable, UnreadableKind};
use ravelin_labels::{PagesErrorKind, Resume, ReviewsSince};
use serde_json::json;

use super::{
    provider::{Entry, Fate, Provider, at, entry},
    stories::steady,
};

/// Builds a provider in which the reviews of these customers can't be read: the label is null, or the time has no offset.
fn provider(without_label: &[u32], without_offset: &[u32]) -> Provider {
    Provider::new(steady(100), 10).with(|state| {
        for customer in without_label {
            state.odd.insert(*customer, ("label", json!(null)));
        }
        for customer in without_offset {
            let time = ("timestamp", json!("2020-01-01T00:00:01"));
            state.odd.insert(*customer, time);
        }
    })
}

/// Returns the reviews that arrive, and the customers of the reviews that can't be read.
async fn read(mut reviews: ReviewsSince) -> (Vec<Entry>, Vec<u32>) {
    let (mut all, mut odd) = (Vec::new(), Vec::new());
    while let Some(page) = reviews.next_page().await.unwrap() {
        all.extend(page.items.iter().map(entry));
        odd.extend(page.unreadable().iter().map(customer));
    }
    assert_eq!(reviews.progress().unreadable, odd.len() as u64);
    (all, odd)
}

fn customer(report: &Unreadable) -> u32 {
    assert_eq!(report.kind(), UnreadableKind::Record);
    let index = report.left_out().unwrap();
    assert_eq!(report.path(), format!("reviews[{index}]"));
    let raw: serde_json::Value = serde_json::from_str(report.raw()).unwrap();
    let id = raw["customerId"].as_str().unwrap();
    id.trim_start_matches('c').parse().unwrap()
}

fn but(odd: &[u32]) -> Vec<Entry> {
    let mut entries = steady(100);
    entries.retain(|(_, customer)| !odd.contains(customer));
    entries
}

#[tokio::test]
async fn the_list_goes_on_and_each_is_reported() {
    let (all, odd) = read(provider(&[0, 7, 99], &[55]).client().reviews_since(at(0))).await;
    assert_eq!(odd, [0, 7, 55, 99]);
    assert_eq!(all, but(&odd));
}

#[tokio::test]
async fn a_page_of_them_alone_is_not_the_end() {
    let odd: Vec<u32> = (10..20).collect();
    let (all, reported) = read(provider(&odd, &[]).client().reviews_since(at(0))).await;
    assert_eq!((all, reported), (but(&odd), odd));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_taken_up_again_counts_them_like_all_others() {
    for resume in [Resume::FromStart, Resume::FromNewest] {
        for (without_label, without_offset) in [
            (&[3, 49, 50, 51][..], &[][..]),
            (&[], &[3]),
            (&[48, 49], &[50, 51, 59]),
        ] {
            // The sixth page is lost, and so is one page of the second reading.
            let provider = provider(without_label, without_offset)
                .fails(6, Fate::Lost)
                .fails(9, Fate::Lost);
            let (all, mut odd) = read(provider.client().reviews_since(at(0)).resume(resume)).await;
            odd.sort_unstable();
            let mut expected = [without_label, without_offset].concat();
            expected.sort_unstable();
            assert_eq!(odd, expected, "{resume:?}");
            assert_eq!(all, but(&expected), "{resume:?}");
        }
    }
}

#[tokio::test]
async fn a_strict_client_ends_the_list_with_the_place() {
    let provider = provider(&[15], &[]);
    let client = ravelin_labels::Client::builder("sk_test")
        .transport(provider)
        .strict_responses(true)
        .build()
        .unwrap();
    let mut reviews = client.reviews_since(at(0));
    assert_eq!(reviews.next_page().await.unwrap().unwrap().items.len(), 10);
    let error = reviews.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::Interrupted);
    assert!(error.to_string().contains("reviews[5].label"), "{error}");
}

#[tokio::test]
async fn a_cursor_that_can_not_be_read_is_an_error() {
    for next in [json!(7), json!({}), json!([]), json!(true)] {
        let body = json!({ "meta": { "next": next }, "reviews": [] });
        let transport = customer_api_core::transport::ScriptedTransport::new().then(
            customer_api_core::transport::ScriptedResponse::status(200).body(body.to_string()),
        );
        let client = ravelin_labels::Client::builder("sk").transport(transport);
        let mut reviews = client.build().unwrap().reviews_since(at(0));
        let error = reviews.next_page().await.unwrap_err();
        assert!(error.to_string().contains("meta.next"), "{error}");
    }
}
