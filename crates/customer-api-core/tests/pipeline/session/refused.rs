//! Logins that fail: which calls get the error, and when the next login is tried.

use customer_api_core::retry::{Backoff, FailedAttempt, NeverRetry, RetryDecision, RetryPolicy};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_refused_login_is_not_hammered() {
    let server = TokenServer::new();
    server.set(LoginResponse::Answers(403, None));
    let shop = server.client();
    let errors = storm(&shop, 1_000).await;
    assert_eq!((errors.len(), server.logins()), (1_000, 1));
    for error in &errors {
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Authentication, Delivery::NotSent, 0)
        );
    }
    // One minute, then two, four, …, and at most an hour.
    for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
        let logins = server.logins();
        tokio::time::advance(MINUTE * minutes - Duration::from_secs(1)).await;
        let error = shop.send(buy()).await.unwrap_err();
        assert_eq!(server.logins(), logins, "{minutes}");
        let wait = error.retry_after().unwrap();
        assert!(wait <= Duration::from_secs(1), "{minutes}: {wait:?}");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(storm(&shop, 100).await.len(), 100);
        assert_eq!(server.logins(), logins + 1, "{minutes}");
    }
    tokio::time::advance(60 * MINUTE).await;
    server.set(LoginResponse::Opens);
    shop.send(buy()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_refusal_is_what_the_error_shows() {
    let server = TokenServer::new();
    server.set(LoginResponse::Answers(403, None));
    let shop = server.client();
    let told = "shop knock: 403 Forbidden (\"not you\"). Not sent";
    for (reason, wait) in [
        ("the login was refused", ""),
        (
            "an earlier login was refused, and the next one has to wait",
            ". Wait 60 s before the next call",
        ),
    ] {
        let error = shop.send(buy()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("shop buy: no credential could be obtained: {reason}: {told}{wait}")
        );
        let auth = error.cause().unwrap();
        let login = auth.source().unwrap();
        let login = login.downcast_ref::<customer_api_core::Error>().unwrap();
        assert_eq!(
            (login.status(), login.message()),
            (Some(403), Some("not you"))
        );
    }
}

#[tokio::test(start_paused = true)]
async fn those_who_waited_share_the_failure_and_the_next_one_tries_again() {
    let server = TokenServer::new();
    server.set(LoginResponse::Answers(500, None));
    let shop = server.client();
    assert_eq!(storm(&shop, 1_000).await.len(), 1_000);
    assert_eq!(server.logins(), 3, "one login, tried three times");
    server.set(LoginResponse::Opens);
    shop.send(buy()).await.unwrap();
    assert_eq!(server.logins(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_the_login_is_respected() {
    let server = TokenServer::new();
    server.set(LoginResponse::Answers(503, Some(120)));
    let shop = server.client();
    let error = shop.send(buy()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(2 * MINUTE));
    tokio::time::advance(2 * MINUTE - Duration::from_secs(1)).await;
    server.set(LoginResponse::Opens);
    let error = shop.send(buy()).await.unwrap_err();
    assert_eq!(
        (error.kind(), server.logins()),
        (ErrorKind::Authentication, 1)
    );
    tokio::time::advance(Duration::from_secs(1)).await;
    shop.send(buy()).await.unwrap();
}

/// A call whose last login got a `Retry-After` of zero still waits for the back-off.
#[tokio::test(start_paused = true)]
async fn a_login_that_is_asked_to_wait_for_no_time_is_backed_off() {
    for status in [429, 503] {
        let server = TokenServer::new();
        server.state().login_takes = Duration::ZERO;
        server.set(LoginResponse::Answers(status, Some(0)));
        let hasty = server.builder(KnocksWith::life(60 * MINUTE));
        let shop = hasty.retry(NeverRetry).build().unwrap();
        for _ in 0..1_000 {
            shop.send(buy()).await.unwrap_err();
            tokio::time::advance(Duration::from_millis(20)).await;
        }
        // 20 s are a back-off of 0.5, 1, 2, 4, 8 and 16 s: half of each on average.
        assert!(
            (2..40).contains(&server.logins()),
            "{status}: {}",
            server.logins()
        );
        server.set(LoginResponse::Opens);
        tokio::time::advance(Duration::from_secs(20)).await;
        shop.send(buy()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn one_callers_impatience_is_not_the_others_failure() {
    let server = TokenServer::new();
    server.state().login_takes = Duration::from_secs(10);
    let shop = server.client();
    let hasty = shop.call(buy()).timeout(Duration::from_secs(1)).send();
    let hasty = tokio::spawn(hasty);
    tokio::task::yield_now().await;
    assert_eq!(storm(&shop, 100).await.len(), 0);
    let error = hasty.await.unwrap().unwrap_err();
    assert_eq!(
        (error.is_timeout(), error.delivery()),
        (true, Delivery::NotSent)
    );
    assert_eq!(server.logins(), 2);
}

/// A provider that accepts every login and then rejects every token. An account may be locked for that, too.
#[tokio::test(start_paused = true)]
async fn a_401_that_a_fresh_login_does_not_heal_counts_as_a_refusal() {
    let server = TokenServer::new();
    let shop = server.client();
    shop.send(count()).await.unwrap();
    server.state().is_shut = true;
    let error = shop.send(buy()).await.unwrap_err();
    assert_eq!(
        (
            error.status(),
            error.delivery(),
            error.attempts(),
            server.logins()
        ),
        (Some(401), Delivery::Refused, 2, 2)
    );
    // Every further one doubles the pause, though each login itself succeeds.
    for minutes in [1, 2, 4] {
        let (logins, requests) = (server.logins(), server.state().seen.len());
        assert_eq!(storm(&shop, 50).await.len(), 50);
        tokio::time::advance(MINUTE * minutes - Duration::from_secs(1)).await;
        let error = shop.send(buy()).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Authentication, Delivery::NotSent)
        );
        assert_eq!(
            (server.logins(), server.state().seen.len()),
            (logins, requests)
        );
        tokio::time::advance(Duration::from_secs(1)).await;
        let error = shop.send(buy()).await.unwrap_err();
        assert_eq!((error.status(), server.logins()), (Some(401), logins + 2));
    }
    // Once the provider accepts tokens again, calls succeed.
    server.state().is_shut = false;
    tokio::time::advance(8 * MINUTE).await;
    assert_eq!(storm(&shop, 50).await.len(), 0);
}

/// From the first call on.
#[tokio::test(start_paused = true)]
async fn fifty_calls_with_tokens_that_nobody_takes_make_two_logins() {
    let server = TokenServer::new();
    server.state().is_shut = true;
    let shop = server.client();
    assert_eq!(storm(&shop, 50).await.len(), 50);
    for _ in 0..50 {
        shop.send(buy()).await.unwrap_err();
    }
    assert_eq!(server.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_login_that_is_answered_without_a_token_is_not_hammered() {
    for mood in [
        LoginResponse::Says("<html>wrong password</html>"),
        LoginResponse::Says(""),
        LoginResponse::Says("{}"),
        LoginResponse::Rambles,
        // Tokens with characters that are not allowed in a header.
        LoginResponse::Says(r#""planted\r\nx: y""#),
        LoginResponse::Says("\"planted\u{e9}\""),
        // A redirect to the page where people log in.
        LoginResponse::Answers(302, None),
    ] {
        let server = TokenServer::new();
        server.set(mood);
        let shop = server.client();
        assert_eq!(storm(&shop, 100).await.len(), 100);
        for minutes in [1, 2, 4] {
            let logins = server.logins();
            tokio::time::advance(MINUTE * minutes - Duration::from_secs(1)).await;
            let error = shop.send(buy()).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery(), server.logins()),
                (ErrorKind::Authentication, Delivery::NotSent, logins),
                "{mood:?}"
            );
            assert!(!format!("{error} {error:?}").contains("planted"));
            tokio::time::advance(Duration::from_secs(1)).await;
            assert_eq!(storm(&shop, 100).await.len(), 100);
            assert_eq!(server.logins(), logins + 1, "{mood:?}");
        }
        server.set(LoginResponse::Opens);
        tokio::time::advance(10 * MINUTE).await;
        shop.send(buy()).await.unwrap();
    }
}

/// This provider's 429 states that nothing was done, but not that the password is wrong.
#[tokio::test(start_paused = true)]
async fn a_login_that_is_throttled_is_not_a_refused_one() {
    let server = TokenServer::new();
    server.set(LoginResponse::Answers(429, Some(5)));
    let patient = server.builder(KnocksWith::life(60 * MINUTE));
    let shop = patient.retry(NeverRetry).build().unwrap();
    let error = shop.send(buy()).await.unwrap_err();
    assert!(error.to_string().contains("the login failed"), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
    server.set(LoginResponse::Opens);
    tokio::time::advance(Duration::from_secs(5)).await;
    shop.send(buy()).await.unwrap();
    assert_eq!(server.logins(), 2);
}

/// If the client's own quota has no permit for one call, it may have one for another.
#[tokio::test(start_paused = true)]
async fn a_caller_who_can_not_wait_for_a_turn_does_not_keep_others_from_waiting() {
    let server = TokenServer::new();
    let limited = server.builder(KnocksWith::life(60 * MINUTE));
    let window = Quota::per_window(1, Duration::from_secs(20));
    let shop = limited.rate_limiter(window).build().unwrap();
    shop.send(count()).await.unwrap();
    server.forget();
    // Its 401 takes the slot, and there is no time to wait for the next one.
    let hasty = shop.call(buy()).timeout(Duration::from_secs(25)).send();
    let error = hasty.await.unwrap_err();
    assert_eq!(
        (error.kind(), server.logins()),
        (ErrorKind::Authentication, 1),
        "{error}"
    );
    shop.send(buy()).await.unwrap();
    assert_eq!(server.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn those_who_have_less_time_than_a_login_that_ran_out_of_it_do_not_try_again() {
    let server = TokenServer::new();
    server.state().login_takes = Duration::from_millis(1);
    for seconds in [1, 2, 3, 5] {
        server.set(LoginResponse::Answers(503, None));
        // Whatever the jitter, some of these give up for lack of time.
        let shop = server.client();
        let before = server.logins();
        let mut tasks = JoinSet::new();
        for _ in 0..200 {
            let call = shop.call(buy()).timeout(seconds * MINUTE / 60 / 4).send();
            tasks.spawn(call);
        }
        assert!(tasks.join_all().await.iter().all(Result::is_err));
        assert!(
            server.logins() - before <= 3,
            "{}",
            server.logins() - before
        );
    }
}

/// A 401 that is followed by a login does not decide the outcome of the call. The outcome of that login does.
#[tokio::test(start_paused = true)]
async fn a_call_whose_token_was_revoked_and_not_replaced_is_not_sent() {
    for mood in [
        LoginResponse::Answers(503, None),
        LoginResponse::Answers(403, None),
        LoginResponse::Answers(0, None),
        LoginResponse::Hangs,
    ] {
        let server = TokenServer::new();
        let shop = server.client();
        shop.send(count()).await.unwrap();
        server.forget();
        server.set(mood);
        let error = shop.send(buy()).await.unwrap_err();
        assert_eq!(
            (error.delivery(), error.attempts(), server.state().done),
            (Delivery::NotSent, 1, 1),
            "{mood:?}: {error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_renewal_is_not_hammered() {
    let server = TokenServer::new();
    let shop = server.client();
    shop.send(count()).await.unwrap();
    tokio::time::advance(55 * MINUTE).await;
    server.set(LoginResponse::Answers(403, None));
    for _ in 0..290 {
        shop.send(count()).await.unwrap();
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    // The first after half the time that is left, the next after two minutes: the pause is longer than a half.
    assert_eq!(server.logins(), 1 + 3);
    // The pause outlasts the token.
    tokio::time::advance(MINUTE).await;
    assert_eq!(storm(&shop, 10).await.len(), 10);
    assert_eq!(server.logins(), 1 + 3);
}

#[tokio::test(start_paused = true)]
async fn a_login_that_succeeds_makes_earlier_failures_forgotten() {
    let server = TokenServer::new();
    let shop = server.client();
    for _ in 0..2 {
        // A login that starts with an earlier failure on record, and a pause of one minute each time.
        server.set(LoginResponse::Answers(403, None));
        assert_eq!(storm(&shop, 10).await.len(), 10);
        let logins = server.logins();
        tokio::time::advance(MINUTE).await;
        server.set(LoginResponse::Opens);
        assert_eq!(storm(&shop, 10).await.len(), 0);
        assert_eq!(server.logins(), logins + 1);
        tokio::time::advance(60 * MINUTE).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_asks_for_a_longer_wait_gets_it() {
    for (asked, minutes) in [(1, 1), (300, 5), (100_000, 60)] {
        let server = TokenServer::new();
        server.set(LoginResponse::Answers(403, Some(asked)));
        let shop = server.client();
        shop.send(buy()).await.unwrap_err();
        server.set(LoginResponse::Opens);
        tokio::time::advance(MINUTE * minutes - Duration::from_secs(1)).await;
        shop.send(buy()).await.unwrap_err();
        tokio::time::advance(Duration::from_secs(1)).await;
        shop.send(buy()).await.unwrap();
        assert_eq!(server.logins(), 2, "{asked}");
    }
}

/// The provider's wait applies to all calls, although the call that received it could not wait.
#[tokio::test(start_paused = true)]
async fn a_wait_that_the_provider_asks_for_concerns_those_who_have_more_time() {
    let server = TokenServer::new();
    server.set(LoginResponse::Answers(503, Some(20)));
    let shop = server.client();
    let hasty = shop.call(buy()).timeout(Duration::from_secs(10)).send();
    let hasty = tokio::spawn(hasty);
    tokio::task::yield_now().await;
    let errors = storm(&shop, 100).await;
    assert_eq!((errors.len(), server.logins()), (100, 1));
    for error in &errors {
        let wait = error.retry_after().unwrap();
        assert!(wait <= Duration::from_secs(20), "{wait:?}");
    }
    hasty.await.unwrap().unwrap_err();
    server.set(LoginResponse::Opens);
    tokio::time::advance(Duration::from_secs(20)).await;
    assert_eq!(storm(&shop, 100).await.len(), 0);
    assert_eq!(server.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_fails_near_the_end_is_not_tried_again_within_a_second() {
    let server = TokenServer::new();
    server.state().login_takes = Duration::ZERO;
    server.state().call_takes = Duration::ZERO;
    let brief = server.builder(KnocksWith::life(Duration::from_secs(20)));
    let shop = brief.retry(NeverRetry).build().unwrap();
    shop.send(count()).await.unwrap();
    server.set(LoginResponse::Answers(503, None));
    tokio::time::advance(Duration::from_secs(18)).await;
    for _ in 0..190 {
        shop.send(count()).await.unwrap();
        tokio::time::advance(Duration::from_millis(10)).await;
    }
    assert_eq!(server.logins(), 1 + 2);
}

#[derive(Debug)]
struct Sluggish;

impl RetryPolicy for Sluggish {
    fn decide(&self, _: &FailedAttempt) -> RetryDecision {
        RetryDecision::Retry
    }
}

impl Backoff for Sluggish {
    fn wait(&self, _: &FailedAttempt) -> Duration {
        Duration::from_secs(5)
    }
}

#[tokio::test(start_paused = true)]
async fn one_who_has_no_time_to_try_a_login_again_leaves_that_to_others() {
    let server = TokenServer::new();
    server.set(LoginResponse::Answers(0, None));
    let sluggish = server
        .builder(KnocksWith::life(60 * MINUTE))
        .retry(Sluggish)
        .backoff(Sluggish);
    let shop = sluggish.build().unwrap();
    let hasty = shop.call(buy()).timeout(Duration::from_secs(2)).send();
    let hasty = tokio::spawn(hasty);
    tokio::task::yield_now().await;
    server.set(LoginResponse::Opens);
    assert_eq!(storm(&shop, 100).await.len(), 0);
    assert_eq!(server.logins(), 2);
    let error = hasty.await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Authentication, Delivery::NotSent)
    );
}
