//! A provider with one write, and its ledger in a separate folder.

use std::path::PathBuf;

use customer_api_core::{
    Client, Idempotency, Operation,
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    request::Encoder,
    response::ResponseBody,
    transport::{ScriptedResponse, ScriptedTransport},
};
use customer_api_ledger::{
    CallExt as _, FileLedger, Key, LedgerList, LedgerSummary, Once, OnceError, State,
};
pub(crate) use testkit::Shop;
use testkit::{scripted, shop};

/// Places an order, and returns the order's number.
#[derive(Clone)]
pub(crate) struct Order(pub(crate) &'static str);

impl Operation for Order {
    type Service = Shop;
    type Output = String;
    const INFO: &'static OperationInfo = &OperationInfo::new("order", Method::Post, "/orders")
        .with_idempotency(Idempotency::NonIdempotent);

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        if self.0.is_empty() {
            return Err(ValidationError::other("what", "is empty"));
        }
        request.json(&self.0)
    }

    fn decode(body: &ResponseBody) -> Result<String, DecodeError> {
        body.json()
    }

    fn reference(output: &String) -> Option<&str> {
        Some(output)
    }
}

/// Another write.
pub(crate) struct Cancel;

impl Operation for Cancel {
    type Service = Shop;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new("cancel", Method::Post, "/cancel");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<(), DecodeError> {
        body.ignore()
    }
}

/// A separate folder for each test.
pub(crate) struct Folder(testkit::Folder);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        Self(testkit::Folder::new(&format!("ledger-once-{name}")))
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.0.path().join("a.ledger")
    }

    /// A new ledger with a list of orders.
    pub(crate) async fn orders(&self) -> LedgerList {
        let ledger = FileLedger::create(self.ledger()).await.unwrap();
        ledger.create_list("orders", Order::INFO).await.unwrap()
    }

    /// The same, opened again.
    pub(crate) async fn again(&self) -> LedgerList {
        let ledger = FileLedger::open(self.ledger()).await.unwrap();
        ledger.list("orders").await.unwrap()
    }
}

pub(crate) fn script(
    responses: impl IntoIterator<Item = ScriptedResponse>,
) -> (Client<Shop>, ScriptedTransport) {
    let transport = scripted(responses);
    (shop(transport.clone()), transport)
}

pub(crate) fn ordered(number: &str) -> ScriptedResponse {
    ScriptedResponse::status(200).body(format!("{number:?}"))
}

pub(crate) fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

pub(crate) async fn order(
    client: &Client<Shop>,
    list: &LedgerList,
    text: &str,
    what: &'static str,
) -> Result<Once<String>, OnceError> {
    client.call(Order(what)).once(list, key(text)).send().await
}

/// Returns the entry of a key.
pub(crate) async fn state(list: &LedgerList, text: &str) -> Option<State> {
    let entry = list.entry(&key(text)).await.unwrap();
    entry.map(|entry| entry.state)
}

/// A summary with these numbers of keys: accepted, refused, unknown, and no others.
pub(crate) async fn assert_books(list: &LedgerList, accepted: u64, refused: u64, unknown: u64) {
    let mut expected = LedgerSummary::default();
    expected.accepted = accepted;
    expected.refused = refused;
    expected.unknown = unknown;
    assert_eq!(list.summary().await.unwrap(), expected);
}
