//! Senders whose machine slept. No test sleeps: the calendar is moved, and the monotonic clock is not.
#![cfg(feature = "file")]

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use customer_api_core::{
    Call, Client, Delivery, ErrorKind, Idempotency, Operation, Service, async_trait,
    auth::StaticCredential,
    before_send::{BeforeSend, Upcoming, Withheld},
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    request::Encoder,
    response::ResponseBody,
    retry::ExponentialBackoff,
    transport::{ScriptedResponse, ScriptedTransport, TransportErrorKind},
};

use crate::{
    CallExt as _, Claim, DigestKey, Entry, FileLedger, Intent, Key, Ledger, LedgerError,
    LedgerErrorKind, LedgerList, LedgerSummary, ListInfo, Once, OnceErrorKind, Outcome, Resolution,
    State, clock::tests::sleep_with_the_machine,
};

/// How long a call of these tests may take.
const TIMEOUT: Duration = Duration::from_secs(60);

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

struct Order;

impl Operation for Order {
    type Service = Shop;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new("order", Method::Post, "/orders")
        .with_idempotency(Idempotency::NonIdempotent);

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<(), DecodeError> {
        body.ignore()
    }
}

/// A ledger on another machine: this one sleeps while it waits for the response to a claim.
#[derive(Debug)]
struct Slow(FileLedger, Duration);

#[async_trait]
impl Ledger for Slow {
    async fn create_list(&self, list: &Key, operation: &str) -> Result<(), LedgerError> {
        Ledger::create_list(&self.0, list, operation).await
    }
    async fn lists(&self) -> Result<Vec<ListInfo>, LedgerError> {
        self.0.lists().await
    }
    async fn digest_key(&self) -> Result<DigestKey, LedgerError> {
        self.0.digest_key().await
    }
    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        let begun = self.0.begin(claim, intent).await;
        sleep_with_the_machine(self.1);
        begun
    }
    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        self.0.withdraw(claim).await
    }
    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        self.0.finish(claim, outcome).await
    }
    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>) {
        self.0.abandon(claim, outcome);
    }
    async fn entry(&self, list: &Key, key: &Key) -> Result<Option<Entry>, LedgerError> {
        self.0.entry(list, key).await
    }
    async fn summary(&self, list: &Key) -> Result<LedgerSummary, LedgerError> {
        self.0.summary(list).await
    }
    async fn unknown(
        &self,
        list: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, LedgerError> {
        self.0.unknown(list, after, limit).await
    }
    async fn resolve(
        &self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), LedgerError> {
        self.0.resolve(list, known, resolution).await
    }
}

/// The machine sleeps before the second attempt.
struct Nap(AtomicU32);

#[async_trait]
impl BeforeSend for Nap {
    async fn before_send(&self, _: &Upcoming<'_>) -> Result<(), Withheld> {
        if self.0.fetch_add(1, Ordering::Relaxed) == 1 {
            sleep_with_the_machine(TIMEOUT * 2);
        }
        Ok(())
    }
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A list whose ledger answers a claim after the machine has slept this long.
async fn list(name: &str, sleep: Duration) -> (LedgerList, Folder) {
    let folder = std::env::temp_dir().join(format!("ledger-late-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let ledger = FileLedger::create(folder.join("a.ledger")).await.unwrap();
    let list = LedgerList::create(Slow(ledger, sleep), "orders", Order::INFO).await;
    (list.unwrap(), Folder(folder))
}

fn order(
    responses: impl IntoIterator<Item = ScriptedResponse>,
) -> (Call<Order>, ScriptedTransport) {
    let transport = responses
        .into_iter()
        .fold(ScriptedTransport::new(), ScriptedTransport::then);
    let client = Client::builder(Shop, StaticCredential::bearer("key"))
        .transport(transport.clone())
        .backoff(ExponentialBackoff::new().base(Duration::ZERO))
        .build();
    (client.unwrap().call(Order).timeout(TIMEOUT), transport)
}

fn key() -> Key {
    Key::new("case-1").unwrap()
}

#[tokio::test]
async fn a_claim_that_comes_after_the_time_of_the_call_is_taken_back_and_nothing_is_sent() {
    let (list, _folder) = list("begin", TIMEOUT * 2).await;
    let (call, transport) = order([ScriptedResponse::status(200)]);
    let error = call.once(&list, key()).send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (OnceErrorKind::Ledger, Delivery::NotSent)
    );
    let kind = error.ledger_error().map(LedgerError::kind);
    assert_eq!(kind, Some(LedgerErrorKind::ClaimLost), "{error}");
    assert!(transport.requests().is_empty());
    assert_eq!(list.entry(&key()).await.unwrap(), None);
}

#[tokio::test]
async fn a_nap_within_the_time_of_the_call_does_not_matter() {
    let (list, _folder) = list("nap", TIMEOUT / 2).await;
    let (call, transport) = order([ScriptedResponse::status(200)]);
    let made = call.once(&list, key()).send().await.unwrap();
    assert!(matches!(
        made,
        Once::Done {
            recorded: Ok(()),
            ..
        }
    ));
    assert_eq!(transport.requests().len(), 1);
}

/// The first attempt may have happened, so the claim stays; the second is not made under a claim that is over.
#[tokio::test]
async fn an_attempt_after_a_sleep_is_not_made_and_the_first_one_stays_in_doubt() {
    let (list, _folder) = list("again", Duration::ZERO).await;
    let lost = ScriptedResponse::failure(TransportErrorKind::Interrupted);
    let (call, transport) = order([lost, ScriptedResponse::status(200)]);
    let call = call
        .idempotency(Idempotency::Idempotent)
        .before_send(Nap(AtomicU32::new(0)));
    let error = call.once(&list, key()).send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (OnceErrorKind::Call, Delivery::Unknown)
    );
    let kind = error.call_error().map(customer_api_core::Error::kind);
    assert_eq!(kind, Some(ErrorKind::Withheld), "{error}");
    assert_eq!(transport.requests().len(), 1);
    let entry = list.entry(&key()).await.unwrap().unwrap();
    assert_eq!(entry.state, State::Unknown);
}
