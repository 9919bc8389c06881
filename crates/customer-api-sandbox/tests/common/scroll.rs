//! Follows the scroll over all reviews.

use customer_api_sandbox::{RavelinOptions, Review, Sandbox};
use serde_json::Value;

use super::{Client, sandbox};

pub(crate) const PATH: &str = "/v2/label/customer";

/// Makes reviews of the customers `0`, `1` … one second apart.
pub(crate) fn reviews(count: u32) -> impl Iterator<Item = Review> {
    (0..count).map(|index| Review::new(index.to_string(), "GENUINE", time(index)))
}

/// Returns a time on one day, by its second.
pub(crate) fn time(second: u32) -> String {
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("2019-08-05T{hour:02}:{minute:02}:{second:02}Z")
}

/// Starts a sandbox with this number of reviews, and connects to its Ravelin server.
pub(crate) async fn started(options: RavelinOptions, count: u32) -> (Sandbox, Client) {
    let sandbox = sandbox(options).await;
    sandbox.ravelin().seed_reviews(reviews(count));
    let client = Client::connect(sandbox.ravelin().base_url()).await;
    (sandbox, client)
}

/// Returns the target of `meta.next`, which must lead to this server.
pub(crate) fn next(sandbox: &Sandbox, page: &Value) -> String {
    let next = page["meta"]["next"].as_str().unwrap();
    let target = next.strip_prefix(sandbox.ravelin().base_url()).unwrap();
    assert!(target.starts_with("/v2/label/customer?scroll_id="));
    target.to_owned()
}

/// Returns the customers of a page's reviews.
pub(crate) fn ids(page: &Value) -> Vec<String> {
    let reviews = page["reviews"].as_array().unwrap();
    let ids = reviews.iter().map(|review| review["customerId"].as_str());
    ids.map(|id| id.unwrap().to_owned()).collect()
}

/// Requests pages until one has no reviews, and returns the customers on each.
pub(crate) async fn scroll(
    sandbox: &Sandbox,
    client: &mut Client,
    first: &str,
) -> Vec<Vec<String>> {
    let mut target = first.to_owned();
    let mut pages = Vec::new();
    loop {
        let response = client.call("GET", &target, "").await;
        assert_eq!(response.status, Some(200), "{response:?}");
        let page = response.json();
        let on_page = ids(&page);
        if on_page.is_empty() {
            return pages;
        }
        target = next(sandbox, &page);
        pages.push(on_page);
    }
}

/// Requests one page.
pub(crate) async fn page(client: &mut Client, target: &str) -> Value {
    client.call("GET", target, "").await.json()
}

/// Returns the customers that `reviews` makes.
pub(crate) fn numbers(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}
