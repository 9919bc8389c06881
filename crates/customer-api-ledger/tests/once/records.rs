//! What is sent, and what is then on record.

use customer_api_core::{
    Delivery, Idempotency, async_trait,
    before_send::{BeforeSend, Upcoming, Withheld},
    retry::NeverRetry,
    transport::{ScriptedResponse, TransportErrorKind},
};
use customer_api_ledger::{CallExt as _, Once, OnceErrorKind, Resend, Resolution, State};

use crate::shop::{Folder, Order, assert_books, key, order, ordered, script, state};

#[tokio::test]
async fn a_write_is_made_once_over_as_many_runs_as_there_are() {
    let folder = Folder::new("once");
    let (client, transport) = script([ordered("o-1")]);
    let list = folder.orders().await;
    let done = order(&client, &list, "case-1", "tea").await.unwrap();
    assert!(matches!(done, Once::Done { output, recorded: Ok(()) } if output == "o-1"));
    drop(list);
    let list = folder.again().await;
    let Once::Already(entry) = order(&client, &list, "case-1", "tea").await.unwrap() else {
        panic!("it was sent again");
    };
    let reference = Some("o-1".to_owned());
    assert_eq!(entry.state, State::Accepted { reference });
    assert!(entry.began.is_some() && entry.digest.is_some());
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn what_was_not_sent_leaves_nothing_on_record() {
    let folder = Folder::new("not-sent");
    let refused = || ScriptedResponse::failure(TransportErrorKind::Connect);
    let (client, _) = script([refused(), refused(), refused(), ordered("o-1")]);
    let list = folder.orders().await;
    let error = order(&client, &list, "case-1", "tea").await.unwrap_err();
    assert_eq!(error.kind(), OnceErrorKind::Call);
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(state(&list, "case-1").await, None);
    assert_books(&list, 0, 0, 0).await;
    // Therefore it may be sent, with other content too.
    order(&client, &list, "case-1", "coffee").await.unwrap();
    assert_books(&list, 1, 0, 0).await;
}

#[tokio::test]
async fn what_may_have_happened_is_not_sent_again_until_somebody_says_so() {
    let folder = Folder::new("unknown");
    let (client, transport) = script([
        ScriptedResponse::failure(TransportErrorKind::Interrupted),
        ordered("o-2"),
    ]);
    let list = folder.orders().await;
    let error = order(&client, &list, "case-1", "tea").await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    let error = order(&client, &list, "case-1", "tea").await.unwrap_err();
    assert_eq!(error.kind(), OnceErrorKind::UnknownBefore);
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(transport.requests().len(), 1);
    list.resolve(&key("case-1"), Resolution::NotSent)
        .await
        .unwrap();
    order(&client, &list, "case-1", "tea").await.unwrap();
    assert_eq!(transport.requests().len(), 2);
    assert_books(&list, 1, 0, 0).await;
}

#[tokio::test]
async fn a_refusal_is_kept_and_begins_again_only_where_that_is_asked_for() {
    let folder = Folder::new("refused");
    let (client, transport) = script([ScriptedResponse::status(422), ordered("o-1")]);
    let list = folder.orders().await;
    let error = order(&client, &list, "case-1", "tea").await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Refused);
    let error = order(&client, &list, "case-1", "tea").await.unwrap_err();
    assert_eq!(error.kind(), OnceErrorKind::RefusedBefore);
    assert_eq!(transport.requests().len(), 1);
    // The mistake may have been corrected, so the content may differ.
    let call = client.call(Order("coffee")).once(&list, key("case-1"));
    call.resend(Resend::none().refused()).send().await.unwrap();
    assert_books(&list, 1, 0, 0).await;
}

