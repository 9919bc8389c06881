//! Servers that are killed, hang, are full or read-only. Nothing is sent, or sent writes are on record. No call waits beyond its time.

use std::{future::Future, time::Duration};

use customer_api_core::Delivery;
use customer_api_ledger::{
    CallExt as _, Ledger as _, LedgerError, LedgerErrorKind, LedgerList, Once, OnceError,
    OnceErrorKind, Outcome, State,
};
use customer_api_postgres::PostgresLedger;
use testkit::Postgres;

use crate::shop::{Order, begin, claim, key, ordered, orders, script};

const LONG: Duration = Duration::from_secs(600);

/// The statement timeout in these tests.
const TIMEOUT: Duration = Duration::from_millis(500);

/// A handle with a short statement timeout.
async fn hasty(server: &Postgres) -> (PostgresLedger, LedgerList) {
    let options = PostgresLedger::options().statement_timeout(TIMEOUT);
    let ledger = options.connect(&server.configuration()).await.unwrap();
    let list = ledger.list("orders").await.unwrap();
    (ledger, list)
}

/// Fails if a future takes much longer than this number of statements may.
async fn within<T>(statements: u32, future: impl Future<Output = T>) -> T {
    let limit = TIMEOUT * statements + Duration::from_secs(2);
    let ended = tokio::time::timeout(limit, future).await;
    ended.expect("a call waits beyond its time")
}

async fn order(list: &LedgerList, text: &str) -> Result<Once<String>, OnceError> {
    let (client, transport) = script([ordered("o-1")]);
    let call = client.call(Order("tea")).once(list, key(text));
    let made = call.send().await;
    assert_eq!(transport.requests().len(), usize::from(made.is_ok()));
    made
}

