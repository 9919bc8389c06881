//! Tokens that are obtained by a login.

mod cancelled;
mod refused;
#[cfg(feature = "shared-session")]
mod shared;
#[cfg(feature = "shared-session")]
mod stores;
mod token_server;

use std::time::{Duration, SystemTime};

use customer_api_core::{Client, Delivery, ErrorKind, rate_limit::Quota, time::Deadline};
use token_server::{KnocksWith, LoginResponse, TokenServer};
use tokio::task::JoinSet;

use crate::support::{Shop, buy, count};

const MINUTE: Duration = Duration::from_secs(60);

/// Makes this many calls at the same time. Returns their errors.
async fn storm(shop: &Client<Shop>, calls: usize) -> Vec<customer_api_core::Error> {
    let mut tasks = JoinSet::new();
    for _ in 0..calls {
        tasks.spawn(shop.send(buy()));
    }
    let outcomes = tasks.join_all().await;
    outcomes.into_iter().filter_map(Result::err).collect()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_tasks_log_in_once_and_once_more_when_the_token_has_expired() {
    let server = TokenServer::new();
    let shop = server.client();
    assert_eq!(server.logins(), 0, "nothing is sent before it is needed");
    assert_eq!(storm(&shop, 1_000).await.len(), 0);
    assert_eq!(server.logins(), 1);
    tokio::time::advance(Duration::from_secs(3600)).await;
    server.forget();
    assert_eq!(storm(&shop, 1_000).await.len(), 0);
    assert_eq!((server.logins(), server.state().done), (2, 2_000));
    assert_eq!(server.state().at_login, 0, "a login carries no credential");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_tasks_whose_token_was_revoked_log_in_once() {
    let server = TokenServer::new();
    let shop = server.client();
    shop.send(count()).await.unwrap();
    server.forget();
    assert_eq!(storm(&shop, 1_000).await.len(), 0);
    assert_eq!((server.logins(), server.state().done), (2, 1_001));
}

#[tokio::test(start_paused = true)]
async fn a_late_401_for_an_old_token_leaves_the_new_one_alone() {
    let server = TokenServer::new();
    let shop = server.client();
    shop.send(count()).await.unwrap();
    server.forget();
    server.state().call_takes = Duration::from_secs(5);
    let slow = tokio::spawn(shop.send(buy()));
    tokio::task::yield_now().await;
    server.state().call_takes = Duration::from_millis(10);
    shop.send(buy()).await.unwrap();
    assert_eq!(server.logins(), 2);
    slow.await.unwrap().unwrap();
    shop.send(count()).await.unwrap();
    assert_eq!(server.logins(), 2);
    let seen = server.state().seen.clone();
    assert_eq!(
        seen,
        [
            "planted-1",
            "planted-1",
            "planted-1",
            "planted-2",
            "planted-2",
            "planted-2"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_is_renewed_before_it_expires_by_one_call_while_the_others_go_on() {
    let server = TokenServer::new();
    let shop = server.client();
    shop.send(count()).await.unwrap();
    tokio::time::advance(54 * MINUTE).await;
    shop.send(count()).await.unwrap();
    assert_eq!(server.logins(), 1);
    tokio::time::advance(2 * MINUTE).await;
    // A call that waited for this login would wait for 20 s.
    server.state().login_takes = Duration::from_secs(20);
    let renewing = tokio::spawn(shop.send(count()));
    tokio::task::yield_now().await;
    let clock = Deadline::after(MINUTE);
    assert_eq!(storm(&shop, 100).await.len(), 0);
    assert_eq!(clock.elapsed(), Duration::from_millis(10));
    renewing.await.unwrap().unwrap();
    assert_eq!(server.logins(), 2);
    shop.send(count()).await.unwrap();
    assert_eq!(server.state().seen.last().unwrap(), "planted-2");
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_goes_unnoticed_while_the_token_lives() {
    for mood in [
        LoginResponse::Answers(503, None),
        LoginResponse::Answers(400, None),
        LoginResponse::Answers(429, Some(7)),
        LoginResponse::Answers(0, None),
        LoginResponse::Hangs,
    ] {
        let server = TokenServer::new();
        let shop = server.client();
        shop.send(count()).await.unwrap();
        tokio::time::advance(56 * MINUTE).await;
        server.set(mood);
        for _ in 0..50 {
            shop.send(buy()).await.unwrap();
        }
        let tries = server.logins();
        assert!((2..=4).contains(&tries), "{mood:?}: {tries} logins");
        tokio::time::advance(MINUTE).await;
        server.set(LoginResponse::Opens);
        tokio::time::advance(MINUTE).await;
        shop.send(buy()).await.unwrap();
        assert_eq!(
            server.state().seen.last().unwrap(),
            &format!("planted-{}", tries + 1)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_renewal_leaves_the_call_half_its_time() {
    let server = TokenServer::new();
    let shop = server.client();
    shop.send(count()).await.unwrap();
    tokio::time::advance(56 * MINUTE).await;
    server.set(LoginResponse::Hangs);
    let response = shop
        .call(buy())
        .timeout(Duration::from_secs(8))
        .response()
        .await;
    let response = response.unwrap();
    assert_eq!(response.elapsed().as_secs(), 4);
    assert_eq!(response.attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_earlier_end_counts_and_one_that_is_past_is_a_wrong_clock() {
    #[expect(clippy::disallowed_methods, reason = "the provider's calendar")]
    let now = SystemTime::now();
    let hour = Some(60 * MINUTE);
    for (life, expires_at, lives) in [
        (hour, Some(now + 10 * MINUTE), 10),
        (hour, Some(now + 600 * MINUTE), 60),
        (hour, Some(now - MINUTE), 60),
        (None, Some(now + 10 * MINUTE), 10),
        (hour, None, 60),
    ] {
        let server = TokenServer::new();
        let shop = server
            .builder(KnocksWith { life, expires_at })
            .build()
            .unwrap();
        shop.send(count()).await.unwrap();
        // The last tenth is for renewing.
        tokio::time::advance(MINUTE * lives * 9 / 10 - MINUTE / 10).await;
        shop.send(count()).await.unwrap();
        assert_eq!(server.logins(), 1, "{life:?} {expires_at:?}");
        tokio::time::advance(MINUTE * lives / 10).await;
        shop.send(count()).await.unwrap();
        assert_eq!(server.logins(), 2, "{life:?} {expires_at:?}");
    }
    let server = TokenServer::new();
    let shop = server.builder(KnocksWith::default()).build().unwrap();
    shop.send(count()).await.unwrap();
    tokio::time::advance(1_000_000 * MINUTE).await;
    shop.send(count()).await.unwrap();
    assert_eq!(server.logins(), 1, "no end is known");
}

/// The result does not depend on this machine's clock.
#[tokio::test(start_paused = true)]
async fn the_providers_clock_tells_how_long_a_token_lives() {
    for (date, seconds) in [
        ("Thu, 23 Jan 2020 16:33:02 GMT", 1_579_797_182),
        ("Mon, 31 Dec 2096 00:00:00 GMT", 4_007_750_400),
    ] {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        for (left, lives) in [(20 * MINUTE, 20), (600 * MINUTE, 60), (Duration::ZERO, 60)] {
            let server = TokenServer::new();
            server.state().date = Some(date);
            let login = KnocksWith {
                life: Some(60 * MINUTE),
                expires_at: Some(now + left),
            };
            let shop = server.builder(login).build().unwrap();
            shop.send(count()).await.unwrap();
            tokio::time::advance(MINUTE * lives * 9 / 10 - MINUTE / 10).await;
            shop.send(count()).await.unwrap();
            assert_eq!(server.logins(), 1, "{date}: {left:?}");
            tokio::time::advance(MINUTE * lives / 10).await;
            shop.send(count()).await.unwrap();
            assert_eq!(server.logins(), 2, "{date}: {left:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_takes_its_turn_in_the_rate_limit() {
    let server = TokenServer::new();
    let limited = server.builder(KnocksWith::life(60 * MINUTE));
    let shop = limited.rate_limiter(Quota::in_flight(1)).build().unwrap();
    assert_eq!(storm(&shop, 20).await.len(), 0);
    server.forget();
    assert_eq!(storm(&shop, 20).await.len(), 0);
    assert_eq!((server.logins(), server.state().done), (2, 40));
}

#[tokio::test(start_paused = true)]
async fn a_login_that_can_not_connect_is_tried_again_and_says_that_nothing_was_sent() {
    let server = TokenServer::new();
    server.set(LoginResponse::Answers(0, None));
    let error = server.client().send(buy()).await.unwrap_err();
    assert_eq!(
        (
            error.kind(),
            error.delivery(),
            error.attempts(),
            server.logins()
        ),
        (ErrorKind::Authentication, Delivery::NotSent, 0, 3)
    );
    assert!(error.is_unauthorized() && server.state().seen.is_empty());
    assert_eq!(
        error.to_string().split(". Not sent").next().unwrap(),
        "shop buy: no credential could be obtained: the login failed: shop knock: no connection to shop.example:443"
    );
}

#[tokio::test]
async fn a_session_is_printed_without_its_token() {
    let server = TokenServer::new();
    let shop = server.client();
    shop.send(count()).await.unwrap();
    let printed = format!("{shop:?}");
    assert!(printed.contains("has_token: true"), "{printed}");
    assert!(!printed.contains("planted"), "{printed}");
}

#[tokio::test(start_paused = true)]
async fn those_who_waited_share_a_token_that_lives_no_longer_than_its_login_takes() {
    // The last token is due for renewal when it arrives.
    for life in [0, 50, 105].map(Duration::from_millis) {
        let server = TokenServer::new();
        let shop = server.builder(KnocksWith::life(life)).build().unwrap();
        assert_eq!(storm(&shop, 1_000).await.len(), 0);
        assert_eq!(
            (server.logins(), server.state().done),
            (1, 1_000),
            "{life:?}"
        );
        // The token is not kept longer than that.
        shop.send(buy()).await.unwrap();
        assert_eq!(server.logins(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_by_the_providers_clock_is_told_when_the_login_is_over() {
    let server = TokenServer::new();
    server.state().login_takes = MINUTE;
    // The calendar clock stands still meanwhile: ten minutes are left when the token arrives.
    #[expect(clippy::disallowed_methods, reason = "the provider's calendar")]
    let ends = SystemTime::now() + 10 * MINUTE;
    let login = KnocksWith {
        life: None,
        expires_at: Some(ends),
    };
    let patient = server.builder(login).attempt_timeout(2 * MINUTE);
    let shop = patient.timeout(3 * MINUTE).build().unwrap();
    shop.send(count()).await.unwrap();
    tokio::time::advance(MINUTE * 17 / 2).await;
    shop.send(count()).await.unwrap();
    assert_eq!(server.logins(), 1);
    tokio::time::advance(MINUTE).await;
    shop.send(count()).await.unwrap();
    assert_eq!(server.logins(), 2);
}
