//! Databases that changed: replicas that took over, snapshots, and dumps on other servers.

use std::{fs, time::Duration};

use customer_api_core::Delivery;
use customer_api_ledger::{
    CallExt as _, Ledger as _, LedgerError, LedgerErrorKind, Once, OnceErrorKind,
};
use customer_api_postgres::{PostgresLedger, PostgresOptions};
use testkit::{Folder, Pgbouncer, Postgres};

use crate::shop::{Order, begin, claim, key, ordered, orders, script};

const LONG: Duration = Duration::from_secs(600);

fn options() -> PostgresOptions {
    PostgresLedger::options()
}

/// Two servers, as a client's configuration lists them: the client uses the first one that is available.
fn either(first: &Postgres, second: &Postgres) -> String {
    let hosts = [first, second].map(|server| server.socket());
    let hosts = hosts.map(|socket| socket.parent().unwrap().display().to_string());
    format!(
        "host={} user=postgres dbname=postgres sslmode=disable",
        hosts.join(",")
    )
}

/// A replica that every commit waits for.
fn synchronous(server: &Postgres) -> Postgres {
    let replica = server.replica("replica");
    server.psql("ALTER SYSTEM SET synchronous_standby_names = 'replica';");
    server.psql("SELECT pg_reload_conf();");
    server.wait_for("SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'");
    replica
}

fn is_restored<T: std::fmt::Debug>(outcome: Result<T, LedgerError>) {
    assert_eq!(outcome.unwrap_err().kind(), LedgerErrorKind::Restored);
}

#[tokio::test]
async fn a_replica_that_took_over_is_refused_until_somebody_accepts_it() {
    let Some(server) = Postgres::start("promoted") else {
        return;
    };
    let (_, list) = orders(&server).await;
    let replica = synchronous(&server);
    let running = options().connect(&either(&server, &replica)).await.unwrap();
    let own = running.list("orders").await.unwrap();
    let (client, transport) = script([ordered("o-1"), ordered("o-2")]);
    let order = |text: &str| client.call(Order("tea")).once(&own, key(text)).send();
    order("case-1").await.unwrap();

    server.kill();
    // Not yet promoted: the replica accepts no writes, and nothing is sent.
    let error = order("case-2").await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent, "{error}");
    replica.promote();
    is_restored(PostgresLedger::connect(&replica.configuration()).await);
    let error = order("case-2").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (OnceErrorKind::Ledger, Delivery::NotSent)
    );
    is_restored(running.lists().await);
    assert_eq!(transport.requests().len(), 1);

    let accepted = options().accept_history(true);
    accepted.connect(&replica.configuration()).await.unwrap();
    // The running program continues, too.
    assert!(matches!(order("case-1").await.unwrap(), Once::Already(_)));
    assert!(matches!(order("case-2").await.unwrap(), Once::Done { .. }));
    PostgresLedger::connect(&replica.configuration())
        .await
        .unwrap();
    drop(list);
}

#[tokio::test]
async fn a_failover_that_is_trusted_goes_on_by_itself_if_nothing_is_missing() {
    let Some(server) = Postgres::start("failover") else {
        return;
    };
    orders(&server).await;
    let replica = synchronous(&server);
    let trusting = options().trust_failover(true);
    let running = trusting.connect(&either(&server, &replica)).await.unwrap();
    assert!(begin(&running, &claim("case-1"), LONG).await.unwrap());
    server.kill();
    replica.promote();
    assert!(!begin(&running, &claim("case-1"), LONG).await.unwrap());
    assert!(begin(&running, &claim("case-2"), LONG).await.unwrap());
    // The database is accepted for programs that do not trust failovers.
    let other = PostgresLedger::connect(&replica.configuration())
        .await
        .unwrap();
    assert!(begin(&other, &claim("case-3"), LONG).await.unwrap());
}

#[tokio::test]
async fn a_replica_that_lagged_is_refused_even_if_failovers_are_trusted() {
    let Some(server) = Postgres::start("lagged") else {
        return;
    };
    orders(&server).await;
    let replica = server.replica("replica");
    let trusting = options().trust_failover(true);
    let running = trusting.connect(&either(&server, &replica)).await.unwrap();
    replica.end();
    assert!(begin(&running, &claim("case-1"), LONG).await.unwrap());
    server.kill();
    replica.begin();
    replica.promote();
    is_restored(begin(&running, &claim("case-2"), LONG).await);
}

