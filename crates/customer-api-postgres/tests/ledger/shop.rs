//! A provider with one write, and its ledger.

use std::time::Duration;

use customer_api_core::{
    Client, Idempotency, Operation,
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    request::Encoder,
    response::ResponseBody,
    transport::{ScriptedResponse, ScriptedTransport},
};
use customer_api_ledger::{Claim, Intent, Key, Ledger, LedgerError, LedgerList, Resend};
use customer_api_postgres::PostgresLedger;
use testkit::{Postgres, Shop, scripted, shop};

/// Places an order, and returns the order's number.
#[derive(Clone)]
pub(crate) struct Order(pub(crate) &'static str);

impl Operation for Order {
    type Service = Shop;
    type Output = String;
    const INFO: &'static OperationInfo = &OperationInfo::new("order", Method::Post, "/orders")
        .with_idempotency(Idempotency::NonIdempotent);

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        request.json(&self.0)
    }

    fn decode(body: &ResponseBody) -> Result<String, DecodeError> {
        body.json()
    }

    fn reference(output: &String) -> Option<&str> {
        Some(output)
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

pub(crate) async fn connect(server: &Postgres) -> PostgresLedger {
    PostgresLedger::connect(&server.configuration())
        .await
        .unwrap()
}

/// A ledger with a list of orders.
pub(crate) async fn orders(server: &Postgres) -> (PostgresLedger, LedgerList) {
    let ledger = connect(server).await;
    let list = orders_of(&ledger).await;
    (ledger, list)
}

/// A list of orders in a ledger.
pub(crate) async fn orders_of(ledger: &PostgresLedger) -> LedgerList {
    ledger.create_list("orders", Order::INFO).await.unwrap()
}

pub(crate) fn key(text: &str) -> Key {
    Key::new(text).unwrap()
}

pub(crate) fn claim(text: &str) -> Claim {
    Claim::new(key("orders"), key(text))
}

/// Begins a key as a call with this timeout does, and returns whether it may be sent.
pub(crate) async fn begin(
    ledger: &PostgresLedger,
    claim: &Claim,
    longest: Duration,
) -> Result<bool, LedgerError> {
    let intent = Intent::new(None, Resend::none()).with_longest(longest);
    Ok(ledger.begin(claim, &intent).await?.is_none())
}
