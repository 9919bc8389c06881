//! Changes during a look, and the texts of the errors.

use std::{error::Error as _, fs, path::PathBuf};

use customer_api_core::{
    Delivery, Error, Idempotency, Operation, Settle, Settled,
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    request::Encoder,
    response::ResponseBody,
    settle::Look,
    transport::{ScriptedResponse, TransportErrorKind},
};
use customer_api_ledger::{
    CallExt as _, FileLedger, LedgerErrorKind, LedgerList, Once, OnceErrorKind, Outcome, Resend,
    Resolution, State,
    settle::{SettleError, SettlePolicy},
};

use crate::shop::{Folder, Order, Shop, key, order, ordered, script, state};

/// A write with an event during its look.
#[derive(Clone)]
struct Meddled(LedgerList, Meddling);

#[derive(Clone)]
enum Meddling {
    /// An operator resolves the key.
    Resolved(Resolution),
    /// The ledger's file is removed.
    Removed(PathBuf),
}

impl Operation for Meddled {
    type Service = Shop;
    type Output = String;
    const INFO: &'static OperationInfo = &OperationInfo::new("meddled", Method::Post, "/")
        .with_idempotency(Idempotency::NonIdempotent);

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<String, DecodeError> {
        body.json()
    }
}

impl Settle for Meddled {
    type Evidence = ();

    async fn look(&self, _: &mut Look<Shop>) -> Result<Settled<()>, Error> {
        match &self.1 {
            Meddling::Resolved(resolution) => {
                self.0.resolve(&key("case-1"), *resolution).await.unwrap();
            }
            Meddling::Removed(path) => fs::remove_file(path).unwrap(),
        }
        Ok(Settled::Applied(()))
    }
}

async fn list(folder: &Folder) -> LedgerList {
    let ledger = FileLedger::create(folder.ledger()).await.unwrap();
    ledger.create_list("list", Meddled::INFO).await.unwrap()
}

fn lost() -> ScriptedResponse {
    ScriptedResponse::failure(TransportErrorKind::Interrupted)
}

const ACCEPTED: State = State::Accepted { reference: None };