#[tokio::test]
async fn a_snapshot_under_a_running_program_is_refused_until_somebody_accepts_it() {
    let Some(server) = Postgres::start_durable("snapshot") else {
        return;
    };
    let (running, _) = orders(&server).await;
    let trusting = options().trust_failover(true);
    let trusting = trusting.connect(&server.configuration()).await.unwrap();
    let snapshot = server.stop_and_copy("snapshot-files");
    server.begin();
    let list = running.list("orders").await.unwrap();
    let (client, transport) = script([ordered("o-1"), ordered("o-2")]);
    let order = |text: &str| client.call(Order("tea")).once(&list, key(text)).send();
    assert!(matches!(order("case-1").await.unwrap(), Once::Done { .. }));
    assert!(begin(&trusting, &claim("case-9"), LONG).await.unwrap());

    server.set_back(&snapshot);
    server.begin();
    let error = order("case-1").await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (OnceErrorKind::Ledger, Delivery::NotSent)
    );
    let kind = error.ledger_error().map(LedgerError::kind);
    assert_eq!(kind, Some(LedgerErrorKind::Restored), "{error}");
    // A server that was set back is not a failover.
    is_restored(begin(&trusting, &claim("case-9"), LONG).await);
    assert_eq!(transport.requests().len(), 1);

    let accepted = options().accept_history(true);
    accepted.connect(&server.configuration()).await.unwrap();
    assert!(begin(&running, &claim("case-2"), LONG).await.unwrap());
    // Restoring the same snapshot again gives a state from before the acceptance.
    server.set_back(&snapshot);
    server.begin();
    is_restored(begin(&running, &claim("case-3"), LONG).await);
}

#[tokio::test]
async fn a_new_process_notices_a_snapshot_by_the_file_of_the_last_one() {
    let Some(server) = Postgres::start_durable("remembered") else {
        return;
    };
    let folder = Folder::new("remembered-file");
    let file = folder.path().join("orders.position");
    let connect = || {
        let options = options().remember_in(&file);
        let configuration = server.configuration();
        async move { options.connect(&configuration).await }
    };
    orders(&server).await;
    let snapshot = server.stop_and_copy("remembered-files");
    server.begin();
    let first = connect().await.unwrap();
    let connected = fs::read_to_string(&file).unwrap();
    assert!(begin(&first, &claim("case-1"), LONG).await.unwrap());
    // The file is soon written without a request, for a process that is killed.
    let written = async {
        while fs::read_to_string(&file).unwrap() == connected {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let written = tokio::time::timeout(Duration::from_secs(20), written);
    written.await.unwrap();
    assert!(begin(&first, &claim("case-2"), LONG).await.unwrap());
    first.flush().await;
    drop(first);
    // A restart of the server and a crash lose nothing.
    for _ in 0..2 {
        server.kill();
        server.begin();
        drop(connect().await.unwrap());
    }

    server.set_back(&snapshot);
    server.begin();
    is_restored(connect().await);
    // Without the file, the change is not detected.
    PostgresLedger::connect(&server.configuration())
        .await
        .unwrap();
    let accepted = options().accept_history(true).remember_in(&file);
    accepted.connect(&server.configuration()).await.unwrap();
    drop(connect().await.unwrap());

    fs::write(&file, "something else").unwrap();
    let error = connect().await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Damaged, "{error}");
    let nowhere = options().remember_in(folder.path().join("no/folder"));
    let error = nowhere.connect(&server.configuration()).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Storage, "{error}");
}

/// The same statements give the same ids of tables. Therefore only the identifier of the server's files differs.
#[tokio::test]
async fn a_dump_on_another_server_is_refused() {
    let (Some(server), Some(other)) = (Postgres::start("from"), Postgres::start("to")) else {
        return;
    };
    orders(&server).await;
    orders(&other).await;
    let number = "SELECT 'customer_api.entry'::regclass::oid";
    assert_eq!(other.ask(number), server.ask(number));
    // Like a dump of the data only.
    let recorded = server.ask("SELECT history FROM customer_api.ledger");
    other.psql(&format!(
        "UPDATE customer_api.ledger SET history = '{recorded}';"
    ));
    for options in [options(), options().trust_failover(true)] {
        is_restored(options.connect(&other.configuration()).await);
    }
    // A full dump, in place of the existing tables.
    other.psql("DROP SCHEMA customer_api CASCADE;");
    other.psql(&server.dump());
    is_restored(PostgresLedger::connect(&other.configuration()).await);
}

#[tokio::test]
async fn a_ledger_that_was_created_anew_under_a_running_program_is_refused() {
    let Some(server) = Postgres::start("anew") else {
        return;
    };
    let (running, _) = orders(&server).await;
    server.psql("DROP SCHEMA customer_api CASCADE;");
    orders(&server).await;
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer-api-postgres';");
    is_restored(begin(&running, &claim("case-1"), LONG).await);
}

