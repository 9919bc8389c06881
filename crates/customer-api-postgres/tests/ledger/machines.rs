//! Several machines, and machines that die. Each has its own connection.

use std::time::Duration;

use customer_api_ledger::{
    ClientExt as _, Ledger as _, LedgerErrorKind, Outcome, Resolution, State,
    send_all::{self, SentOutcome},
};
use customer_api_postgres::PostgresLedger;
use testkit::Postgres;
use tokio::task::JoinSet;

use crate::shop::{Order, begin, claim, connect, key, ordered, orders, script};

const MACHINES: usize = 4;
const KEYS: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_that_share_a_list_send_each_key_once() {
    let Some(server) = Postgres::start("machines") else {
        return;
    };
    each_key_once(&server).await;
}

/// Statements that wait for each other under the default isolation level fail with a conflict under this one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn machines_send_each_key_once_under_a_strict_isolation() {
    let Some(server) = Postgres::start("strict") else {
        return;
    };
    server.psql("ALTER DATABASE postgres SET default_transaction_isolation = 'serializable';");
    each_key_once(&server).await;
}

async fn each_key_once(server: &Postgres) {
    let (_, list) = orders(server).await;
    let (client, transport) = script((0..KEYS).map(|number| ordered(&format!("o-{number}"))));
    let mut machines = JoinSet::new();
    for _ in 0..MACHINES {
        let (client, ledger) = (client.clone(), connect(server).await);
        machines.spawn(async move {
            let list = ledger.list("orders").await.unwrap();
            let writes = (0..KEYS).map(|number| (key(&format!("case-{number}")), Order("tea")));
            let run = client.send_all(&list, send_all::iter(writes));
            let mut run = run.concurrency(8).start();
            let mut accepted = 0;
            while let Some(sent) = run.next().await {
                match sent.outcome {
                    SentOutcome::Accepted(_) => accepted += usize::from(sent.is_recorded),
                    SentOutcome::Skipped(State::Accepted { .. } | State::Sending) => {}
                    other => panic!("{}: {other:?}", sent.key),
                }
            }
            accepted
        });
    }
    let accepted = machines.join_all().await;
    assert_eq!(accepted.iter().sum::<usize>(), KEYS);
    assert_eq!(transport.requests().len(), KEYS);
    assert_eq!(list.summary().await.unwrap().accepted, KEYS as u64);
}

#[tokio::test]
async fn a_sender_that_is_gone_leaves_a_doubt_once_its_time_is_over() {
    let Some(server) = Postgres::start("gone") else {
        return;
    };
    let (_, list) = orders(&server).await;
    // Its call has no time left, and there is no grace.
    let options = PostgresLedger::options().grace(Duration::ZERO);
    let gone = options.connect(&server.configuration()).await.unwrap();
    let late = claim("case-1");
    assert!(begin(&gone, &late, Duration::ZERO).await.unwrap());
    assert!(
        begin(&gone, &claim("case-2"), Duration::from_secs(600))
            .await
            .unwrap()
    );

    assert_eq!(list.unknown(None, 9).await.unwrap(), [key("case-1")]);
    let summary = list.summary().await.unwrap();
    assert_eq!((summary.unknown, summary.sending), (1, 1));
    // A key can't be settled by others while its sender still has time.
    let early = list.resolve(&key("case-2"), Resolution::NotSent).await;
    assert_eq!(early.unwrap_err().kind(), LedgerErrorKind::NotUnknown);
    // The outcome that the sender knows takes precedence over the doubt, if it is recorded first.
    gone.finish(&late, &Outcome::accepted(Some("o-1")))
        .await
        .unwrap();
    let reference = Some("o-1".to_owned());
    let entry = list.entry(&key("case-1")).await.unwrap().unwrap();
    assert_eq!(entry.state, State::Accepted { reference });
    // A statement whose response is lost is sent again.
    gone.finish(&late, &Outcome::accepted(Some("o-1")))
        .await
        .unwrap();
    let other = gone.finish(&late, &Outcome::unknown()).await;
    assert_eq!(other.unwrap_err().kind(), LedgerErrorKind::ClaimLost);

    let late = claim("case-3");
    assert!(begin(&gone, &late, Duration::ZERO).await.unwrap());
    list.resolve(&key("case-3"), Resolution::NotSent)
        .await
        .unwrap();
    let lost = gone.finish(&late, &Outcome::accepted(None)).await;
    assert_eq!(lost.unwrap_err().kind(), LedgerErrorKind::ClaimLost);
}

#[tokio::test]
async fn what_a_dropped_call_knew_is_there_after_a_flush() {
    let Some(server) = Postgres::start("dropped") else {
        return;
    };
    let (ledger, list) = orders(&server).await;
    for number in 0..50 {
        let claim = claim(&format!("case-{number}"));
        assert!(
            begin(&ledger, &claim, Duration::from_secs(60))
                .await
                .unwrap()
        );
        let outcome = (number % 2 == 0).then(Outcome::unknown);
        ledger.abandon(&claim, outcome.as_ref());
    }
    ledger.flush().await;
    let summary = list.summary().await.unwrap();
    assert_eq!((summary.unknown, summary.total()), (25, 25));
}
