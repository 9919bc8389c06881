//! Statements that were committed, and whose response was lost with the connection.

use std::{env, time::Duration};

use customer_api_core::Delivery;
use customer_api_ledger::{
    CallExt as _, Intent, Ledger as _, LedgerErrorKind, Once, OnceErrorKind, Outcome, Resend,
    Resolution, State,
};
use customer_api_postgres::PostgresLedger;
use testkit::Postgres;

use crate::{
    proxy::{Cut, Proxy},
    shop::{Order, begin, claim, key, ordered, orders, script},
};

const LONG: Duration = Duration::from_secs(600);
const INSERT: &str = "INSERT INTO customer_api.entry";
const BEGIN_AGAIN: &str = "SET previous = to_jsonb(e)";
const FINISH: &str = "SET state = CASE WHEN";
const WITHDRAW: &str = "DELETE FROM customer_api.entry";
const RESOLVE: &str = "SET state = $3, token = $5";

/// A handle whose connection leads through a proxy.
async fn through(server: &Postgres) -> (Proxy, PostgresLedger) {
    let proxy = Proxy::start(server);
    let ledger = PostgresLedger::connect(&proxy.configuration()).await;
    (proxy, ledger.unwrap())
}

#[tokio::test]
async fn a_call_goes_on_although_the_response_to_each_of_its_statements_was_lost() {
    let Some(server) = Postgres::start("commit-call") else {
        return;
    };
    let (_, list) = orders(&server).await;
    let (proxy, ledger) = through(&server).await;
    let own = ledger.list("orders").await.unwrap();
    for (number, words) in [INSERT, FINISH, "LEFT JOIN customer_api.entry"]
        .into_iter()
        .enumerate()
    {
        let (client, transport) = script([ordered("o-1")]);
        let key = key(&format!("case-{number}"));
        // The last attempt succeeds.
        proxy.cut(words, Cut::After, 3).await;
        let call = client.call(Order("tea")).once(&own, key.clone());
        let made = call.send().await.unwrap();
        assert!(
            matches!(
                made,
                Once::Done {
                    recorded: Ok(()),
                    ..
                }
            ),
            "{words}: {made:?}"
        );
        assert_eq!(proxy.left().await, 0, "{words}");
        assert_eq!(transport.requests().len(), 1, "{words}");
        let reference = Some("o-1".to_owned());
        let entry = list.entry(&key).await.unwrap().unwrap();
        assert_eq!(entry.state, State::Accepted { reference }, "{words}");
    }
}

#[tokio::test]
async fn a_claim_and_its_outcome_take_one_round_trip_each() {
    let Some(server) = Postgres::start("round-trips") else {
        return;
    };
    orders(&server).await;
    let (proxy, ledger) = through(&server).await;
    let (mine, before) = (claim("case-1"), proxy.responses());
    assert!(begin(&ledger, &mine, LONG).await.unwrap());
    let outcome = Outcome::accepted(Some("o-1"));
    ledger.finish(&mine, &outcome).await.unwrap();
    assert_eq!(proxy.responses() - before, 2);
}

#[tokio::test]
async fn a_claim_that_is_never_heard_of_is_taken_back_and_nothing_is_sent() {
    let Some(server) = Postgres::start("commit-lost") else {
        return;
    };
    let (_, list) = orders(&server).await;
    let (proxy, ledger) = through(&server).await;
    let own = ledger.list("orders").await.unwrap();
    let (client, transport) = script([ordered("o-1")]);
    proxy.cut(INSERT, Cut::After, 4).await;
    let call = client.call(Order("tea")).once(&own, key("case-1"));
    let error = call.send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (OnceErrorKind::Ledger, Delivery::NotSent)
    );
    assert_eq!(proxy.left().await, 0);
    assert!(transport.requests().is_empty());
    ledger.flush().await;
    assert_eq!(list.entry(&key("case-1")).await.unwrap(), None);
}