#[tokio::test]
async fn a_refusal_for_now_begins_again_once_its_time_is_over() {
    let folder = Folder::new("for-now");
    let throttled = |seconds: &str| ScriptedResponse::status(429).header("retry-after", seconds);
    let (client, transport) = script([throttled("3600"), throttled("0"), ordered("o-1")]);
    let list = folder.orders().await;
    let send = |text: &'static str| {
        let call = client.call(Order("tea")).retry(NeverRetry);
        let call = call.once(&list, key(text));
        call.resend(Resend::none().refused_for_now()).send()
    };
    send("later").await.unwrap_err();
    let error = send("later").await.unwrap_err();
    assert_eq!(error.kind(), OnceErrorKind::RefusedBefore);
    assert_eq!(transport.requests().len(), 1);
    send("now").await.unwrap_err();
    send("now").await.unwrap();
    assert_eq!(transport.requests().len(), 3);
}

#[tokio::test]
async fn an_attempt_that_may_have_happened_keeps_its_claim_whatever_later_ones_become() {
    let folder = Folder::new("attempts");
    let (client, transport) = script([
        ScriptedResponse::failure(TransportErrorKind::Interrupted),
        ScriptedResponse::failure(TransportErrorKind::Connect),
        ScriptedResponse::failure(TransportErrorKind::Connect),
    ]);
    let list = folder.orders().await;
    let call = client.call(Order("tea"));
    let call = call.idempotency(Idempotency::Idempotent);
    let error = call.once(&list, key("case-1")).send().await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(transport.requests().len(), 3);
    assert_eq!(state(&list, "case-1").await, Some(State::Unknown));
}

#[tokio::test]
async fn while_a_write_waits_to_be_repeated_after_a_refusal_its_key_is_free() {
    let folder = Folder::new("waiting");
    let (client, transport) = script([
        ScriptedResponse::status(429).header("retry-after", "30"),
        ordered("o-1"),
    ]);
    let list = folder.orders().await;
    let call = client.call(Order("tea")).once(&list, key("case-1"));
    let call = tokio::spawn(call.send());
    while transport.requests().is_empty() || state(&list, "case-1").await.is_some() {
        tokio::task::yield_now().await;
    }
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(state(&list, "case-1").await, None);
    // A refusal that ends the call is kept.
    order(&client, &list, "case-2", "tea").await.unwrap();
    assert_books(&list, 1, 0, 0).await;
}

#[tokio::test]
async fn a_step_of_the_callers_own_comes_first_and_keeps_its_say() {
    let folder = Folder::new("own-step");
    let (client, transport) = script([ordered("o-1")]);
    let list = folder.orders().await;
    let call = client.call(Order("tea")).before_send(Never);
    let error = call.once(&list, key("case-1")).send().await.unwrap_err();
    let call_error = error.call_error().unwrap();
    assert_eq!(call_error.kind(), customer_api_core::ErrorKind::Withheld);
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(state(&list, "case-1").await, None);
    assert!(transport.requests().is_empty());
}

struct Never;

#[async_trait]
impl BeforeSend for Never {
    async fn before_send(&self, _: &Upcoming<'_>) -> Result<(), Withheld> {
        Err("never".into())
    }
}

#[tokio::test]
async fn a_rejected_credential_leaves_the_key_free() {
    let folder = Folder::new("credential");
    let (client, _) = script([ScriptedResponse::status(401), ordered("o-1")]);
    let list = folder.orders().await;
    order(&client, &list, "case-1", "tea").await.unwrap_err();
    assert_eq!(state(&list, "case-1").await, Some(State::NotSent));
    order(&client, &list, "case-1", "tea").await.unwrap();
    assert_books(&list, 1, 0, 0).await;
}

#[tokio::test]
async fn invalid_content_is_an_error_of_the_call_and_leaves_nothing() {
    let folder = Folder::new("invalid");
    let (client, transport) = script([]);
    let list = folder.orders().await;
    let error = order(&client, &list, "case-1", "").await.unwrap_err();
    assert!(error.call_error().unwrap().is_validation());
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(state(&list, "case-1").await, None);
    assert!(transport.requests().is_empty());
}
