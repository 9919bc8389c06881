//! A transaction pooler in between: each statement may run on another session.

use std::time::Duration;

use customer_api_core::Operation as _;
use customer_api_ledger::{ClientExt as _, conformance, send_all};
use customer_api_postgres::PostgresLedger;
use testkit::{Pgbouncer, Postgres};

use crate::{
    proxy::{Cut, Proxy},
    shop::{Order, begin, claim, key, ordered, orders, script},
};

const KEYS: u64 = 100;

fn start(name: &str) -> Option<(Postgres, Pgbouncer)> {
    let server = Postgres::start(name)?;
    let pooler = Pgbouncer::start(&server, &format!("{name}-pooler"), 3)?;
    Some((server, pooler))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_works_behind_a_transaction_pooler() {
    let Some((server, pooler)) = start("pooler") else {
        return;
    };
    let ledger = PostgresLedger::connect(&pooler.configuration())
        .await
        .unwrap();
    conformance::check(&ledger).await.unwrap();
    let list = ledger.create_list("orders", Order::INFO).await.unwrap();
    let (client, transport) = script((0..KEYS).map(|number| ordered(&format!("o-{number}"))));
    let mut runs = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (client, configuration) = (client.clone(), pooler.configuration());
        runs.spawn(async move {
            let ledger = PostgresLedger::connect(&configuration).await.unwrap();
            let list = ledger.list("orders").await.unwrap();
            let writes = (0..KEYS).map(|number| (key(&format!("case-{number}")), Order("tea")));
            let run = client.send_all(&list, send_all::iter(writes));
            let mut run = run.concurrency(8).start();
            while run.next().await.is_some() {}
        });
    }
    runs.join_all().await;
    assert_eq!(list.summary().await.unwrap().accepted, KEYS);
    assert_eq!(transport.requests().len() as u64, KEYS);
    // The pooler loses its server connections and makes new ones. The program does not notice.
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer-api-postgres' AND pid <> pg_backend_pid();");
    assert!(
        begin(&ledger, &claim("case-a"), Duration::from_secs(60))
            .await
            .unwrap()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_waits_behind_a_pooler_is_given_up_and_not_made_later() {
    let Some((server, pooler)) = start("pooler-waits") else {
        return;
    };
    let (_, list) = orders(&server).await;
    let options = PostgresLedger::options().statement_timeout(Duration::from_millis(500));
    let hasty = options.connect(&pooler.configuration()).await.unwrap();
    let lock = server.hold("LOCK TABLE customer_api.entry IN ACCESS EXCLUSIVE MODE");
    begin(&hasty, &claim("case-1"), Duration::from_secs(60))
        .await
        .unwrap_err();
    server.wait_for("SELECT NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted)");
    drop(lock);
    assert_eq!(list.entry(&key("case-1")).await.unwrap(), None);
}

/// The pooler's own error text for a lost server connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_that_is_lost_behind_a_pooler_is_made_again() {
    let Some(server) = Postgres::start("pooler-loses") else {
        return;
    };
    let (_, list) = orders(&server).await;
    let proxy = Proxy::start(&server);
    let Some(pooler) = Pgbouncer::start_before(proxy.folder(), "pooler-of-loss", 3) else {
        return;
    };
    let ledger = PostgresLedger::connect(&pooler.configuration())
        .await
        .unwrap();
    for (cut, name) in [(Cut::Before, "case-1"), (Cut::After, "case-2")] {
        proxy.cut("INSERT INTO customer_api.entry", cut, 1).await;
        let minute = Duration::from_secs(60);
        assert!(begin(&ledger, &claim(name), minute).await.unwrap());
        assert_eq!(proxy.left().await, 0);
    }
    assert_eq!(list.summary().await.unwrap().sending, 2);
}