#[tokio::test]
async fn what_an_operator_says_during_a_look_counts() {
    let folder = Folder::new("meddled-now");
    let list_now = list(&folder).await;
    let (client, transport) = script([lost()]);
    let write = Meddled(list_now.clone(), Meddling::Resolved(Resolution::Sent));
    let call = client.call(write.clone()).once(&list_now, key("case-1"));
    let once = call.settle_unknown(SettlePolicy::new()).send().await;
    assert!(matches!(once.unwrap(), Once::Already(entry) if entry.state == ACCEPTED));
    assert_eq!(transport.requests().len(), 1);

    for (resolution, requests) in [(Resolution::Sent, 1), (Resolution::NotSent, 2)] {
        let folder = Folder::new(&format!("meddled-before-{requests}"));
        let list = list(&folder).await;
        let (client, transport) = script([lost(), ordered("o-1")]);
        let write = Meddled(list.clone(), Meddling::Resolved(resolution));
        let call = client.call(write.clone()).once(&list, key("case-1"));
        call.send().await.unwrap_err();
        let call = client.call(write).once(&list, key("case-1"));
        let once = call
            .settle_unknown(SettlePolicy::new())
            .send()
            .await
            .unwrap();
        assert_eq!(matches!(once, Once::Done { .. }), requests == 2);
        assert_eq!(transport.requests().len(), requests);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_ledger_that_fails_after_a_look_is_told() {
    let folder = Folder::new("gone-now");
    let list_now = list(&folder).await;
    let (client, _) = script([lost()]);
    let removed = Meddling::Removed(folder.ledger());
    let write = Meddled(list_now.clone(), removed);
    let call = client.call(write).once(&list_now, key("case-1"));
    let error = call
        .settle_unknown(SettlePolicy::new())
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (OnceErrorKind::Call, Delivery::Unknown)
    );
    let kind = error
        .ledger_error()
        .map(customer_api_ledger::LedgerError::kind);
    assert_eq!(kind, Some(LedgerErrorKind::Disturbed));
    assert!(
        error.to_string().contains("could not record its outcome"),
        "{error}"
    );

    let folder = Folder::new("gone-before");
    let list = list(&folder).await;
    let (client, transport) = script([lost()]);
    let write = Meddled(list.clone(), Meddling::Removed(folder.ledger()));
    let call = client.call(write.clone()).once(&list, key("case-1"));
    call.send().await.unwrap_err();
    let call = client.call(write).once(&list, key("case-1"));
    let error = call
        .settle_unknown(SettlePolicy::new())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), OnceErrorKind::Ledger);
    assert!(matches!(error.looked(), Some(Ok(Settled::Applied(())))));
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn an_error_is_one_line_that_says_why_and_has_its_cause() {
    let folder = Folder::new("lines");
    let list = folder.orders().await;
    let (client, _) = script([ScriptedResponse::status(422), lost()]);
    let refused = order(&client, &list, "case-1", "tea").await.unwrap_err();
    let unknown = order(&client, &list, "case-2", "tea").await.unwrap_err();
    for error in [&refused, &unknown] {
        let call = error.call_error().unwrap().to_string();
        assert_eq!(error.to_string(), call, "no more than the call's own words");
        assert!(error.source().is_none());
    }
    let before = order(&client, &list, "case-2", "tea").await.unwrap_err();
    assert!(before.to_string().contains("unknown outcome"), "{before}");
    assert!(before.source().is_none());

    let policy = SettlePolicy::new();
    let settle = async |text: &str, what| {
        let (key, write) = (key(text), Order(what));
        list.settle(&client, &key, &write, policy)
            .await
            .unwrap_err()
    };
    let not_unknown = settle("case-1", "tea").await;
    let SettleError::Ledger(ledger) = &not_unknown else {
        panic!("{not_unknown:?}");
    };
    assert!(not_unknown.to_string().ends_with(&ledger.to_string()));
    assert!(not_unknown.source().is_none());
    let reused = settle("case-2", "coffee").await;
    assert!(reused.to_string().contains("other content") && reused.source().is_none());
    let invalid = settle("case-2", "").await;
    let SettleError::Look(look) = &invalid else {
        panic!("{invalid:?}");
    };
    assert!(invalid.to_string().ends_with(&look.to_string()));
    assert!(invalid.source().is_none());
}

#[tokio::test]
async fn what_is_known_of_a_call_is_told_without_sending() {
    let folder = Folder::new("known");
    let list = folder.orders().await;
    let (client, transport) = script([lost()]);
    let known = async |what| list.known(&client.call(Order(what)), &key("case-1")).await;
    assert!(known("tea").await.unwrap().is_none());
    order(&client, &list, "case-1", "tea").await.unwrap_err();
    let entry = known("tea").await.unwrap().unwrap();
    assert_eq!(entry.state, State::Unknown);
    let reused = known("coffee").await.unwrap_err();
    assert_eq!(reused.kind(), OnceErrorKind::KeyReused);
    let invalid = known("").await.unwrap_err();
    assert_eq!(invalid.delivery(), Delivery::Unknown);
    assert_eq!(transport.requests().len(), 1);
}

/// A provider's text that is too long is cut between characters.
#[tokio::test]
async fn a_long_reference_is_cut_between_letters() {
    let folder = Folder::new("long");
    let list = folder.orders().await;
    let begun = list.begin(&key("case-1"), Resend::none()).await.unwrap();
    let customer_api_ledger::Begun::Started(claim) = begun else {
        panic!("the key is new");
    };
    let long = format!("{}€€", "x".repeat(199));
    list.finish(&claim, &Outcome::accepted(Some(&long)))
        .await
        .unwrap();
    let reference = Some("x".repeat(199));
    let expected = State::Accepted { reference };
    assert_eq!(state(&list, "case-1").await, Some(expected));
}
