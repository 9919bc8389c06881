//! The effects of the session's scripts on the key of an account.

use std::time::Duration;

use customer_api_core::session::{
    FailedLogin, LoginFailures, LoginTurn, Offer, StoredToken, TokenStore as _, Wanted, conformance,
};
use testkit::Redis;

use crate::{HOUR, connect};

const ACCOUNT: &str = "customer-api:session:1:{a1}";

fn turn() -> LoginTurn {
    LoginTurn::new("a1", HOUR)
}

fn token(expires_in: Option<Duration>) -> StoredToken {
    StoredToken {
        generation: u64::MAX,
        sealed: (0..=255).collect(),
        expires_in,
        renew_in: None,
    }
}

fn failed(pause: Duration) -> FailedLogin {
    FailedLogin {
        failures: LoginFailures {
            failed: u32::MAX,
            in_vain: 3,
        },
        pause,
        is_refused: true,
    }
}

fn life(server: &Redis) -> i64 {
    let reply = server.command(&["PTTL", ACCOUNT]);
    reply.trim_start_matches(':').trim().parse().unwrap()
}

#[tokio::test]
async fn tokens_in_redis_keep_to_the_rules() {
    let Some(server) = Redis::start("token-rules") else {
        return;
    };
    let (one, other) = (connect(&server).tokens(), connect(&server).tokens());
    conformance::check(&one, &other).await.unwrap();
}

#[tokio::test]
async fn a_script_that_is_run_twice_changes_nothing_the_second_time() {
    let Some(server) = Redis::start("tokens-twice") else {
        return;
    };
    let store = connect(&server).tokens();
    let kept = || server.command(&["HGETALL", ACCOUNT]);
    let first = turn();
    store.ask(&first, Wanted::Any).await.unwrap();
    store.keep(&first, &token(Some(HOUR))).await.unwrap();
    let once = kept();
    store.keep(&first, &token(Some(HOUR))).await.unwrap();
    assert_eq!(kept(), once);

    store.refuse("a1", u64::MAX, &failed(HOUR)).await.unwrap();
    let once = kept();
    store.refuse("a1", u64::MAX, &failed(HOUR)).await.unwrap();
    store.fail(&first, &failed(HOUR)).await.unwrap();
    assert_eq!(kept(), once);
}

#[tokio::test]
async fn failures_count_until_an_hour_after_their_pause() {
    let Some(server) = Redis::start("failures") else {
        return;
    };
    let store = connect(&server).tokens();
    let failing = turn();
    store.ask(&failing, Wanted::Any).await.unwrap();
    store.fail(&failing, &failed(HOUR)).await.unwrap();
    // Moves the end of the pause back, as if time had passed.
    let age = |seconds: u32| {
        let script = "local time = redis.call('TIME') \
             redis.call('HSET', KEYS[1], 'pause_ends', string.format('%.0f', (time[1] - ARGV[1]) * 1000000))";
        let _ = server.command(&["EVAL", script, "1", ACCOUNT, &seconds.to_string()]);
    };
    age(3590);
    let offer = store.ask(&failing, Wanted::Any).await.unwrap();
    assert!(
        matches!(offer, Offer::Turn(told) if told == failed(HOUR).failures),
        "{offer:?}"
    );
    age(3601);
    let offer = store.ask(&failing, Wanted::Any).await.unwrap();
    assert!(
        matches!(offer, Offer::Turn(told) if told == LoginFailures::default()),
        "{offer:?}"
    );
}

#[tokio::test]
async fn the_key_of_an_account_goes_by_itself() {
    let Some(server) = Redis::start("token-expires") else {
        return;
    };
    let store = connect(&server).tokens();
    let first = turn();
    store.ask(&first, Wanted::Any).await.unwrap();
    assert!((1..=3_602_000).contains(&life(&server)));
    store.fail(&first, &failed(HOUR)).await.unwrap();
    // Until one hour after the pause.
    assert!((3_602_001..=7_202_000).contains(&life(&server)));
    let offer = store.ask(&turn(), Wanted::Any).await.unwrap();
    assert!(matches!(offer, Offer::Paused { .. }), "{offer:?}");

    let _ = server.command(&["DEL", ACCOUNT]);
    let endless = turn();
    store.ask(&endless, Wanted::Any).await.unwrap();
    store.keep(&endless, &token(None)).await.unwrap();
    assert_eq!(life(&server), -1);
    let offer = store.ask(&turn(), Wanted::Any).await.unwrap();
    assert!(matches!(offer, Offer::Token(kept, _) if kept == token(None)));
    store.ask(&turn(), Wanted::Instead(u64::MAX)).await.unwrap();
    assert!((1..=3_602_000).contains(&life(&server)));
}
