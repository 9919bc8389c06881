//! Unknown writes are looked for at the provider, and the decision of a look is on record.

use std::time::Duration;

use customer_api_core::{
    Client, Error, Operation, Settle, Settled,
    error::{DecodeError, ValidationError},
    operation::{Method, OperationInfo},
    request::Encoder,
    response::ResponseBody,
    settle::{Look, Marker},
    transport::{ScriptedResponse, ScriptedTransport, TransportErrorKind},
};
use customer_api_ledger::{
    CallExt as _, ClientExt as _, FileLedger, Ledger as _, LedgerErrorKind, LedgerList, Once,
    OnceError, OnceErrorKind, Resend, Resolution, State,
    send_all::{self, SentOutcome},
    settle::{SettleError, SettlePolicy},
};

use crate::shop::{Folder, Order, Shop, assert_books, key, ordered, script, state};

/// Sets the number of seats of a table.
#[derive(Clone)]
struct SetSeats(u64);

impl Operation for SetSeats {
    type Service = Shop;
    type Output = ();
    const INFO: &'static OperationInfo = &OperationInfo::new("setSeats", Method::Post, "/seats");

    fn encode(&self, request: &mut Encoder<'_>) -> Result<(), ValidationError> {
        request.json(&self.0)
    }

    fn decode(body: &ResponseBody) -> Result<(), DecodeError> {
        body.ignore()
    }
}

/// The text that a read returns.
struct Shown;

impl Operation for Shown {
    type Service = Shop;
    type Output = String;
    const INFO: &'static OperationInfo = &OperationInfo::new("shown", Method::Get, "/shown");

    fn encode(&self, _: &mut Encoder<'_>) -> Result<(), ValidationError> {
        Ok(())
    }

    fn decode(body: &ResponseBody) -> Result<String, DecodeError> {
        body.json()
    }
}

/// The test decides what shows: a marker, or the write itself.
fn judge<S>(shown: String, own: &str, look: &Look<S>) -> Settled<String>
where
    S: customer_api_core::Service,
{
    let marker = Marker::new("order-4711").unwrap();
    if marker.is_in_text(&shown) {
        Settled::Applied(shown)
    } else if shown == "when" {
        let trace = look.trace();
        let last = trace.last().map(ToString::to_string);
        Settled::InEffect(format!("{} {}", trace.first(), last.unwrap_or_default()))
    } else if shown == own {
        Settled::InEffect(shown)
    } else if shown == "changed since" {
        Settled::Superseded(shown)
    } else {
        look.not_seen()
    }
}

impl Settle for Order {
    type Evidence = String;

    async fn look(&self, look: &mut Look<Shop>) -> Result<Settled<String>, Error> {
        let shown = look.read(Shown).await?;
        Ok(judge(shown, self.0, look))
    }
}

impl Settle for SetSeats {
    type Evidence = String;

    fn suffices(_: &String) -> bool {
        true
    }

    async fn look(&self, look: &mut Look<Shop>) -> Result<Settled<String>, Error> {
        let shown = look.read(Shown).await?;
        Ok(judge(shown, &self.0.to_string(), look))
    }
}

fn lost() -> ScriptedResponse {
    ScriptedResponse::failure(TransportErrorKind::Interrupted)
}

pub(crate) fn shows(text: &str) -> ScriptedResponse {
    ScriptedResponse::status(200).body(format!("{text:?}"))
}

const MARKED: &str = "[ref:order-4711~vpx3] tea";

fn methods(transport: &ScriptedTransport) -> String {
    let requests = transport.requests();
    let methods = requests.iter().map(|request| request.method().as_str());
    methods.collect::<Vec<_>>().join(" ")
}

async fn order(
    client: &Client<Shop>,
    list: &LedgerList,
    policy: SettlePolicy,
) -> Result<Once<String>, OnceError> {
    let call = client.call(Order("tea")).once(list, key("case-1"));
    call.settle_unknown(policy).send().await
}

/// Leaves a key unknown.
async fn leave_unknown(client: &Client<Shop>, list: &LedgerList) {
    let call = client.call(Order("tea")).once(list, key("case-1"));
    call.send().await.unwrap_err();
    assert_eq!(state(list, "case-1").await, Some(State::Unknown));
}