#[tokio::test]
async fn a_key_that_another_took_while_the_statement_was_lost_is_the_others() {
    let Some(server) = Postgres::start("commit-other") else {
        return;
    };
    let (other, _) = orders(&server).await;
    let (proxy, ledger) = through(&server).await;
    // A new key, and a key known as not sent.
    for (text, words) in [("case-1", INSERT), ("case-2", BEGIN_AGAIN)] {
        if words == BEGIN_AGAIN {
            let first = claim(text);
            assert!(begin(&other, &first, LONG).await.unwrap());
            other.finish(&first, &Outcome::not_sent()).await.unwrap();
        }
        let mut caught = proxy.catch(words, Cut::Before).await;
        let mine = claim(text);
        let begun = tokio::spawn({
            let ledger = ledger.clone();
            async move { begin(&ledger, &mine, LONG).await }
        });
        caught.happened().await;
        assert!(begin(&other, &claim(text), LONG).await.unwrap());
        caught.go();
        assert!(!begun.await.unwrap().unwrap(), "{words}");
    }
}

#[tokio::test]
async fn a_key_that_is_begun_again_has_the_claim_whose_response_was_lost() {
    let Some(server) = Postgres::start("commit-again") else {
        return;
    };
    let (other, list) = orders(&server).await;
    let (proxy, ledger) = through(&server).await;
    let first = claim("case-1");
    assert!(begin(&other, &first, LONG).await.unwrap());
    let refused = Outcome::refused(Some(422), Some("NO"));
    other.finish(&first, &refused).await.unwrap();
    let before = list.entry(&key("case-1")).await.unwrap();

    proxy.cut(BEGIN_AGAIN, Cut::After, 3).await;
    let again = claim("case-1");
    let intent = Intent::new(None, Resend::none().refused()).with_longest(LONG);
    assert_eq!(ledger.begin(&again, &intent).await.unwrap(), None);
    assert_eq!(proxy.left().await, 0);
    let rival = other.begin(&claim("case-1"), &intent).await.unwrap();
    assert_eq!(rival.unwrap().state, State::Sending);

    // The withdrawn key is as it was, although only the fourth response arrived.
    proxy.cut(WITHDRAW, Cut::After, 3).await;
    ledger.withdraw(&again).await.unwrap();
    assert_eq!(proxy.left().await, 0);
    assert_eq!(list.entry(&key("case-1")).await.unwrap(), before);
}

#[tokio::test]
async fn a_withdrawal_whose_response_was_lost_leaves_the_next_claim_alone() {
    let Some(server) = Postgres::start("commit-withdraw") else {
        return;
    };
    let (other, list) = orders(&server).await;
    let (proxy, ledger) = through(&server).await;
    let mine = claim("case-1");
    assert!(begin(&ledger, &mine, LONG).await.unwrap());
    let mut caught = proxy.catch(WITHDRAW, Cut::After).await;
    let withdrawn = tokio::spawn({
        let ledger = ledger.clone();
        async move { ledger.withdraw(&mine).await }
    });
    caught.happened().await;
    let next = claim("case-1");
    assert!(begin(&other, &next, LONG).await.unwrap());
    caught.go();
    withdrawn.await.unwrap().unwrap();
    let entry = list.entry(&key("case-1")).await.unwrap().unwrap();
    assert_eq!(entry.state, State::Sending);
    other.finish(&next, &Outcome::accepted(None)).await.unwrap();
}

