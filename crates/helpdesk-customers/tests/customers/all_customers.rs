//! The list of all customers, over a server that pages by offset.

use std::sync::{Arc, Mutex};

use customer_api_core::{
    async_trait,
    transport::{Body, ScriptedResponse, Transport, TransportError},
};
use helpdesk_customers::{Client, Customer, ErrorKind, PagesError, PagesErrorKind};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{KEY, ORIGIN, ok, scripted};

/// A help desk with customers that have the ids 0, 1, 2, …
#[derive(Clone, Debug)]
struct Desk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    customers: u64,
    /// The maximum number of customers on a page, whatever is requested.
    cap: u64,
    /// How the number of customers changes with every page.
    growth: i64,
    /// Whether pages contain their envelope's numbers.
    tells: bool,
    /// `itemStart` and `itemLimit` of the requests.
    asked: Vec<(u64, u64)>,
}

impl Desk {
    fn new(customers: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            customers,
            cap: 99,
            growth: 0,
            tells: true,
            asked: Vec::new(),
        })))
    }

    fn with(self, change: impl FnOnce(&mut State)) -> Self {
        change(&mut self.0.lock().unwrap());
        self
    }

    fn asked(&self) -> Vec<(u64, u64)> {
        self.0.lock().unwrap().asked.clone()
    }

    fn client(&self) -> Client {
        let builder = Client::builder(KEY, ORIGIN).transport(self.clone());
        builder.build().unwrap()
    }
}

impl State {
    fn page(&mut self, query: &str) -> Value {
        let parameter = |name: &str| {
            let pairs = form_urlencoded::parse(query.as_bytes());
            let mut found = pairs.filter(|(key, _)| key == name);
            found.next().unwrap().1.parse::<u64>().unwrap()
        };
        let (start, limit) = (parameter("itemStart"), parameter("itemLimit"));
        self.asked.push((start, limit));
        let end = (start + limit.min(self.cap)).min(self.customers);
        let items: Vec<_> = (start..end).map(|id| json!({ "id": id })).collect();
        let total = self.customers;
        self.customers = total.saturating_add_signed(self.growth);
        if self.tells {
            json!({ "type": "text", "itemStart": start, "itemTotal": total, "itemLimit": limit, "items": items })
        } else {
            json!({ "items": items })
        }
    }
}

