//! The list of all customers in every possible form, and its guards.

use customer_api_core::{rate_limit::Unlimited, transport::ScriptedResponse};
use customer_api_sandbox::{RevnueCustomer, RevnueListResponse, RevnueOptions};
use revnue_customers::{Client, PagesError, PagesErrorKind};
use serde_json::{Value, json};

use crate::support::{ok, scripted, start};

const LIST: &str = "https://dashboard-api.revnue.com/api/v2/customer/";

fn page(ids: std::ops::Range<u64>, next: Value) -> ScriptedResponse {
    let customers: Vec<_> = ids.map(|id| json!({ "id": id })).collect();
    ok(&json!({ "next": next, "results": customers }).to_string())
}

async fn all(client: &Client) -> Result<Vec<u64>, PagesError> {
    let mut customers = client.customers(1);
    let mut all = Vec::new();
    while let Some(page) = customers.next_page().await? {
        all.extend(page.items.iter().map(|customer| customer.id));
    }
    assert_eq!(customers.progress().items, all.len() as u64);
    Ok(all)
}

/// Reads until the list fails, and returns the error and the number of requests.
async fn failure(responses: impl IntoIterator<Item = ScriptedResponse>) -> (PagesError, usize) {
    let (builder, transport) = scripted(responses);
    let error = all(&builder.build().unwrap()).await.unwrap_err();
    (error, transport.requests().len())
}

#[tokio::test]
async fn every_form_gives_all_customers_of_the_company() {
    for response in [
        RevnueListResponse::Array,
        RevnueListResponse::Results,
        RevnueListResponse::Pages(1),
        RevnueListResponse::Pages(3),
        RevnueListResponse::Pages(7),
        RevnueListResponse::FirstPageOnly(7),
    ] {
        for count in [0, 1, 6, 7] {
            let options = RevnueOptions::default().list_response(response);
            let (sandbox, client) = start(options).await;
            for number in 0..count {
                let customer = RevnueCustomer::new(1, format!("customer {number}"));
                sandbox.revnue().seed_customer(customer);
            }
            sandbox
                .revnue()
                .seed_customer(RevnueCustomer::new(2, "another's"));
            let expected: Vec<_> = (1..=count).collect();
            assert_eq!(all(&client).await.unwrap(), expected, "{response:?}");
            let mut items = client.customers(1).read_ahead(2).into_items();
            let mut arrived = 0;
            while items.next_item().await.unwrap().is_some() {
                arrived += 1;
            }
            assert_eq!(arrived, count);
        }
    }
}

#[tokio::test]
async fn a_shape_that_nobody_expects_is_an_error() {
    for response in [RevnueListResponse::Odd, RevnueListResponse::OneObject] {
        let (sandbox, client) = start(RevnueOptions::default().list_response(response)).await;
        sandbox.revnue().seed_customer(RevnueCustomer::new(1, "a"));
        let error = all(&client).await.unwrap_err();
        assert_eq!(error.kind(), PagesErrorKind::Call);
        assert!(error.call().unwrap().is_decode());
    }
}

#[tokio::test]
async fn a_list_that_is_shorter_than_it_says_is_an_error() {
    let options = RevnueOptions::default().list_response(RevnueListResponse::FirstPageOnly(2));
    let (sandbox, client) = start(options).await;
    for name in ["a", "b", "c"] {
        sandbox.revnue().seed_customer(RevnueCustomer::new(1, name));
    }
    let error = all(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.progress().items),
        (PagesErrorKind::Incomplete, 0)
    );
    assert!(error.is_incomplete() && !error.is_interrupted());
    assert_eq!(sandbox.revnue().requests().len(), 1);
}

