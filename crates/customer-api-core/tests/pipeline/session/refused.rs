//! Logins that fail: who is told, and when the next one is tried.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_refused_login_is_not_hammered() {
    let door = Door::new();
    door.set(Mood::Answers(403, None));
    let shop = door.client();
    let errors = storm(&shop, 1_000).await;
    assert_eq!((errors.len(), door.logins()), (1_000, 1));
    for error in &errors {
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Authentication, Delivery::NotSent, 0)
        );
    }
    // A minute, then two, four, …, and an hour at most.
    for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
        let logins = door.logins();
        tokio::time::advance(MINUTE * minutes - Duration::from_secs(1)).await;
        let error = shop.send(buy()).await.unwrap_err();
        assert_eq!(door.logins(), logins, "{minutes}");
        let wait = error.retry_after().unwrap();
        assert!(wait <= Duration::from_secs(1), "{minutes}: {wait:?}");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(storm(&shop, 100).await.len(), 100);
        assert_eq!(door.logins(), logins + 1, "{minutes}");
    }
    tokio::time::advance(60 * MINUTE).await;
    door.set(Mood::Opens);
    shop.send(buy()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_refusal_is_what_the_error_shows() {
    let door = Door::new();
    door.set(Mood::Answers(403, None));
    let shop = door.client();
    for _ in 0..2 {
        let error = shop.send(buy()).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "shop buy: no credential could be obtained: the login was refused: shop knock: the provider answered with an \
             error, HTTP 403 Forbidden: not you; refused: nothing was done; not sent"
        );
        let auth = std::error::Error::source(&error).unwrap();
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
    let door = Door::new();
    door.set(Mood::Answers(500, None));
    let shop = door.client();
    assert_eq!(storm(&shop, 1_000).await.len(), 1_000);
    assert_eq!(door.logins(), 3, "one login, tried three times");
    door.set(Mood::Opens);
    shop.send(buy()).await.unwrap();
    assert_eq!(door.logins(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_of_the_login_is_respected() {
    let door = Door::new();
    door.set(Mood::Answers(503, Some(120)));
    let shop = door.client();
    let error = shop.send(buy()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(2 * MINUTE));
    tokio::time::advance(2 * MINUTE - Duration::from_secs(1)).await;
    door.set(Mood::Opens);
    let error = shop.send(buy()).await.unwrap_err();
    assert_eq!(
        (error.kind(), door.logins()),
        (ErrorKind::Authentication, 1)
    );
    tokio::time::advance(Duration::from_secs(1)).await;
    shop.send(buy()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn one_callers_impatience_is_not_the_others_failure() {
    let door = Door::new();
    door.state().login_takes = Duration::from_secs(10);
    let shop = door.client();
    let hasty = shop.send(buy()).with_timeout(Duration::from_secs(1));
    let hasty = tokio::spawn(hasty.into_future());
    tokio::task::yield_now().await;
    assert_eq!(storm(&shop, 100).await.len(), 0);
    let error = hasty.await.unwrap().unwrap_err();
    assert_eq!(
        (error.is_timeout(), error.delivery()),
        (true, Delivery::NotSent)
    );
    assert_eq!(door.logins(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_401_that_stays_costs_one_login_a_call() {
    let door = Door::new();
    let shop = door.client();
    shop.send(count()).await.unwrap();
    door.state().is_shut = true;
    let error = shop.send(buy()).await.unwrap_err();
    assert_eq!(
        (
            error.status(),
            error.delivery(),
            error.attempts(),
            door.logins()
        ),
        (Some(401), Delivery::Refused, 2, 2)
    );
}

/// A 401 that a login follows says nothing about the call: what becomes of that login decides.
#[tokio::test(start_paused = true)]
async fn a_call_whose_token_was_revoked_and_not_replaced_is_not_sent() {
    for mood in [
        Mood::Answers(503, None),
        Mood::Answers(403, None),
        Mood::Answers(0, None),
        Mood::Hangs,
    ] {
        let door = Door::new();
        let shop = door.client();
        shop.send(count()).await.unwrap();
        door.forget();
        door.set(mood);
        let error = shop.send(buy()).await.unwrap_err();
        assert_eq!(
            (error.delivery(), error.attempts(), door.state().done),
            (Delivery::NotSent, 1, 1),
            "{mood:?}: {error}"
        );
    }
}