#[tokio::test]
async fn an_outcome_whose_response_was_lost_is_recorded_as_it_was_told() {
    let Some(server) = Postgres::start("commit-finish") else {
        return;
    };
    let (_, list) = orders(&server).await;
    let (proxy, ledger) = through(&server).await;
    let outcomes = [
        Outcome::accepted(Some("o-1")),
        Outcome::refused(Some(422), Some("NO")),
        Outcome::not_sent(),
        Outcome::unknown(),
    ];
    // A plain key, and a key in doubt, which a refusal does not resolve.
    for (in_doubt, outcome) in [false, true]
        .into_iter()
        .flat_map(|in_doubt| outcomes.iter().map(move |outcome| (in_doubt, outcome)))
    {
        let text = format!("case-{in_doubt}-{}", outcome_name(outcome));
        let intent = Intent::new(None, Resend::none().unknown()).with_longest(LONG);
        if in_doubt {
            let first = claim(&text);
            assert!(begin(&ledger, &first, LONG).await.unwrap());
            ledger.finish(&first, &Outcome::unknown()).await.unwrap();
        }
        let mine = claim(&text);
        assert_eq!(ledger.begin(&mine, &intent).await.unwrap(), None);
        let expected = outcome.over(in_doubt.then_some(&State::Unknown));
        proxy.cut(FINISH, Cut::After, 3).await;
        let told = ledger.finish(&mine, outcome).await.unwrap();
        assert_eq!(proxy.left().await, 0, "{text}");
        assert_eq!(told, expected, "{text}");
        let entry = list.entry(&key(&text)).await.unwrap().unwrap();
        assert_eq!(entry.state, expected, "{text}");
    }
}

#[tokio::test]
async fn a_resolution_whose_response_was_lost_counts_once() {
    let Some(server) = Postgres::start("commit-resolve") else {
        return;
    };
    let (other, list) = orders(&server).await;
    let (proxy, ledger) = through(&server).await;
    for (text, resolution) in [
        ("case-1", Resolution::Sent),
        ("case-2", Resolution::NotSent),
    ] {
        let mine = claim(text);
        assert!(begin(&ledger, &mine, LONG).await.unwrap());
        ledger.finish(&mine, &Outcome::unknown()).await.unwrap();
        let known = list.entry(&key(text)).await.unwrap().unwrap();
        proxy.cut(RESOLVE, Cut::After, 3).await;
        let orders = key("orders");
        ledger.resolve(&orders, &known, resolution).await.unwrap();
        assert_eq!(proxy.left().await, 0);
        // Another claim comes too late, and so does the old one.
        let late = other.resolve(&orders, &known, resolution).await;
        assert_eq!(late.unwrap_err().kind(), LedgerErrorKind::NotUnknown);
        let late = ledger.finish(&mine, &Outcome::accepted(None)).await;
        assert_eq!(late.unwrap_err().kind(), LedgerErrorKind::ClaimLost);
    }
    let summary = list.summary().await.unwrap();
    assert_eq!((summary.accepted, summary.not_sent), (1, 1));
    assert!(begin(&other, &claim("case-2"), LONG).await.unwrap());
}

/// `PROOF_KILLS` is the number of keys of the long form.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_rivals_whose_responses_are_all_lost_one_gets_each_key() {
    let Some(server) = Postgres::start("commit-rivals") else {
        return;
    };
    let keys = env::var("PROOF_KILLS")
        .ok()
        .and_then(|keys| keys.parse().ok());
    let keys: u32 = keys.unwrap_or(25);
    let (_, list) = orders(&server).await;
    let mut rivals = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (proxy, ledger) = through(&server).await;
        rivals.spawn(async move {
            let mut won = 0;
            for number in 0..keys {
                proxy.cut(INSERT, Cut::After, 1).await;
                let claim = claim(&format!("case-{number}"));
                won += u32::from(begin(&ledger, &claim, LONG).await.unwrap());
            }
            won
        });
    }
    let won: u32 = rivals.join_all().await.iter().sum();
    assert_eq!(won, keys);
    assert_eq!(list.summary().await.unwrap().sending, u64::from(keys));
}

fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome.state() {
        State::Accepted { .. } => "accepted",
        State::Refused { .. } => "refused",
        State::NotSent => "not-sent",
        State::Sending | State::Unknown => "unknown",
    }
}