/// A paginator that returns the list as an array may name the next page in a header.
#[tokio::test]
async fn an_array_with_a_header_that_names_a_next_page_is_not_the_whole_list() {
    let link = format!("<{LIST}?page=2>");
    for (header, is_whole) in [
        (format!("{link}; rel=\"next\""), false),
        (format!("{link}; rel=next"), false),
        (format!("{link};REL=\"last next\""), false),
        (
            format!("{link}; rel=\"first\", {link}; rel=\"next\""),
            false,
        ),
        (format!("{link}; rel=\"first\""), true),
        (format!("{link}; rel=\"prev\"; title=\"next\""), true),
        (format!("{link}; rel=\"nextly\""), true),
        (String::new(), true),
    ] {
        let response = ok(r#"[{"id":1},{"id":2}]"#).header("link", &header);
        let (builder, _) = scripted([response]);
        match all(&builder.build().unwrap()).await {
            Ok(ids) => assert_eq!((ids.len(), is_whole), (2, true), "{header}"),
            Err(error) => assert!(error.is_incomplete() && !is_whole, "{header}"),
        }
    }
}

#[tokio::test]
async fn a_link_that_leads_elsewhere_is_not_followed() {
    for link in [
        "/api/v2/customer?page=2",
        "/api/v2/contract/?page=2",
        "//evil.example/api/v2/customer/?page=2",
        "#page=2",
        "https://dashboard-api.revnue.com.evil.example/api/v2/customer/?page=2",
        "http://dashboard-api.revnue.com/api/v2/customer/?page=2",
        "https://dashboard-api.revnue.com:444/api/v2/customer/?page=2",
        "https://user@dashboard-api.revnue.com/api/v2/customer/?page=2",
        "https://dashboard-api.revnue.com/api/v2/customer?page=2",
        "https://dashboard-api.revnue.com/api/v2/contract/?page=2",
        "https://dashboard-api.revnue.com/api/v2/customer/?company=2&page=2",
        "https://dashboard-api.revnue.com/api/v2/customer/?company=1&c%6fmpany=2&page=2",
        "https://dashboard-api.revnue.com/api/v2/customer/",
    ] {
        let (error, requests) = failure([page(1..3, json!(link)), page(3..5, json!(null))]).await;
        assert_eq!(error.kind(), PagesErrorKind::ForeignLink, "{link}");
        assert_eq!((error.progress().items, requests), (0, 1), "{link}");
        assert!(!error.to_string().contains("evil"));
    }
}

#[tokio::test]
async fn a_link_is_followed_with_its_own_query_and_the_company_once() {
    for (query, expected) in [
        ("company=1&page=2", "company=1&page=2"),
        ("cursor=a%20b+c%3D", "company=1&cursor=a%20b+c%3D"),
    ] {
        let link = format!("{LIST}?{query}");
        let (builder, transport) = scripted([page(1..3, json!(link)), page(3..5, json!(null))]);
        assert_eq!(all(&builder.build().unwrap()).await.unwrap(), [1, 2, 3, 4]);
        let requests = transport.requests();
        assert_eq!(requests[1].uri(), format!("{LIST}?{expected}").as_str());
        assert_eq!(requests[0].headers(), requests[1].headers());
    }
}

#[tokio::test]
async fn a_list_that_goes_round_in_circles_is_an_error() {
    let link = |page: u64| json!(format!("{LIST}?page={page}"));
    let (error, requests) = failure([page(1..3, link(2)), page(3..5, link(2))]).await;
    assert_eq!((error.kind(), requests), (PagesErrorKind::Repeated, 2));
    for next in [link(3), json!(null)] {
        let (error, _) = failure([page(1..3, link(2)), page(1..3, next)]).await;
        assert_eq!(error.kind(), PagesErrorKind::Repeated);
        assert_eq!(error.progress().items, 2);
    }

    let (builder, _) = scripted((1..9).map(|number| page(number..number + 1, link(number))));
    let mut customers = builder.build().unwrap().customers(1).max_pages(3);
    for _ in 0..3 {
        assert!(customers.next_page().await.unwrap().is_some());
    }
    let error = customers.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::TooManyPages);
}

#[tokio::test]
async fn pages_that_come_in_turn_are_a_circle_and_the_count_bounds_the_list() {
    let numbered = |number: u64, ids: std::ops::Range<u64>, count: Option<u64>| {
        let customers: Vec<_> = ids.map(|id| json!({ "id": id })).collect();
        let next = format!("{LIST}?page={number}");
        ok(&json!({ "count": count, "next": next, "results": customers }).to_string())
    };
    for count in [None, Some(4), Some(100)] {
        let in_turn = (2..12).map(|number| match number % 2 {
            0 => numbered(number, 1..3, count),
            _ => numbered(number, 3..5, count),
        });
        let (error, requests) = failure(in_turn).await;
        assert_eq!((error.kind(), requests), (PagesErrorKind::Repeated, 3));
        assert_eq!(error.progress().items, 4);
    }
    let others = (2..12).map(|number| numbered(number, 2 * number..2 * number + 2, Some(5)));
    let (error, _) = failure(others).await;
    assert_eq!(
        (error.kind(), error.progress().items),
        (PagesErrorKind::TooManyPages, 10)
    );
}

#[tokio::test]
async fn there_are_ten_thousand_pages_at_most_by_default() {
    let link = |page: u64| json!(format!("{LIST}?page={page}"));
    let (builder, transport) =
        scripted((1..=10_001).map(|number| page(number..number + 1, link(number))));
    let client = builder.rate_limiter(Unlimited).build().unwrap();
    let error = all(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.progress().pages),
        (PagesErrorKind::TooManyPages, 10_000)
    );
    assert_eq!(transport.requests().len(), 10_001);
}