#[async_trait]
impl Transport for Desk {
    async fn send(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> Result<http::Response<Body>, TransportError> {
        let page = self
            .0
            .lock()
            .unwrap()
            .page(request.uri().query().unwrap_or_default());
        Ok(http::Response::new(page.to_string().into()))
    }
}

use customer_api_core::http;

fn ids(customers: &[Customer]) -> Vec<u64> {
    customers
        .iter()
        .map(|customer| customer.id.unwrap())
        .collect()
}

async fn all(client: &Client) -> Result<Vec<u64>, PagesError> {
    let mut customers = client.customers();
    let mut all = Vec::new();
    while let Some(page) = customers.next_page().await? {
        assert!(!page.items.is_empty());
        all.extend(ids(&page.items));
    }
    assert_eq!(customers.progress().items, all.len() as u64);
    Ok(all)
}

#[tokio::test]
async fn all_arrive_once_and_only_a_full_page_is_asked_after() {
    for (customers, calls) in [
        (0, 1),
        (1, 1),
        (98, 1),
        (99, 2),
        (100, 2),
        (198, 3),
        (250, 3),
    ] {
        let desk = Desk::new(customers);
        let expected: Vec<_> = (0..customers).collect();
        assert_eq!(all(&desk.client()).await.unwrap(), expected);
        let asked: Vec<_> = (0..calls).map(|page| (page * 99, 99)).collect();
        assert_eq!(desk.asked(), asked);
    }
}

#[tokio::test]
async fn without_a_total_an_empty_page_ends_the_list() {
    let desk = Desk::new(250).with(|desk| desk.tells = false);
    let expected: Vec<_> = (0..250).collect();
    assert_eq!(all(&desk.client()).await.unwrap(), expected);
    assert_eq!(desk.asked(), [(0, 99), (99, 99), (198, 99), (250, 99)]);
}

#[tokio::test]
async fn pages_smaller_than_asked_for_lose_nothing() {
    let desk = Desk::new(50).with(|desk| desk.cap = 15);
    let expected: Vec<_> = (0..50).collect();
    assert_eq!(all(&desk.client()).await.unwrap(), expected);
    assert_eq!(desk.asked(), [(0, 99), (15, 99), (30, 99), (45, 99)]);
}

#[tokio::test]
async fn a_total_that_changes_is_survived() {
    // Customers are created while the list is read. The last requested page is the first that reaches the total.
    let growing = Desk::new(100).with(|desk| (desk.cap, desk.growth) = (30, 10));
    let arrived = all(&growing.client()).await.unwrap();
    assert_eq!(arrived, (0..140).collect::<Vec<_>>());

    let shrinking = Desk::new(100).with(|desk| (desk.cap, desk.growth) = (30, -30));
    let arrived = all(&shrinking.client()).await.unwrap();
    assert_eq!(arrived, (0..60).collect::<Vec<_>>());

    let vanishing = Desk::new(100).with(|desk| (desk.cap, desk.growth) = (30, -100));
    let arrived = all(&vanishing.client()).await.unwrap();
    assert_eq!(arrived, (0..30).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_list_can_be_begun_further_on_and_read_one_by_one() {
    let desk = Desk::new(12);
    let mut items = desk
        .client()
        .customers()
        .start(5)
        .page_size(3)
        .read_ahead(2)
        .into_items();
    let mut all = Vec::new();
    while let Some(customer) = items.next_item().await.unwrap() {
        all.extend(customer.id);
    }
    assert_eq!(all, (5..12).collect::<Vec<_>>());
    assert_eq!(desk.asked(), [(5, 3), (8, 3), (11, 3)]);
}

/// Ending the list would contradict the page itself.
#[tokio::test]
async fn an_empty_page_before_its_total_is_an_error() {
    let empty = |start: u64, total: Value| {
        ok(&json!({ "itemStart": start, "itemTotal": total, "items": [] }).to_string())
    };
    for total in [json!(1), json!(5), json!("5")] {
        let (builder, transport) = scripted([empty(0, total)]);
        let mut customers = builder.build().unwrap().customers();
        let error = customers.next_page().await.unwrap_err();
        assert_eq!(error.kind(), PagesErrorKind::Incomplete);
        assert_eq!(error.progress().items, 0);
        assert!(customers.next_page().await.unwrap().is_none());
        assert_eq!(transport.requests().len(), 1);
    }

    let three = || ok(r#"{"itemStart":0,"itemTotal":9,"items":[{"id":1},{"id":2},{"id":3}]}"#);
    // A full page, and a page that is shorter than requested.
    for page_size in [3, 99] {
        let (builder, _) = scripted([three(), empty(3, json!(9))]);
        let mut customers = builder.build().unwrap().customers().page_size(page_size);
        assert!(customers.next_page().await.unwrap().is_some());
        let error = customers.next_page().await.unwrap_err();
        assert_eq!(error.kind(), PagesErrorKind::Incomplete);
        assert_eq!((error.progress().pages, error.progress().items), (1, 3));

        // The other customers were deleted meanwhile, or the page has no total.
        for total in [json!(3), json!(0), json!(null)] {
            let (builder, _) = scripted([three(), empty(3, total)]);
            let mut customers = builder.build().unwrap().customers().page_size(page_size);
            assert!(customers.next_page().await.unwrap().is_some());
            assert!(customers.next_page().await.unwrap().is_none());
        }
    }

    // Skipped customers count.
    for (start, total, is_end) in [(5, 4, true), (5, 5, true), (5, 6, false)] {
        let (builder, _) = scripted([empty(start, json!(total))]);
        let mut customers = builder.build().unwrap().customers().start(start);
        match customers.next_page().await {
            Ok(page) => assert!(is_end && page.is_none()),
            Err(error) => {
                assert!(!is_end);
                assert_eq!(error.kind(), PagesErrorKind::Incomplete);
            }
        }
    }
}

#[tokio::test]
async fn an_offset_that_does_not_move_is_an_error() {
    let page = |start: Value, id: u64| {
        ok(&json!({ "itemStart": start, "itemTotal": 100, "items": [{ "id": id }] }).to_string())
    };
    for (first, second) in [
        (json!(0), json!(0)),
        (json!("1"), json!(1)),
        // The first page had one customer.
        (json!(0), json!(2)),
        (json!(0), json!(99)),
        (json!(1), json!(0)),
        (json!(1), json!(3)),
    ] {
        let (builder, transport) = scripted([page(first, 1), page(second, 2)]);
        let mut customers = builder.build().unwrap().customers();
        assert_eq!(
            ids(&customers.next_page().await.unwrap().unwrap().items),
            [1]
        );
        let error = customers.next_page().await.unwrap_err();
        assert_eq!(error.kind(), PagesErrorKind::ParameterIgnored);
        assert_eq!((error.progress().pages, error.progress().items), (1, 1));
        assert!(customers.next_page().await.unwrap().is_none());
        assert_eq!(transport.requests().len(), 2);
    }
}

#[tokio::test]
async fn a_first_page_from_elsewhere_is_an_error() {
    for (asked, answered) in [(0, 2), (0, 7), (5, 0), (5, 4), (5, 7)] {
        let body = json!({ "itemStart": answered, "itemTotal": 100, "items": [{ "id": 1 }] });
        let (builder, _) = scripted([ok(&body.to_string())]);
        let mut customers = builder.build().unwrap().customers().start(asked);
        let error = customers.next_page().await.unwrap_err();
        assert_eq!(error.kind(), PagesErrorKind::ParameterIgnored, "{answered}");
    }
}

#[tokio::test]
async fn answers_may_count_from_0_or_from_1_or_not_at_all() {
    let page = |start: Value, ids: &[u64]| {
        let items: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
        ok(&json!({ "itemStart": start, "itemTotal": 8, "items": items }).to_string())
    };
    for starts in [
        [json!(5), json!("7")],
        [json!(6), json!(8)],
        [json!(null), json!(8)],
        [json!(6), json!(null)],
    ] {
        let [first, second] = starts.clone();
        let (builder, _) = scripted([page(first, &[5, 6]), page(second, &[7])]);
        let mut customers = builder.build().unwrap().customers().start(5);
        let mut all = Vec::new();
        while let Some(page) = customers.next_page().await.unwrap() {
            all.extend(ids(&page.items));
        }
        assert_eq!(all, [5, 6, 7], "{starts:?}");
    }
}

/// It is not documented what `itemTotal` counts. It may be the customers of the page.
#[tokio::test]
async fn a_total_beside_a_full_page_ends_nothing() {
    for total in [json!(0), json!(1), json!("99"), json!(99), json!(100)] {
        let page = |ids: std::ops::Range<u64>| {
            let items: Vec<_> = ids.map(|id| json!({ "id": id })).collect();
            ok(&json!({ "itemTotal": total, "items": items }).to_string())
        };
        let (builder, transport) = scripted([page(0..99), page(99..198), page(198..200)]);
        let arrived = all(&builder.build().unwrap()).await.unwrap();
        assert_eq!(arrived, (0..200).collect::<Vec<_>>(), "{total}");
        assert_eq!(transport.requests().len(), 3);
    }
}

#[tokio::test]
async fn an_ignored_offset_is_noticed_though_a_customer_changes() {
    let page = |seen: u64| {
        let items = json!([{ "id": 1, "seen": seen }, { "id": "2", "seen": seen }]);
        ok(&json!({ "items": items }).to_string())
    };
    let (builder, _) = scripted([page(1), page(2)]);
    let mut customers = builder.build().unwrap().customers();
    assert!(customers.next_page().await.unwrap().is_some());
    let error = customers.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::Repeated);

    // If a customer has no id, two pages are the same only if their whole content is the same.
    let page = |seen: u64| ok(&json!({ "items": [{ "id": 1 }, { "seen": seen }] }).to_string());
    let (builder, _) = scripted([page(1), page(2), page(2)]);
    let mut customers = builder.build().unwrap().customers();
    for _ in 0..2 {
        assert!(customers.next_page().await.unwrap().is_some());
    }
    let error = customers.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::Repeated);
}

#[tokio::test]
async fn the_same_page_twice_is_an_error() {
    let page = || ok(r#"{"items":[{"id":1},{"id":2}]}"#);
    let (builder, _) = scripted([page(), page()]);
    let mut customers = builder.build().unwrap().customers();
    assert!(customers.next_page().await.unwrap().is_some());
    let error = customers.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::Repeated);
}

/// A server that has two pages and ignores the offset behaves like this.
#[tokio::test]
async fn pages_that_come_in_turn_are_a_circle_whatever_the_total_says() {
    for total in [json!(100), json!(198), json!(1_000_000), json!(null)] {
        let page = |ids: std::ops::Range<u64>| {
            let items: Vec<_> = ids.map(|id| json!({ "id": id })).collect();
            ok(&json!({ "itemTotal": total, "items": items }).to_string())
        };
        let pages = (0..10).map(|number| page(if number % 2 == 0 { 0..99 } else { 99..198 }));
        let (builder, transport) = scripted(pages);
        let error = all(&builder.build().unwrap()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.progress().items),
            (PagesErrorKind::Repeated, 198),
            "{total}"
        );
        assert_eq!(transport.requests().len(), 3);
    }
}

#[tokio::test]
async fn far_more_customers_than_there_are_is_an_error() {
    let page = |number: u64| {
        let items: Vec<_> = (0..99)
            .map(|id| json!({ "id": 99 * number + id }))
            .collect();
        ok(&json!({ "itemTotal": 150, "items": items }).to_string())
    };
    let (builder, _) = scripted((0..10).map(page));
    let error = all(&builder.build().unwrap()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.progress().items),
        (PagesErrorKind::TooManyPages, 297)
    );