const ACCEPTED: Option<State> = Some(State::Accepted { reference: None });

#[tokio::test]
async fn what_a_look_finds_is_accepted_whenever_it_was_sent() {
    // One sent just now, and one sent before.
    for (name, is_before, text) in [
        ("found-now", false, MARKED),
        ("found-before", true, MARKED),
        ("found-changed", true, "changed since"),
    ] {
        let folder = Folder::new(name);
        let list = folder.orders().await;
        let (client, transport) = script([lost(), shows(text)]);
        if is_before {
            leave_unknown(&client, &list).await;
        }
        let once = order(&client, &list, SettlePolicy::new()).await.unwrap();
        let Once::Already(entry) = once else {
            panic!("{name}: it was sent again");
        };
        assert_eq!(Some(&entry.state), ACCEPTED.as_ref());
        assert_eq!(list.entry(&key("case-1")).await.unwrap(), Some(entry));
        assert_eq!(methods(&transport), "POST GET");
    }
}

#[tokio::test]
async fn what_does_not_show_stays_unknown_unless_the_caller_says_otherwise() {
    let folder = Folder::new("not-seen");
    let list = folder.orders().await;
    let (client, transport) =
        script([lost(), shows("nothing"), shows("nothing"), shows("nothing")]);
    let at_once = SettlePolicy::new().absent_after(Duration::ZERO);
    // A write that was sent just now is not given up immediately.
    let error = order(&client, &list, at_once).await.unwrap_err();
    assert_eq!(error.kind(), OnceErrorKind::Call);
    assert!(matches!(error.looked(), Some(Ok(Settled::NotSeen { .. }))));
    let later = SettlePolicy::new().absent_after(Duration::from_secs(3600));
    for policy in [SettlePolicy::new(), later] {
        let error = order(&client, &list, policy).await.unwrap_err();
        assert_eq!(error.kind(), OnceErrorKind::UnknownBefore);
        assert!(matches!(error.looked(), Some(Ok(Settled::NotSeen { .. }))));
        assert_eq!(state(&list, "case-1").await, Some(State::Unknown));
    }
    assert_eq!(methods(&transport), "POST GET GET GET");
    let (client, transport) = script([shows("nothing"), ordered("o-1")]);
    let once = order(&client, &list, at_once).await.unwrap();
    assert!(matches!(once, Once::Done { output, recorded: Ok(()) } if output == "o-1"));
    assert_eq!(methods(&transport), "GET POST");
}

#[tokio::test]
async fn a_namesake_does_not_settle_a_creation_and_a_state_settles_itself() {
    let folder = Folder::new("namesake");
    let list = folder.orders().await;
    let (client, _) = script([lost(), shows("tea")]);
    let error = order(&client, &list, SettlePolicy::new())
        .await
        .unwrap_err();
    assert!(matches!(error.looked(), Some(Ok(Settled::InEffect(())))));
    assert_books(&list, 0, 0, 1).await;

    let ledger = FileLedger::create(folder.ledger().with_extension("seats"))
        .await
        .unwrap();
    let list = ledger.create_list("seats", SetSeats::INFO).await.unwrap();
    let (client, _) = script([lost(), shows("4")]);
    let call = client.call(SetSeats(4)).once(&list, key("table-1"));
    let once = call.settle_unknown(SettlePolicy::new()).send().await;
    assert!(matches!(once.unwrap(), Once::Already(_)));
    assert_books(&list, 1, 0, 0).await;
}

#[tokio::test]
async fn a_look_that_fails_changes_nothing() {
    let folder = Folder::new("look-fails");
    let list = folder.orders().await;
    let forbidden = || ScriptedResponse::status(403);
    let (client, transport) = script([lost(), forbidden(), forbidden()]);
    for kind in [OnceErrorKind::Call, OnceErrorKind::UnknownBefore] {
        let error = order(&client, &list, SettlePolicy::new())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.delivery(), customer_api_core::Delivery::Unknown);
        let Some(Err(looked)) = error.looked() else {
            panic!("the look did not fail: {error:?}");
        };
        assert_eq!(looked.status(), Some(403));
    }
    assert_books(&list, 0, 0, 1).await;
    assert_eq!(methods(&transport), "POST GET GET");
}

