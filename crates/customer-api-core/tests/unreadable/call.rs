//! How a caller and the reader of a list see unreadable values.

use async_trait::async_trait;
use customer_api_core::{
    Client, ErrorKind, Idempotency, Operation, OperationInfo, Service,
    auth::KeyCredential,
    error::{DecodeError, ValidationError},
    operation::Method,
    pages::{Fetched, Items, List, PageSource, PagesError},
    request::Encoder,
    response::{ResponseBody, UnreadableKind},
    transport::{ScriptedResponse, ScriptedTransport},
};

use crate::parcel::{Page, Parcel, line, parcel};

#[derive(Debug)]
struct Depot;

impl Service for Depot {
    fn name(&self) -> &'static str {
        "depot"
    }

    fn user_agent(&self) -> &'static str {
        "depot-client/1.0"
    }

    fn default_base_url(&self) -> Option<&'static str> {
        Some("https://depot.example")
    }
}

struct ListParcels;

impl Operation for ListParcels {
    type Service = Depot;
    type Output = Page;
    const INFO: &'static OperationInfo = &OperationInfo::new("list", Method::Get, "/parcels");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<Page, DecodeError> {
        body.read()
    }
}

struct Post;

impl Operation for Post {
    type Service = Depot;
    type Output = Option<Parcel>;
    const INFO: &'static OperationInfo = &OperationInfo::new("post", Method::Post, "/parcels")
        .with_idempotency(Idempotency::NonIdempotent)
        .with_deciding_status();

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<Option<Parcel>, DecodeError> {
        body.read_optional()
    }
}

fn client(responses: &[String], strict: bool) -> Client<Depot> {
    let transport = responses
        .iter()
        .fold(ScriptedTransport::new(), |transport, response| {
            transport.then(ScriptedResponse::status(200).body(response.clone()))
        });
    let builder = Client::builder(Depot, KeyCredential::bearer("key-1")).transport(transport);
    builder.strict_responses(strict).build().unwrap()
}

fn page(items: &str, next: &str) -> String {
    format!(r#"{{"items":[{items}],"next":"{next}"}}"#)
}

#[tokio::test(start_paused = true)]
async fn a_response_tells_what_is_not_as_documented() {
    let response = page(&parcel(1, r#""note":7,"shop":"Ana""#), "");
    let response = client(&[response], false)
        .call(ListParcels)
        .response()
        .await
        .unwrap();
    assert_eq!(response.value().items[0].note.as_deref(), Some("7"));
    let lines: Vec<_> = response.unreadable().iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "coerced items[0].note 7",
            r#"taken out items[0].shop "Ana""#
        ]
    );
    let printed = format!("{:?}", response.unreadable());
    assert!(!printed.contains("Ana"), "{printed}");
    let (page, unreadable) = response.into_parts();
    assert_eq!((page.items.len(), unreadable.len()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_response_as_documented_has_nothing_to_tell() {
    let response = page(&parcel(1, ""), "");
    let response = client(&[response], true)
        .call(ListParcels)
        .response()
        .await
        .unwrap();
    assert!(response.unreadable().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_switch_makes_any_of_it_an_error_with_its_place() {
    for (members, path) in [
        (r#""note":7"#, "items[0].note"),
        (r#""shop":[]"#, "items[0].shop"),
        (r#""parts":[7]"#, "items[0].parts[0]"),
    ] {
        let response = page(&parcel(1, members), "");
        let error = client(&[response], true)
            .send(ListParcels)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(path), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_was_made_is_a_success_and_tells_what_could_not_be_read() {
    for (sent, strict) in [
        (r#""done""#.to_owned(), false),
        ("[]".to_owned(), false),
        (parcel(1, r#""note":7"#), true),
    ] {
        let client = client(std::slice::from_ref(&sent), strict);
        let response = client.call(Post).response().await.unwrap();
        assert!(response.value().is_none());
        let [whole] = response.unreadable() else {
            panic!("{response:?}");
        };
        assert_eq!(
            (whole.kind(), whole.path(), whole.raw()),
            (UnreadableKind::TakenOut, "", &*sent)
        );
    }
    for nothing in ["", "null"] {
        let response = client(&[nothing.to_owned()], false)
            .call(Post)
            .response()
            .await
            .unwrap();
        assert!(response.unreadable().is_empty());
    }
}

/// Reads pages by their number.
struct Numbered(Client<Depot>);

#[async_trait]
impl PageSource for Numbered {
    type Item = Parcel;
    type Cursor = String;

    async fn fetch(&mut self, _: Option<&String>) -> Result<Fetched<Parcel, String>, PagesError> {
        let (page, unreadable) = self.0.call(ListParcels).response().await?.into_parts();
        let fetched = match page.next {
            Some(next) if !next.is_empty() => Fetched::page(page.items, next),
            _ => Fetched::last(page.items),
        };
        Ok(fetched.unreadable(unreadable))
    }
}

fn three_pages() -> List<Numbered> {
    let odd = r#"{"id":7}"#;
    let pages = [
        page(&format!("{},{odd}", parcel(1, "")), "a"),
        page(odd, "b"),
        page(&format!("{odd},{odd}"), ""),
    ];
    List::new(Numbered(client(&pages, false)))
}

#[tokio::test(start_paused = true)]
async fn a_page_of_unreadable_records_alone_is_a_page() {
    let mut pages = three_pages();
    let mut seen = Vec::new();
    while let Some(page) = pages.next_page().await.unwrap() {
        seen.push((page.number, page.items.len(), page.unreadable().len()));
    }
    assert_eq!(seen, [(1, 1, 1), (2, 0, 1), (3, 0, 2)]);
    let progress = pages.progress();
    assert_eq!(
        (progress.pages, progress.items, progress.unreadable),
        (3, 1, 4)
    );
}

#[tokio::test(start_paused = true)]
async fn items_tell_what_the_pages_so_far_had() {
    let mut items: Items<Parcel> = three_pages().into_items();
    assert!(items.unreadable().is_empty());
    assert_eq!(items.next_item().await.unwrap().unwrap().id, 1);
    assert_eq!(items.unreadable().len(), 1);
    assert!(items.next_item().await.unwrap().is_none());
    assert_eq!(items.unreadable().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn an_endless_list_of_unreadable_records_fills_no_memory() {
    let odd = vec!["7"; 700].join(",");
    let pages = [page(&odd, "a"), page(&odd, "b"), page(&odd, "")];
    let mut items = List::new(Numbered(client(&pages, false))).into_items();
    assert!(items.next_item().await.unwrap().is_none());
    assert_eq!(
        (items.unreadable().len(), items.progress().unreadable),
        (1_000, 2_100)
    );
}