    // The total also counts the skipped customers.
    let (builder, _) = scripted((0..10).map(page));
    let customers = builder.build().unwrap().customers();
    let mut items = customers.start(50).into_items();
    let error = loop {
        match items.next_item().await {
            Ok(customer) => assert!(customer.is_some()),
            Err(error) => break error,
        }
    };
    assert_eq!(
        (error.kind(), error.progress().items),
        (PagesErrorKind::TooManyPages, 198)
    );
}

/// One customer is created between every two pages of one customer, in front of all others.
#[tokio::test]
async fn a_page_that_moved_on_because_customers_were_created_is_no_circle() {
    let page = |id: u64, total: u64| {
        ok(&json!({ "itemTotal": total, "items": [{ "id": id }] }).to_string())
    };
    let (last, empty) = (page(1, 6), ok(r#"{"itemTotal":6,"items":[]}"#));
    let pages = [page(3, 4), page(3, 5), page(3, 6), page(2, 6), last];
    let (builder, _) = scripted(pages.into_iter().chain([page(0, 6), empty]));
    let mut items = builder
        .build()
        .unwrap()
        .customers()
        .page_size(1)
        .into_items();
    let mut arrived = Vec::new();
    while let Some(customer) = items.next_item().await.unwrap() {
        arrived.extend(customer.id);
    }
    assert_eq!(arrived, [3, 3, 3, 2, 1, 0]);
}

#[tokio::test]
async fn a_list_that_never_ends_is_cut() {
    let desk = Desk::new(1_000).with(|desk| desk.tells = false);
    let mut customers = desk.client().customers().page_size(10).max_pages(3);
    for _ in 0..3 {
        assert!(customers.next_page().await.unwrap().is_some());
    }
    let error = customers.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::TooManyPages);
}

#[tokio::test]
async fn a_setting_out_of_its_range_is_an_error_and_nothing_is_sent() {
    for (query, size) in [("ana", 0), ("ana", 100), ("ana@shop", 99)] {
        let (builder, transport) = scripted([]);
        let customers = builder.build().unwrap().customers();
        let mut customers = customers.query(query).page_size(size);
        let error = customers.next_page().await.unwrap_err();
        assert_eq!(error.kind(), PagesErrorKind::Call);
        assert!(error.call().unwrap().is_validation(), "{error}");
        assert_eq!(transport.requests().len(), 0);
    }
}

#[tokio::test]
async fn a_failed_page_says_how_far_the_list_was() {
    let first = ok(r#"{"itemTotal":9,"items":[{"id":1}]}"#);
    let failure =
        || ScriptedResponse::status(403).body(r#"{"status":"error","message":"no permission"}"#);
    let (builder, _) = scripted([first, failure()]);
    let mut customers = builder.build().unwrap().customers();
    assert!(customers.next_page().await.unwrap().is_some());
    let error = customers.next_page().await.unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::Call);
    assert_eq!(error.progress().items, 1);
    assert_eq!(error.call().unwrap().message(), Some("no permission"));
}

#[tokio::test]
async fn a_page_size_out_of_range_is_refused() {
    for size in [0, 100] {
        let (builder, transport) = scripted([]);
        let client = builder.build().unwrap();
        let error = client.customers().page_size(size).next_page().await;
        let error = error.unwrap_err();
        assert_eq!(error.call().unwrap().kind(), ErrorKind::Validation);
        assert!(error.to_string().contains("`itemLimit`"), "{error}");
        assert!(transport.requests().is_empty());
    }
}

#[tokio::test]
async fn a_query_goes_along_with_every_page() {
    let (builder, transport) = scripted([
        ok(r#"{"itemTotal":2,"items":[{"id":1}]}"#),
        ok(r#"{"itemTotal":2,"items":[{"id":2}]}"#),
    ]);
    let client = builder.build().unwrap();
    let mut customers = client.customers().query("Ana Lopez");
    assert!(!format!("{customers:?}").contains("Ana"));
    while customers.next_page().await.unwrap().is_some() {}
    let queries: Vec<_> = transport
        .requests()
        .iter()
        .map(|request| request.uri().query().unwrap().to_owned())
        .collect();
    assert_eq!(
        queries,
        [
            "query=Ana%20Lopez&itemStart=0&itemLimit=99",
            "query=Ana%20Lopez&itemStart=1&itemLimit=99"
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A desk without changes returns every customer once and in order, whatever the sizes.
    #[test]
    fn complete_and_without_doubles(count in 0..400_u64, cap in 1..120_u64, size in 1..=99_u64, tells in any::<bool>()) {
        let desk = Desk::new(count).with(|desk| (desk.cap, desk.tells) = (cap, tells));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let arrived = runtime.block_on(async {
            let mut items = desk.client().customers().page_size(size).into_items();
            let mut arrived = Vec::new();
            while let Some(customer) = items.next_item().await.unwrap() {
                arrived.extend(customer.id);
            }
            arrived
        });
        prop_assert_eq!(arrived, (0..count).collect::<Vec<_>>());
    }
}
