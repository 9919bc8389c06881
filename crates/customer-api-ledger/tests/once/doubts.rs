//! A doubt persists, whatever comes after it.

use std::time::Duration;

use customer_api_core::{
    Client, Delivery, Settled, Timestamp, async_trait,
    auth::KeyCredential,
    bytes::Bytes,
    http::{Request, Response},
    retry::NeverRetry,
    transport::{
        Body, PossiblyUnasked, ScriptedResponse, ScriptedTransport, Transport, TransportError,
        TransportErrorKind,
    },
};
use customer_api_ledger::{
    CallExt as _, ClientExt as _, OnceErrorKind, Outcome, Resend, State,
    send_all::{self, SentOutcome},
    settle::SettlePolicy,
};

use crate::{
    settle::shows,
    shop::{Folder, Order, Shop, key, order, ordered, script, state},
};

fn lost() -> ScriptedResponse {
    ScriptedResponse::failure(TransportErrorKind::Interrupted)
}

/// Each of these refusals may have been written before its request arrived.
#[derive(Debug)]
struct Unasked(ScriptedTransport);

#[async_trait]
impl Transport for Unasked {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        let mut response = self.0.send(request).await?;
        if response.status().is_client_error() {
            response.extensions_mut().insert(PossiblyUnasked::default());
        }
        Ok(response)
    }
}