fn is_not_sent(made: Result<Once<String>, OnceError>) {
    let error = made.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (OnceErrorKind::Ledger, Delivery::NotSent),
        "{error}"
    );
    let kind = error.ledger_error().map(LedgerError::kind);
    assert_eq!(kind, Some(LedgerErrorKind::Storage), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_in_mid_statement_has_claimed_nothing() {
    let Some(server) = Postgres::start_durable("mid-statement") else {
        return;
    };
    let (ledger, list) = orders(&server).await;
    let sent = claim("case-0");
    assert!(begin(&ledger, &sent, LONG).await.unwrap());
    let lock = server.hold("LOCK TABLE customer_api.entry IN SHARE MODE");
    let (one, two) = (ledger.clone(), ledger.clone());
    let begun = tokio::spawn(async move { begin(&one, &claim("case-1"), LONG).await });
    let finished = tokio::spawn(async move { two.finish(&sent, &Outcome::unknown()).await });
    server.wait_for("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)");
    server.kill_processes();
    for error in [
        within(1, begun).await.unwrap().unwrap_err(),
        within(1, finished).await.unwrap().unwrap_err(),
    ] {
        assert_eq!(error.kind(), LedgerErrorKind::Storage, "{error}");
    }
    drop(lock);
    server.begin();
    assert_eq!(list.entry(&key("case-1")).await.unwrap(), None);
    assert_eq!(list.summary().await.unwrap().sending, 1);
    assert!(matches!(
        order(&list, "case-1").await.unwrap(),
        Once::Done { .. }
    ));
}

#[tokio::test]
async fn a_server_that_hangs_holds_no_call_beyond_its_time() {
    let Some(server) = Postgres::start("hangs") else {
        return;
    };
    orders(&server).await;
    let (ledger, list) = hasty(&server).await;
    let sent = claim("case-0");
    assert!(begin(&ledger, &sent, LONG).await.unwrap());
    let frozen = server.freeze();
    // On the existing connection, and on new ones.
    for _ in 0..2 {
        is_not_sent(within(1, order(&list, "case-1")).await);
    }
    // Many concurrent statements wait no longer than one.
    let many = (0..20).map(|number| {
        let ledger = ledger.clone();
        async move { begin(&ledger, &claim(&format!("many-{number}")), LONG).await }
    });
    let many: tokio::task::JoinSet<_> = many.collect();
    for begun in within(1, many.join_all()).await {
        assert_eq!(begun.unwrap_err().kind(), LedgerErrorKind::Storage);
    }
    let outcome = Outcome::accepted(Some("o-0"));
    let error = within(1, ledger.finish(&sent, &outcome)).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Storage);
    let options = PostgresLedger::options().statement_timeout(TIMEOUT);
    let connected = within(1, options.connect(&server.configuration())).await;
    assert_eq!(connected.unwrap_err().kind(), LedgerErrorKind::Storage);
    drop(frozen);

    server.wait_for("SELECT true");
    assert!(matches!(
        ledger.finish(&sent, &outcome).await.unwrap(),
        State::Accepted { .. }
    ));
    assert!(matches!(
        order(&list, "case-1").await.unwrap(),
        Once::Done { .. }
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_was_given_up_is_not_made_later() {
    let Some(server) = Postgres::start("given-up") else {
        return;
    };
    orders(&server).await;
    let (ledger, list) = hasty(&server).await;
    let lock = server.hold("LOCK TABLE customer_api.entry IN SHARE MODE");
    let begun = within(1, begin(&ledger, &claim("case-1"), LONG)).await;
    assert_eq!(begun.unwrap_err().kind(), LedgerErrorKind::Storage);
    // The statement was cancelled on the server: it no longer waits for the lock.
    server.wait_for("SELECT NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted)");
    drop(lock);
    assert_eq!(list.entry(&key("case-1")).await.unwrap(), None);
    assert_eq!(list.summary().await.unwrap().total(), 0);
}

#[tokio::test]
async fn a_server_that_takes_no_writes_lets_nothing_be_sent() {
    let Some(server) = Postgres::start("read-only") else {
        return;
    };
    let (ledger, list) = orders(&server).await;
    let sent = claim("case-0");
    assert!(begin(&ledger, &sent, LONG).await.unwrap());
    let replica = server.replica("standby");
    let connected = PostgresLedger::connect(&replica.configuration()).await;
    assert_eq!(connected.unwrap_err().kind(), LedgerErrorKind::Storage);

    server.psql("ALTER SYSTEM SET default_transaction_read_only = on;");
    server.psql("SELECT pg_reload_conf();");
    server.wait_for("SELECT current_setting('default_transaction_read_only') = 'on'");
    // An existing session applies the setting with its next statement, or the one after that.
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer-api-postgres';");
    is_not_sent(order(&list, "case-1").await);
    let outcome = Outcome::accepted(Some("o-0"));
    let error = ledger.finish(&sent, &outcome).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Storage, "{error}");
    // Known entries can still be read.
    let entry = list.entry(&key("case-0")).await.unwrap().unwrap();
    assert_eq!(entry.state, State::Sending);

    server.psql("SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only;");
    server.psql("SELECT pg_reload_conf();");
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer-api-postgres';");
    ledger.finish(&sent, &outcome).await.unwrap();
    assert!(matches!(
        order(&list, "case-1").await.unwrap(),
        Once::Done { .. }
    ));
}

/// As on a full disk, a table can't grow. The server's log can grow: otherwise the server stops as if it were killed.
#[tokio::test]
async fn a_table_that_can_not_grow_lets_nothing_be_sent() {
    let Some(server) = Postgres::start("full") else {
        return;
    };
    let (ledger, list) = orders(&server).await;
    let sent = claim("case-0");
    assert!(begin(&ledger, &sent, LONG).await.unwrap());
    server.end();
    server.begin_with_file_limit(2048);
    // As many rows as the file can hold: long ones, and then short ones in the rest.
    for text in ["repeat('x', 1500)", "NULL"] {
        server.fill(&format!(
            "INSERT INTO customer_api.entry (list, key, state, text, revision) \
             SELECT id, 'fill-' || gen_random_uuid(), 2, {text}, 1 FROM customer_api.list"
        ));
    }
    is_not_sent(order(&list, "case-1").await);
    let begun = begin(&ledger, &claim("case-2"), LONG).await;
    let error = begun.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Storage, "{error}");
    assert!(list.entry(&key("case-0")).await.unwrap().is_some());

    server.end();
    server.begin();
    ledger
        .finish(&sent, &Outcome::accepted(None))
        .await
        .unwrap();
    assert!(matches!(
        order(&list, "case-1").await.unwrap(),
        Once::Done { .. }
    ));
}