#[tokio::test]
async fn a_snapshot_behind_a_pooler_is_noticed_by_the_claim_itself() {
    let Some(server) = Postgres::start_durable("pooled-snapshot") else {
        return;
    };
    let Some(pooler) = Pgbouncer::start(&server, "pooled-snapshot-pooler", 2) else {
        return;
    };
    orders(&server).await;
    let running = PostgresLedger::connect(&pooler.configuration())
        .await
        .unwrap();
    let snapshot = server.stop_and_copy("pooled-files");
    server.begin();
    // A claim advances the position, too. Therefore the program must have seen more than one.
    for number in 0..9 {
        let claim = claim(&format!("seen-{number}"));
        assert!(begin(&running, &claim, LONG).await.unwrap());
    }
    server.set_back(&snapshot);
    server.begin();
    // The program's own connection to the pooler has not changed.
    is_restored(begin(&running, &claim("case-2"), LONG).await);
}

/// The copy's tables have the same ids, and it is on the same server.
#[tokio::test]
async fn a_copy_of_the_database_within_its_server_is_refused() {
    let Some(server) = Postgres::start("template") else {
        return;
    };
    drop(orders(&server).await);
    // A database that is in use can't be copied.
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer-api-postgres';");
    server.wait_for("SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'customer-api-postgres'");
    server.psql("CREATE DATABASE copied TEMPLATE postgres;");
    let copied = server
        .configuration()
        .replace("dbname=postgres", "dbname=copied");
    for options in [options(), options().trust_failover(true)] {
        is_restored(options.connect(&copied).await);
    }
    PostgresLedger::connect(&server.configuration())
        .await
        .unwrap();
    let accepted = options().accept_history(true);
    accepted.connect(&copied).await.unwrap();
    PostgresLedger::connect(&copied).await.unwrap();
}

/// Maintenance by an administrator does not turn a good database into another one.
#[tokio::test]
async fn a_database_that_was_cleaned_up_is_the_same() {
    let Some(server) = Postgres::start("cleaned") else {
        return;
    };
    let (running, _) = orders(&server).await;
    for statement in [
        "VACUUM FULL",
        "CLUSTER customer_api.entry USING entry_pkey",
        "REINDEX DATABASE postgres",
        "ALTER TABLE customer_api.entry ALTER COLUMN text TYPE varchar",
    ] {
        server.psql(statement);
        PostgresLedger::connect(&server.configuration())
            .await
            .unwrap();
        assert!(begin(&running, &claim(statement), LONG).await.unwrap());
    }
}

#[tokio::test]
async fn a_snapshot_from_before_the_ledger_is_noticed_by_the_file() {
    let Some(server) = Postgres::start_durable("before") else {
        return;
    };
    let folder = Folder::new("before-file");
    let file = folder.path().join("position");
    let connect = |accept: bool| {
        let options = options().remember_in(&file).accept_history(accept);
        let configuration = server.configuration();
        async move { options.connect(&configuration).await }
    };
    let snapshot = server.stop_and_copy("before-files");
    server.begin();
    drop(connect(false).await.unwrap());
    server.set_back(&snapshot);
    server.begin();
    // An empty ledger would let every write be made again.
    for _ in 0..2 {
        is_restored(connect(false).await);
    }
    drop(connect(true).await.unwrap());
    drop(connect(false).await.unwrap());
}

#[tokio::test]
async fn what_was_accepted_by_a_clock_that_was_ahead_can_be_accepted_again() {
    let Some(server) = Postgres::start_durable("ahead") else {
        return;
    };
    let folder = Folder::new("ahead-file");
    let file = folder.path().join("position");
    let connect = |accept: bool| {
        let options = options().remember_in(&file).accept_history(accept);
        let configuration = server.configuration();
        async move { options.connect(&configuration).await }
    };
    orders(&server).await;
    let snapshot = server.stop_and_copy("ahead-files");
    server.begin();
    server.psql("UPDATE customer_api.ledger SET accepted = clock_timestamp() + interval '1 day';");
    drop(connect(false).await.unwrap());
    server.set_back(&snapshot);
    server.begin();
    is_restored(connect(false).await);
    drop(connect(true).await.unwrap());
    drop(connect(false).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_that_share_a_file_do_not_get_in_each_others_way() {
    let Some(server) = Postgres::start("shared-file") else {
        return;
    };
    orders(&server).await;
    let folder = Folder::new("shared-file-file");
    let file = folder.path().join("position");
    let mut programs = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let (options, configuration) = (options().remember_in(&file), server.configuration());
        programs.spawn(async move {
            for _ in 0..10 {
                options.clone().connect(&configuration).await.unwrap();
            }
        });
    }
    programs.join_all().await;
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