#[tokio::test]
async fn a_refusal_that_proves_nothing_is_not_sent_again_by_itself() {
    for status in [401, 429] {
        let folder = Folder::new(&format!("unasked-{status}"));
        let list = folder.orders().await;
        let refused = ScriptedResponse::status(status).header("retry-after", "0");
        let transport = ScriptedTransport::new().then(refused).then(ordered("o-1"));
        let client = Client::builder(Shop, KeyCredential::bearer("key"))
            .transport(Unasked(transport.clone()))
            .build()
            .unwrap();
        let error = order(&client, &list, "case-1", "tea").await.unwrap_err();
        assert!(error.call_error().unwrap().may_be_unasked());
        let for_now = Resend::none().refused_for_now();
        let call = client.call(Order("tea")).once(&list, key("case-1"));
        let error = call.resend(for_now).send().await.unwrap_err();
        assert_eq!(error.kind(), OnceErrorKind::RefusedBefore, "{status}");
        assert_eq!(transport.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_refusal_does_not_take_back_the_doubt_about_an_earlier_write() {
    for status in [401, 409, 429] {
        let folder = Folder::new(&format!("doubt-{status}"));
        let list = folder.orders().await;
        let (client, transport) = script([lost(), ScriptedResponse::status(status)]);
        order(&client, &list, "case-1", "tea").await.unwrap_err();
        let unknown = Resend::none().unknown();
        let call = client.call(Order("tea")).retry(NeverRetry);
        let call = call.once(&list, key("case-1")).resend(unknown);
        let error = call.send().await.unwrap_err();
        assert_eq!(error.delivery(), Delivery::Unknown, "{status}");
        assert!(error.to_string().contains("An earlier write"), "{error}");
        assert_eq!(state(&list, "case-1").await, Some(State::Unknown));
        // Neither a plain run nor other content is sent.
        let error = order(&client, &list, "case-1", "tea").await.unwrap_err();
        assert_eq!(error.kind(), OnceErrorKind::UnknownBefore);
        let call = client.call(Order("coffee")).once(&list, key("case-1"));
        let refused = Resend::none().refused().refused_for_now();
        let error = call.resend(refused).send().await.unwrap_err();
        assert_eq!(error.kind(), OnceErrorKind::KeyReused);
        assert_eq!(transport.requests().len(), 2);
    }
}

/// Neither a call that is not sent, nor a call that is not valid, removes the doubt.
#[tokio::test]
async fn a_call_that_sends_nothing_does_not_answer_for_an_earlier_write() {
    let folder = Folder::new("doubt-unsent");
    let list = folder.orders().await;
    let refused = || ScriptedResponse::failure(TransportErrorKind::Connect);
    let (client, transport) = script([lost(), refused()]);
    order(&client, &list, "case-1", "tea").await.unwrap_err();
    for what in ["tea", ""] {
        let call = client.call(Order(what)).retry(NeverRetry);
        let call = call.once(&list, key("case-1"));
        let error = call.resend(Resend::none().unknown()).send().await;
        let error = error.unwrap_err();
        assert_eq!(error.kind(), OnceErrorKind::Call, "{what:?}");
        assert_eq!(error.delivery(), Delivery::Unknown, "{what:?}");
        assert_eq!(state(&list, "case-1").await, Some(State::Unknown));
    }
    assert_eq!(transport.requests().len(), 2);
    let writes = [(key("case-1"), Order("tea"))];
    let (client, _) = script([refused()]);
    let run = client.send_all(&list, send_all::iter(writes));
    let mut run = run.resend_unknown().start();
    let sent = run.next().await.unwrap();
    assert!(matches!(sent.outcome, SentOutcome::Unknown(_)), "{sent:?}");
}

/// A look for a key that was sent again in doubt starts from its first write, and measures the wait from its last.
#[tokio::test]
async fn a_look_goes_back_to_the_first_write_that_is_in_doubt() {
    let folder = Folder::new("doubt-since");
    let list = folder.orders().await;
    let (client, _) = script([
        lost(),
        shows("nothing"),
        lost(),
        shows("nothing"),
        shows("when"),
    ]);
    let call = || client.call(Order("tea")).once(&list, key("case-1"));
    call().send().await.unwrap_err();
    let first = list.entry(&key("case-1")).await.unwrap().unwrap();
    assert_eq!(first.doubt_since, None);
    let again = call().resend(Resend::none().unknown());
    let error = again.settle_unknown(SettlePolicy::new()).send().await;
    let error = error.unwrap_err();
    let entry = list.entry(&key("case-1")).await.unwrap().unwrap();
    assert_eq!(entry.doubt_since, first.began);
    assert_ne!(entry.began, first.began);
    // One look before the write was sent again, and one after it.
    assert!(matches!(error.looked(), Some(Ok(_))));
    let (one, tea) = (key("case-1"), Order("tea"));
    let settled = list.settle(&client, &one, &tea, SettlePolicy::new());
    let verdict = settled.await.unwrap().verdict;
    let text = |time: Option<Timestamp>| time.map(|time| time.to_string()).unwrap_or_default();
    let expected = format!("{} {}", text(entry.doubt_since), text(entry.began));
    assert_eq!(verdict, Settled::InEffect(expected));
}

#[tokio::test]
async fn a_key_that_comes_twice_in_a_run_is_sent_once_in_it() {
    let folder = Folder::new("twice-unknown");
    let list = folder.orders().await;
    let (client, transport) = script([lost(), shows("nothing"), ordered("o-1")]);
    let writes = || [(key("case-1"), Order("tea")), (key("case-1"), Order("tea"))];
    let run = client.send_all(&list, send_all::iter(writes()));
    let at_once = SettlePolicy::new().absent_after(Duration::ZERO);
    let mut run = run.settle_unknown(at_once).start();
    let first = run.next().await.unwrap();
    assert!(matches!(first.outcome, SentOutcome::Unknown(_)));
    let second = run.next().await.unwrap();
    assert!(matches!(
        second.outcome,
        SentOutcome::Skipped(State::Unknown)
    ));
    assert!(run.next().await.is_none());
    assert_eq!(transport.requests().len(), 2);

    // Refused temporarily, and the time is over immediately. Still not sent again in the same run.
    let folder = Folder::new("twice-refused");
    let list = folder.orders().await;
    let wait = ScriptedResponse::status(429).header("retry-after", "3600");
    let (client, transport) = script([wait, ordered("o-1")]);
    let run = client.send_all(&list, send_all::iter(writes()));
    let mut run = run.resend_refused_for_now().start();
    while let Some(sent) = run.next().await {
        let is_refused = matches!(
            sent.outcome,
            SentOutcome::Refused(_) | SentOutcome::Skipped(State::Refused { .. })
        );
        assert!(is_refused, "{:?}", sent.outcome);
    }
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn a_wait_that_is_kept_does_not_end_early() {
    let folder = Folder::new("whole-seconds");
    let list = folder.orders().await;
    let end: customer_api_core::Timestamp = "2030-01-01T00:00:00.999Z".parse().unwrap();
    let begun = list.begin(&key("case-1"), Resend::none()).await.unwrap();
    let customer_api_ledger::Begun::Started(claim) = begun else {
        panic!("the key is new");
    };
    let outcome = Outcome::refused(Some(429), None).with_not_before(end.clone());
    list.finish(&claim, &outcome).await.unwrap();
    let Some(State::Refused { not_before, .. }) = state(&list, "case-1").await else {
        panic!("it was refused");
    };
    assert!(not_before.unwrap().unix_nanoseconds() >= end.unix_nanoseconds());
}
