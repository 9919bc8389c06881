//! Tokens of several machines. Each has its own connection.

use std::time::Duration;

use customer_api_core::session::{
    FailedLogin, LoginFailures, LoginTurn, Offer, StoredToken, TokenStore as _, Wanted, conformance,
};
use customer_api_postgres::PostgresTokens;
use testkit::Postgres;

use crate::proxy::{Cut, Proxy};

const MINUTE: Duration = Duration::from_secs(60);

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
    // A lost connection is replaced.
    server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'customer-api-postgres';");
    conformance::check(&one, &other).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_breaks_changes_nothing_for_a_login() {
    let Some(server) = Postgres::start("login-breaks") else {
        return;
    };
    let proxy = Proxy::start(&server);
    let store = PostgresTokens::connect(&proxy.configuration())
        .await
        .unwrap();
    let failure = FailedLogin {
        failures: LoginFailures {
            failed: 2,
            in_vain: 1,
        },
        pause: MINUTE,
        is_refused: true,
    };
    let token = StoredToken {
        generation: u64::MAX,
        sealed: vec![7],
        expires_in: None,
        renew_in: None,
    };
    for (number, cut) in [Cut::Before, Cut::After].into_iter().enumerate() {
        for times in [1, 3] {
            let account = format!("{number}-{times}");
            let turn = || LoginTurn::new(&*account, MINUTE);
            let first = turn();
            proxy.cut("ask_login", cut, times).await;
            let offer = store.ask(&first, Wanted::Any).await.unwrap();
            assert!(matches!(offer, Offer::Turn(_)), "{offer:?}");
            proxy.cut("sealed = $4", cut, times).await;
            store.keep(&first, &token).await.unwrap();
            let offer = store.ask(&turn(), Wanted::Any).await.unwrap();
            assert!(
                matches!(&offer, Offer::Token(kept, _) if *kept == token),
                "{offer:?}"
            );
            proxy.cut("sealed = NULL", cut, times).await;
            store.refuse(&account, u64::MAX, &failure).await.unwrap();
            let offer = store.ask(&turn(), Wanted::Any).await.unwrap();
            assert!(
                matches!(
                    offer,
                    Offer::Paused {
                        is_refused: true,
                        ..
                    }
                ),
                "{offer:?}"
            );
            let (account, other) = (format!("{account}-other"), failure);
            let turn = || LoginTurn::new(&*account, MINUTE);
            let first = turn();
            store.ask(&first, Wanted::Any).await.unwrap();
            proxy
                .cut("turn = NULL, turn_end = NULL WHERE", cut, times)
                .await;
            store.fail(&first, &other).await.unwrap();
            let offer = store.ask(&turn(), Wanted::Newer(1)).await.unwrap();
            assert!(
                matches!(offer, Offer::Paused { failures, .. } if failures == failure.failures),
                "{offer:?}"
            );
            assert_eq!(proxy.left().await, 0);
        }
    }
}

#[tokio::test]
async fn a_row_that_somebody_has_changed_is_mended() {
    let Some(server) = Postgres::start("changed") else {
        return;
    };
    let store = PostgresTokens::connect(&server.configuration())
        .await
        .unwrap();
    let first = LoginTurn::new("account", MINUTE);
    store.ask(&first, Wanted::Any).await.unwrap();
    server.psql("UPDATE customer_api.login SET generation = -5, failed = -3, turn = NULL;");
    let offer = store.ask(&first, Wanted::Any).await.unwrap();
    let Offer::Token(token, _) = offer else {
        panic!("{offer:?}")
    };
    assert!(token.sealed.is_empty());
    let offer = store.ask(&first, Wanted::Newer(token.generation)).await;
    assert!(matches!(offer.unwrap(), Offer::Turn(_)));
}

#[tokio::test]
async fn failures_count_until_an_hour_after_their_pause() {
    let Some(server) = Postgres::start("failures") else {
        return;
    };
    let store = PostgresTokens::connect(&server.configuration())
        .await
        .unwrap();
    let failures = LoginFailures {
        failed: 2,
        in_vain: 1,
    };
    let failure = FailedLogin {
        failures,
        pause: MINUTE,
        is_refused: true,
    };
    let turn = LoginTurn::new("account", MINUTE);
    store.ask(&turn, Wanted::Any).await.unwrap();
    store.fail(&turn, &failure).await.unwrap();
    for (minutes, counted) in [(59, failures), (61, LoginFailures::default())] {
        // Moves the end of the pause back, as if time had passed.
        server.psql(&format!(
            "UPDATE customer_api.login SET paused_until = clock_timestamp() - interval '{minutes} minutes';"
        ));
        let offer = store.ask(&turn, Wanted::Any).await.unwrap();
        assert!(
            matches!(offer, Offer::Turn(told) if told == counted),
            "{offer:?}"
        );
    }
}