#[tokio::test]
async fn pages_without_customers_are_no_circle() {
    let link = |page: u64| json!(format!("{LIST}?page={page}"));
    let responses = [
        page(0..0, link(2)),
        page(0..0, link(3)),
        page(7..9, link(4)),
        page(0..0, json!(null)),
    ];
    let (builder, _) = scripted(responses);
    assert_eq!(all(&builder.build().unwrap()).await.unwrap(), [7, 8]);
}

/// A caller that stops after one page has spent little of the account's quota on further pages.
#[tokio::test]
async fn one_page_is_read_ahead() {
    let link = |page: u64| json!(format!("{LIST}?page={page}"));
    let (builder, transport) =
        scripted((1..9).map(|number| page(number..number + 1, link(number))));
    let mut customers = builder.build().unwrap().customers(1);
    assert!(customers.next_page().await.unwrap().is_some());
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(transport.requests().len(), 2);
}

#[tokio::test]
async fn items_go_on_after_the_pages_that_were_read() {
    let link = json!(format!("{LIST}?page=2"));
    let (builder, transport) = scripted([page(1..3, link), page(3..5, json!(null))]);
    let mut customers = builder.build().unwrap().customers(1);
    assert!(customers.next_page().await.unwrap().is_some());
    let mut items = customers.into_items();
    assert_eq!(items.next_item().await.unwrap().unwrap().id, 3);
    assert_eq!(items.next_item().await.unwrap().unwrap().id, 4);
    assert!(items.next_item().await.unwrap().is_none());
    let requests = transport.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[1].uri().query(), Some("company=1&page=2"));
}

#[tokio::test]
async fn a_page_that_fails_does_not_end_the_list() {
    let link = json!(format!("{LIST}?page=2"));
    for (second, kind) in [
        (
            ScriptedResponse::status(404).body(r#"{"detail":"Invalid page."}"#),
            PagesErrorKind::Call,
        ),
        (ok("{}"), PagesErrorKind::Call),
        (ok(""), PagesErrorKind::Call),
        (
            ok(r#"{"count":4,"results":[{"id":9}]}"#),
            PagesErrorKind::Incomplete,
        ),
    ] {
        let (error, requests) = failure([page(1..3, link.clone()), second]).await;
        assert_eq!(
            (error.kind(), error.progress().items, requests),
            (kind, 2, 2)
        );
    }
    // A customer may have been deleted or added since the first page was read.
    for count in [2, 3] {
        let last = ok(&json!({ "count": count, "results": [{ "id": 9 }] }).to_string());
        let (builder, _) = scripted([page(1..3, link.clone()), last]);
        assert_eq!(all(&builder.build().unwrap()).await.unwrap(), [1, 2, 9]);
    }
}

#[tokio::test]
async fn behind_a_gateway_and_without_a_slash() {
    let options = RevnueOptions::default()
        .list_response(RevnueListResponse::Pages(1))
        .next_url("https://inside.example/api/v2/customer")
        .trailing_slash(false);
    let (sandbox, client) = start(options).await;
    for name in ["a", "b"] {
        sandbox.revnue().seed_customer(RevnueCustomer::new(1, name));
    }
    let mut strict = client.customers(1).path("/api/v2/customer");
    let error = strict.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::ForeignLink);
    let rebased = client.customers(1).path("/api/v2/customer");
    let mut items = rebased.rebase_links(true).into_items();
    let mut ids = Vec::new();
    while let Some(customer) = items.next_item().await.unwrap() {
        ids.push(customer.id);
    }
    assert_eq!(ids, [1, 2]);
}

#[tokio::test]
async fn links_lead_to_the_callers_path() {
    let place = "https://dashboard-api.revnue.com/api/v2/customer";
    for (link, expected) in [
        (format!("{place}?page=2"), Ok(4)),
        (format!("{place}/?page=2"), Err(PagesErrorKind::ForeignLink)),
    ] {
        let (builder, transport) = scripted([page(1..3, json!(link)), page(3..5, json!(null))]);
        let customers = builder.build().unwrap().customers(1);
        let mut items = customers.path("/api/v2/customer").into_items();
        let mut count = 0;
        let outcome = loop {
            match items.next_item().await {
                Ok(Some(_)) => count += 1,
                Ok(None) => break Ok(count),
                Err(error) => break Err(error.kind()),
            }
        };
        assert_eq!(outcome, expected);
        for request in transport.requests() {
            assert_eq!(request.uri().path(), "/api/v2/customer");
        }
    }
}

/// Behind a gateway the host is not checked, but the company is.
#[tokio::test]
async fn a_rebased_link_leads_to_the_same_company() {
    let link = "https://inside.example/customers?company=2&page=2";
    let (builder, transport) = scripted([page(1..3, json!(link)), page(3..5, json!(null))]);
    let client = builder.build().unwrap();
    let mut customers = client.customers(1).rebase_links(true);
    let error = customers.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::ForeignLink);
    assert_eq!(transport.requests().len(), 1);
}
