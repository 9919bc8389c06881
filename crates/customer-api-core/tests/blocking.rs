//! Calls and lists in programs without a runtime, and their refusal inside a runtime.
#![cfg(test)]

use std::thread;

use async_trait::async_trait;
use customer_api_core::{
    Client, Delivery, Error, ErrorKind, Operation, Service,
    auth::KeyCredential,
    blocking::{self, BlockingError},
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    pages::{Fetched, List, PageSource, PagesError, PagesErrorKind},
    request::Encoder,
    response::ResponseBody,
    transport::{ScriptedResponse, ScriptedTransport},
};

#[derive(Debug)]
struct Shop;

impl Service for Shop {
    fn name(&self) -> &'static str {
        "shop"
    }
    fn user_agent(&self) -> &'static str {
        "shop-client/1.0"
    }
    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://shop.example")
    }
}

struct PlaceOrder;

impl Operation for PlaceOrder {
    type Service = Shop;
    type Output = u64;
    const INFO: &'static OperationInfo = &OperationInfo::new("placeOrder", Method::Post, "/orders");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }
    fn decode(body: &ResponseBody) -> Result<u64, DecodeError> {
        body.json()
    }
}

fn shop(transport: &ScriptedTransport) -> Client<Shop> {
    Client::builder(Shop, KeyCredential::bearer("a-token"))
        .transport(transport.clone())
        .build()
        .unwrap()
}

/// Counts to its number, two per page. Fails there if the number is odd.
struct Counting(u32);

#[async_trait]
impl PageSource for Counting {
    type Item = u32;
    type Cursor = u32;

    async fn fetch(&mut self, cursor: Option<&u32>) -> Result<Fetched<u32, u32>, PagesError> {
        let first = cursor.map_or(1, |last| last + 1);
        match self.0.checked_sub(first) {
            None => Ok(Fetched::end()),
            Some(0) => Err(PagesError::new(PagesErrorKind::Incomplete, "half a page")),
            Some(_) => Ok(Fetched::page(vec![first, first + 1], first + 1)),
        }
    }
}

fn counting(to: u32) -> List<Counting> {
    List::new(Counting(to))
}

#[test]
fn a_call_waits_for_its_output_or_its_response() {
    let transport = ScriptedTransport::new()
        .then(ScriptedResponse::status(200).body("41"))
        .then(ScriptedResponse::status(201).body("42"));
    let shop = shop(&transport);
    assert_eq!(shop.call(PlaceOrder).wait().unwrap(), 41);
    let response = shop.call(PlaceOrder).wait_response().unwrap();
    assert_eq!((response.status(), response.attempts()), (201, 1));
    assert_eq!(response.into_value(), 42);
}

#[test]
fn a_failure_is_what_awaiting_would_give() {
    let shop = shop(&ScriptedTransport::new().then(ScriptedResponse::status(503)));
    let error = shop.call(PlaceOrder).wait().unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::Status, Delivery::Unknown, 1)
    );
}

#[test]
fn pages_and_items_are_read_to_the_end() {
    let mut pages = counting(4);
    let mut read = Vec::new();
    while let Some(page) = pages.wait_page().unwrap() {
        read.push(page.items);
    }
    assert_eq!(read, [[1, 2], [3, 4]]);
    assert!(pages.wait_page().unwrap().is_none());

    let items: Result<Vec<u32>, PagesError> = counting(6).into_items().wait().collect();
    assert_eq!(items.unwrap(), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn an_iterator_ends_after_the_first_error() {
    let mut items = counting(3).into_items().wait();
    assert_eq!(items.next().unwrap().unwrap(), 1);
    assert_eq!(items.next().unwrap().unwrap(), 2);
    let error = items.next().unwrap().unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::Incomplete);
    assert_eq!(items.stream().progress().items, 2);
    assert!(items.next().is_none());
}

/// Every blocking method, called where it must not be.
fn is_refused_everywhere() {
    let transport = ScriptedTransport::new().then(ScriptedResponse::status(200).body("1"));
    let shop = shop(&transport);
    let refused = |error: Error| {
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::InsideRuntime, Delivery::NotSent, 0)
        );
        assert_eq!(error.operation().unwrap().id, "placeOrder");
        let line = error.to_string();
        assert!(line.contains("inside an async runtime"), "{line}");
        assert!(error.cause().unwrap().is::<BlockingError>());
    };
    refused(shop.call(PlaceOrder).wait().unwrap_err());
    refused(shop.call(PlaceOrder).wait_response().unwrap_err());
    assert!(transport.requests().is_empty());

    let mut pages = counting(4);
    let error = pages.wait_page().unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::InsideRuntime);
    let mut items = counting(4).into_items().wait();
    let error = items.next().unwrap().unwrap_err();
    assert_eq!(error.kind(), PagesErrorKind::InsideRuntime);
    assert!(items.next().is_none());

    let never = async { panic!("it is not begun") };
    assert!(matches!(
        blocking::wait(never),
        Err(BlockingError::InsideRuntime)
    ));
}

#[tokio::test]
async fn inside_a_runtime_it_is_an_error_and_no_panic() {
    is_refused_everywhere();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn on_the_threads_of_a_runtime_it_is_an_error_and_no_panic() {
    tokio::spawn(async { is_refused_everywhere() })
        .await
        .unwrap();
    tokio::task::spawn_blocking(is_refused_everywhere)
        .await
        .unwrap();
}

#[test]
fn inside_a_wait_it_is_an_error_and_no_panic() {
    blocking::wait(async { is_refused_everywhere() }).unwrap();
}

#[tokio::test]
async fn pages_refused_inside_a_runtime_are_there_for_who_awaits() {
    let mut pages = counting(2);
    pages.wait_page().unwrap_err();
    assert_eq!(pages.next_page().await.unwrap().unwrap().items, [1, 2]);
}

#[test]
fn threads_wait_at_once() {
    let threads: Vec<_> = (1..=8)
        .map(|number| {
            thread::spawn(move || {
                let items = counting(2 * number).into_items().wait();
                items.map(Result::unwrap).sum::<u32>()
            })
        })
        .collect();
    let sums: Vec<u32> = threads.into_iter().map(|one| one.join().unwrap()).collect();
    assert_eq!(sums, [3, 10, 21, 36, 55, 78, 105, 136]);
}