#[tokio::test]
async fn one_key_is_settled_without_sending() {
    let folder = Folder::new("one-key");
    let list = folder.orders().await;
    let (client, transport) = script([lost(), shows("nothing"), shows(MARKED)]);
    let policy = SettlePolicy::new();
    let (one, tea) = (key("case-1"), Order("tea"));
    let error = list.settle(&client, &one, &tea, policy).await.unwrap_err();
    let not_unknown = |error: &SettleError| matches!(error, SettleError::Ledger(error) if error.kind() == LedgerErrorKind::NotUnknown);
    assert!(not_unknown(&error));
    leave_unknown(&client, &list).await;
    let other = Order("coffee");
    let error = list.settle(&client, &one, &other, policy).await;
    assert!(matches!(error.unwrap_err(), SettleError::KeyReused(_)));
    let settlement = list.settle(&client, &one, &tea, policy).await.unwrap();
    assert!(matches!(settlement.verdict, Settled::NotSeen { .. }));
    assert_eq!(settlement.resolution, None);
    let settlement = list.settle(&client, &one, &tea, policy).await.unwrap();
    assert_eq!(settlement.verdict, Settled::Applied(MARKED.to_owned()));
    assert_eq!(settlement.resolution, Some(Resolution::Sent));
    settlement.recorded.unwrap();
    assert_eq!(state(&list, "case-1").await, ACCEPTED);
    let error = list.settle(&client, &one, &tea, policy).await.unwrap_err();
    assert!(not_unknown(&error));
    assert_eq!(methods(&transport), "POST GET GET");
}

#[tokio::test]
async fn what_was_found_out_is_not_true_of_a_key_that_was_begun_anew() {
    let folder = Folder::new("anew");
    let list = folder.orders().await;
    let (client, _) = script([lost(), lost()]);
    leave_unknown(&client, &list).await;
    let known = list.entry(&key("case-1")).await.unwrap().unwrap();
    let call = client.call(Order("tea")).once(&list, key("case-1"));
    let again = call.resend(Resend::none().unknown());
    again.send().await.unwrap_err();
    assert_eq!(state(&list, "case-1").await, Some(State::Unknown));
    let ledger = list.ledger();
    let late = ledger.resolve(list.name(), &known, Resolution::NotSent);
    assert_eq!(late.await.unwrap_err().kind(), LedgerErrorKind::NotUnknown);
    assert_books(&list, 0, 0, 1).await;
}

#[tokio::test]
async fn a_run_settles_what_it_finds_unknown_and_what_becomes_so() {
    let folder = Folder::new("run");
    let list = folder.orders().await;
    let (client, _) = script([lost()]);
    leave_unknown(&client, &list).await;
    let (client, transport) = script([
        // case-1, of the earlier run.
        shows(MARKED),
        // case-2, lost and found.
        lost(),
        shows(MARKED),
        // case-3, lost.
        lost(),
        shows("nothing"),
        ordered("o-4"),
    ]);
    let writes = ["case-1", "case-2", "case-3", "case-4"].map(|text| (key(text), Order("tea")));
    let run = client.send_all(&list, send_all::iter(writes));
    let mut run = run.settle_unknown(SettlePolicy::new()).start();
    let mut words = Vec::new();
    while let Some(sent) = run.next().await {
        let looked = sent.looked.map(|looked| looked.unwrap());
        words.push(match (&sent.outcome, looked) {
            (SentOutcome::Found(_), Some(Settled::Applied(()))) => "found",
            (SentOutcome::Unknown(_), Some(Settled::NotSeen { .. })) => "unknown",
            (SentOutcome::Accepted(_), None) => "accepted",
            other => panic!("{}: {other:?}", sent.key),
        });
    }
    assert_eq!(words, ["found", "found", "unknown", "accepted"]);
    let summary = run.finish().await;
    let line = "1 accepted, 0 refused, 0 not sent, 1 unknown, 0 skipped, 2 found done; the list is at its end";
    assert_eq!(summary.to_string(), line);
    assert_eq!(summary.progress.done(), 4);
    assert_books(&list, 3, 0, 1).await;
    assert_eq!(methods(&transport), "GET POST GET POST GET POST");
}
