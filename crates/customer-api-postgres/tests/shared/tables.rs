//! Tables that are created by hand, by many programs at the same time, or not at all.

use std::time::Duration;

use customer_api_core::{
    rate_limit::{SlotClaim, SlotStore as _, Taken},
    session::{LoginTurn, Offer, TokenStore as _, Wanted, conformance},
};
use customer_api_postgres::{
    PostgresLedger, PostgresQuota, PostgresStoreOptions, PostgresTokens, schema_sql,
};
use testkit::Postgres;
use tokio::task::JoinSet;

#[tokio::test]
async fn tables_are_created_by_hand_or_missed() {
    let Some(server) = Postgres::start("store-tables") else {
        return;
    };
    let configuration = server.configuration();
    let options = PostgresStoreOptions::new()
        .schema("fleet_2")
        .create_tables(false);
    let error = PostgresQuota::connect_with(&configuration, &options).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "there is no table fleet_2.slot"
    );
    let error = PostgresTokens::connect_with(&configuration, &options).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "there is no table fleet_2.login"
    );

    server.psql(&schema_sql("fleet_2").unwrap());
    let quota = PostgresQuota::connect_with(&configuration, &options);
    let claim = SlotClaim::new(
        "account",
        "default",
        1,
        Default::default(),
        Default::default(),
    );
    let taken = quota.await.unwrap().take(&claim).await.unwrap();
    assert_eq!(taken, Taken::Granted);
    let tokens = PostgresTokens::connect_with(&configuration, &options);
    let tokens = tokens.await.unwrap();
    conformance::check(&tokens, &tokens.clone()).await.unwrap();
}

#[tokio::test]
async fn many_programs_create_the_tables_at_once() {
    let Some(server) = Postgres::start("at-once") else {
        return;
    };
    let mut programs = JoinSet::new();
    for _ in 0..8 {
        let configuration = server.configuration();
        programs.spawn(async move {
            PostgresQuota::connect(&configuration).await.unwrap();
            PostgresTokens::connect(&configuration).await.unwrap();
        });
    }
    programs.join_all().await;
}

#[tokio::test]
async fn a_configuration_that_can_not_be_used_does_not_show_its_password() {
    for wrong in [
        "postgres://ana:s3cret@host:port/",
        "password=s3cret sslmode=maybe",
    ] {
        let error = PostgresQuota::connect(wrong).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
    }
}

#[tokio::test]
async fn a_program_needs_no_right_but_on_the_tables() {
    let Some(server) = Postgres::start("rights") else {
        return;
    };
    server.psql(&schema_sql("customer_api").unwrap());
    server.psql(
        "CREATE ROLE worker LOGIN; GRANT USAGE ON SCHEMA customer_api TO worker; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA customer_api TO worker; \
         REVOKE CREATE ON DATABASE postgres FROM PUBLIC;",
    );
    let configuration = server
        .configuration()
        .replace("user=postgres", "user=worker");
    let ledger = PostgresLedger::connect(&configuration).await.unwrap();
    customer_api_ledger::conformance::check(&ledger)
        .await
        .unwrap();
    let quota = PostgresQuota::connect(&configuration).await.unwrap();
    let second = Duration::from_secs(1);
    let claim = SlotClaim::new("account", "default", 1, second, second);
    assert_eq!(quota.take(&claim).await.unwrap(), Taken::Granted);
    quota.complete(&claim, Some(second)).await.unwrap();
    quota.release(&claim).await.unwrap();
    let tokens = PostgresTokens::connect(&configuration).await.unwrap();
    conformance::check(&tokens, &tokens.clone()).await.unwrap();
}

#[tokio::test]
async fn functions_that_are_missing_are_created_or_missed() {
    let Some(server) = Postgres::start("functions") else {
        return;
    };
    let configuration = server.configuration();
    PostgresQuota::connect(&configuration).await.unwrap();
    PostgresTokens::connect(&configuration).await.unwrap();
    // Like a dump of the tables only.
    server.psql(
        "DROP FUNCTION customer_api.take_slot; DROP FUNCTION customer_api.complete_slot; \
         DROP FUNCTION customer_api.ask_login;",
    );
    let by_hand = PostgresStoreOptions::new().create_tables(false);
    let error = PostgresQuota::connect_with(&configuration, &by_hand).await;
    let text = "there is no function customer_api.take_slot";
    assert_eq!(error.unwrap_err().to_string(), text);
    let quota = PostgresQuota::connect(&configuration).await.unwrap();
    let second = Duration::from_secs(1);
    let claim = SlotClaim::new("account", "default", 1, second, second);
    assert_eq!(quota.take(&claim).await.unwrap(), Taken::Granted);
    quota.complete(&claim, None).await.unwrap();
    let tokens = PostgresTokens::connect(&configuration).await.unwrap();
    conformance::check(&tokens, &tokens.clone()).await.unwrap();
}

/// By hand, like an administrator in a hurry.
#[tokio::test]
async fn what_is_stopped_for_good_is_stopped() {
    let Some(server) = Postgres::start("for-good") else {
        return;
    };
    let configuration = server.configuration();
    let quota = PostgresQuota::connect(&configuration).await.unwrap();
    let second = Duration::from_secs(1);
    let claim = || SlotClaim::new("account", "default", 1, second, second * 60);
    quota.take(&claim()).await.unwrap();
    server.psql("UPDATE customer_api.quota SET stopped_until = 'infinity';");
    for slots in ["DELETE FROM customer_api.slot", "SELECT true"] {
        let taken = quota.take(&claim()).await.unwrap();
        let year = Duration::from_secs(365 * 24 * 60 * 60);
        assert!(matches!(taken, Taken::Full(waits) if waits[0] > year));
        server.psql(slots);
    }
    let tokens = PostgresTokens::connect(&configuration).await.unwrap();
    let turn = LoginTurn::new("account", second);
    tokens.ask(&turn, Wanted::Any).await.unwrap();
    server.psql("UPDATE customer_api.login SET paused_until = 'infinity', turn = NULL;");
    let offer = tokens.ask(&turn, Wanted::Any).await.unwrap();
    assert!(matches!(offer, Offer::Paused { .. }), "{offer:?}");
    server.psql("UPDATE customer_api.login SET generation = 7, sealed = '', expires_at = 'infinity', renew_at = 'infinity';");
    let offer = tokens.ask(&turn, Wanted::Any).await.unwrap();
    assert!(matches!(offer, Offer::Token(..)), "{offer:?}");
}
