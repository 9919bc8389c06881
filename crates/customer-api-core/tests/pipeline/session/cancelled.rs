//! Calls that are dropped while they log in.

use super::*;
use crate::support::dropped_after;

#[tokio::test(start_paused = true)]
async fn whenever_a_call_is_dropped_the_next_one_finds_all_in_order() {
    for is_revoked in [false, true] {
        let mut polls = 0;
        loop {
            let door = Door::new();
            let limited = door.builder(KnocksWith::life(60 * MINUTE));
            let shop = limited.rate_limiter(Window::in_flight(1)).build().unwrap();
            if is_revoked {
                shop.send(count()).await.unwrap();
                door.forget();
            }
            // One that waits for the login of the one that is dropped.
            let dropped = shop.send(buy());
            let ended = tokio::spawn(dropped_after(polls, dropped));
            tokio::task::yield_now().await;
            let waiting = tokio::spawn(shop.send(buy()));
            let ended = ended.await.unwrap();
            waiting.await.unwrap().unwrap();
            shop.send(buy()).await.unwrap();
            let expected = 2 + u32::from(is_revoked);
            assert!(door.logins() <= expected + 1, "{polls}: {}", door.logins());
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
    let door = Door::new();
    let shop = door.client();
    shop.send(count()).await.unwrap();
    tokio::time::advance(56 * MINUTE).await;
    door.set(Mood::Hangs);
    let renewing = tokio::spawn(shop.send(count()));
    tokio::task::yield_now().await;
    assert_eq!(door.logins(), 2);
    renewing.abort();
    assert!(renewing.await.unwrap_err().is_cancelled());
    door.set(Mood::Opens);
    shop.send(count()).await.unwrap();
    assert_eq!(door.logins(), 2, "the token lives for minutes: no hurry");
    tokio::time::advance(2 * MINUTE).await;
    shop.send(count()).await.unwrap();
    assert_eq!(
        (door.logins(), door.state().seen.last().unwrap().as_str()),
        (3, "planted-3")
    );
}
