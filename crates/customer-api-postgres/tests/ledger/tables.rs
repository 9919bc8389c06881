//! The tables, the rules of every ledger, and databases that changed.

use customer_api_ledger::{CallExt as _, Ledger as _, LedgerErrorKind, Once, State, conformance};
use customer_api_postgres::{PostgresLedger, schema_sql};
use testkit::Postgres;

use crate::shop::{Order, connect, key, ordered, orders, script};

#[tokio::test]
async fn a_database_is_a_ledger() {
    let Some(server) = Postgres::start("conformance") else {
        return;
    };
    let ledger = connect(&server).await;
    conformance::check(&ledger).await.unwrap();
    // A second handle, with existing lists.
    conformance::check(&connect(&server).await).await.unwrap();
}

#[tokio::test]
async fn a_write_is_made_once_over_all_handles() {
    let Some(server) = Postgres::start("once") else {
        return;
    };
    let (_, list) = orders(&server).await;
    let (client, transport) = script([ordered("o-1")]);
    let call = client.call(Order("tea")).once(&list, key("case-1"));
    assert!(matches!(call.send().await.unwrap(), Once::Done { .. }));
    let other = connect(&server).await.list("orders").await.unwrap();
    let call = client.call(Order("tea")).once(&other, key("case-1"));
    let Once::Already(entry) = call.send().await.unwrap() else {
        panic!("it was sent again");
    };
    let reference = Some("o-1".to_owned());
    assert_eq!(entry.state, State::Accepted { reference });
    // All handles compare digests with one key.
    let call = client.call(Order("coffee")).once(&other, key("case-1"));
    let error = call.send().await.unwrap_err();
    assert_eq!(error.kind(), customer_api_ledger::OnceErrorKind::KeyReused);
    assert_eq!(transport.requests().len(), 1);
}

#[tokio::test]
async fn tables_are_created_by_hand_or_missed() {
    let Some(server) = Postgres::start("tables") else {
        return;
    };
    let options = || {
        PostgresLedger::options()
            .schema("fleet_2")
            .create_tables(false)
    };
    let configuration = server.configuration();
    let error = options().connect(&configuration).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Storage, "{error}");
    server.psql(&schema_sql("fleet_2").unwrap());
    let error = options().connect(&configuration).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::NotFound, "{error}");
    // The first program creates the ledger's own row. Many programs may try at the same time.
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let configuration = configuration.clone();
        tasks.spawn(async move {
            let options = PostgresLedger::options().schema("fleet_2");
            options.connect(&configuration).await.map(drop)
        });
    }
    for outcome in tasks.join_all().await {
        outcome.unwrap();
    }
    let ledger = options().connect(&configuration).await.unwrap();
    conformance::check(&ledger).await.unwrap();
}

/// A copy lacks the writes that were made after it.
#[tokio::test]
async fn a_database_that_was_restored_is_refused_until_somebody_accepts_it() {
    let Some(server) = Postgres::start("restored") else {
        return;
    };
    let (running, _) = orders(&server).await;
    let dump = server.dump();
    server.psql("DROP SCHEMA customer_api CASCADE;");
    server.psql(&dump);
    let configuration = server.configuration();
    let error = PostgresLedger::connect(&configuration).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Restored, "{error}");
    // A program that was running at the time also detects it, when its connection is replaced.
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer-api-postgres';");
    let error = running.lists().await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Restored, "{error}");
    let accepted = PostgresLedger::options().accept_history(true);
    accepted.connect(&configuration).await.unwrap();
    let ledger = PostgresLedger::connect(&configuration).await.unwrap();
    ledger.list("orders").await.unwrap();
}

#[tokio::test]
async fn a_configuration_that_can_not_be_read_does_not_show_its_password() {
    for wrong in [
        "postgres://ana:s3cret@host:port/",
        "password=s3cret sslmode=maybe",
        "x",
    ] {
        let error = PostgresLedger::connect(wrong).await.unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::Storage);
        assert!(
            !format!("{error} {error:?}").contains("s3cret"),
            "{error:?}"
        );
    }
    // Nothing listens on this port.
    let error = PostgresLedger::connect("host=/nowhere password=s3cret user=ana").await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Storage);
    assert!(
        !format!("{error} {error:?}").contains("s3cret"),
        "{error:?}"
    );
    let name = PostgresLedger::options().schema("a; DROP TABLE b");
    let error = name.connect("host=/nowhere user=ana").await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::InvalidName);
}
