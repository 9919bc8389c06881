//! Calls that are dropped while they log in.

use super::*;
use crate::support::dropped_after;

#[tokio::test(start_paused = true)]
async fn whenever_a_call_is_dropped_the_next_one_finds_all_in_order() {
    for is_revoked in [false, true] {
        let mut polls = 0;
        loop {
            let server = TokenServer::new();
            let limited = server.builder(KnocksWith::life(60 * MINUTE));
            let shop = limited.rate_limiter(Quota::in_flight(1)).build().unwrap();
            if is_revoked {
                shop.send(count()).await.unwrap();
                server.forget();
            }
            // A second call waits for the login of the call that is dropped.
            let dropped = shop.send(buy());
            let ended = tokio::spawn(dropped_after(polls, dropped));
            tokio::task::yield_now().await;
            let waiting = tokio::spawn(shop.send(buy()));
            let ended = ended.await.unwrap();
            waiting.await.unwrap().unwrap();
            shop.send(buy()).await.unwrap();
            let expected = 2 + u32::from(is_revoked);
            assert!(
                server.logins() <= expected + 1,
                "{polls}: {}",
                server.logins()
            );
            if ended {
                break;
            }
            polls += 1;
        }
        assert!(polls >= 3, "there were only {polls} points to drop it at");
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_is_dropped_is_left_to_a_later_call() {
    let server = TokenServer::new();
    let shop = server.client();
    shop.send(count()).await.unwrap();
    tokio::time::advance(56 * MINUTE).await;
    server.set(LoginResponse::Hangs);
    let renewing = tokio::spawn(shop.send(count()));
    tokio::task::yield_now().await;
    assert_eq!(server.logins(), 2);
    renewing.abort();
    assert!(renewing.await.unwrap_err().is_cancelled());
    server.set(LoginResponse::Opens);
    shop.send(count()).await.unwrap();
    assert_eq!(server.logins(), 2, "the token lives for minutes: no hurry");
    tokio::time::advance(2 * MINUTE).await;
    shop.send(count()).await.unwrap();
    assert_eq!(
        (
            server.logins(),
            server.state().seen.last().unwrap().as_str()
        ),
        (3, "planted-3")
    );
}
