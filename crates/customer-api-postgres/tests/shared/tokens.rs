//! Tokens of several machines: each has a connection of its own.

use customer_api_core::session::conformance;
use customer_api_postgres::PostgresTokens;
use testkit::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_keeps_to_the_rules_of_a_token_store() {
    let Some(server) = Postgres::start("tokens") else {
        return;
    };
    let store = async || {
        PostgresTokens::connect(&server.configuration())
            .await
            .unwrap()
    };
    let (one, other) = (store().await, store().await);
    conformance::check(&one, &other).await.unwrap();
    // A connection that was lost is made again.
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer-api-postgres';");
    conformance::check(&one, &other).await.unwrap();
}
