//! Connections that break, and servers that are killed or hang.

use std::time::Duration;

use customer_api_core::Delivery;
use customer_api_ledger::{CallExt as _, LedgerErrorKind, Once, OnceErrorKind};
use customer_api_postgres::PostgresLedger;
use testkit::Postgres;

use crate::shop::{Order, begin, claim, key, ordered, orders, script};

const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn a_lost_connection_is_made_again() {
    let Some(server) = Postgres::start("lost") else {
        return;
    };
    let (ledger, list) = orders(&server).await;
    for number in 0..20 {
        server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer-api-postgres';");
        let claim = claim(&format!("case-{number}"));
        assert!(begin(&ledger, &claim, LONG).await.unwrap());
    }
    assert_eq!(list.summary().await.unwrap().sending, 20);
}

#[tokio::test]
async fn while_the_server_is_down_nothing_is_sent_and_afterwards_all_is_there() {
    let Some(server) = Postgres::start_durable("down") else {
        return;
    };
    let (ledger, list) = orders(&server).await;
    let (client, transport) = script([ordered("o-1"), ordered("o-2")]);
    let order = |name: &str| client.call(Order("tea")).once(&list, key(name)).send();
    assert!(matches!(order("case-1").await.unwrap(), Once::Done { .. }));
    assert!(begin(&ledger, &claim("case-2"), LONG).await.unwrap());

    server.kill();
    let error = order("case-3").await.unwrap_err();
    assert_eq!(error.kind(), OnceErrorKind::Ledger);
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(transport.requests().len(), 1);

    server.begin();
    // Writes that were acknowledged before the kill are there.
    let summary = list.summary().await.unwrap();
    assert_eq!((summary.accepted, summary.sending), (1, 1));
    assert!(matches!(order("case-1").await.unwrap(), Once::Already(_)));
    assert!(matches!(order("case-3").await.unwrap(), Once::Done { .. }));
}

#[tokio::test]
async fn a_statement_that_waits_is_given_up_in_time() {
    let Some(server) = Postgres::start("waits") else {
        return;
    };
    let (_, list) = orders(&server).await;
    let options = PostgresLedger::options().statement_timeout(Duration::from_millis(300));
    let hasty = options.connect(&server.configuration()).await.unwrap();
    // Another session holds the table, as a migration does.
    let lock = server.hold("LOCK TABLE customer_api.entry IN ACCESS EXCLUSIVE MODE");
    let error = begin(&hasty, &claim("case-1"), LONG).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Storage);
    assert_eq!(error.to_string(), "the database took too long");
    drop(lock);
    assert!(begin(&hasty, &claim("case-2"), LONG).await.unwrap());
    drop(list);
}
