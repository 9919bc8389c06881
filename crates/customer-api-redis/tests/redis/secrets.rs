//! Passwords are not shown.

use std::error::Error as StdError;

use customer_api_core::{error::StoreError, rate_limit::SlotStore as _};
use customer_api_redis::{RedisOptions, RedisQuota, RedisTokens};
use testkit::Redis;

use crate::{HOUR, claim, is_granted};

/// Returns all texts of an error and its causes.
fn shown(error: &StoreError) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(" {error} {error:?}"));
        cause = error.source();
    }
    text
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    let Some(server) = Redis::start_with("password", &["--requirepass sesame"]) else {
        return;
    };
    let cases = [
        (
            "?pass=hunter2",
            "does not accept the user name or the password",
        ),
        (
            "?user=ana&pass=hunter2",
            "does not accept the user name or the password",
        ),
        ("", "it requires a password (NOAUTH)"),
    ];
    for (query, expected) in cases {
        let store = RedisQuota::connect(&format!("{}{query}", server.url())).unwrap();
        let error = store.take(&claim(1, HOUR)).await.unwrap_err();
        let shown = format!("{} {store:?}", shown(&error));
        assert!(shown.contains(expected), "{shown}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("ana"),
            "{shown}"
        );
    }
    let store = RedisQuota::connect(&format!("{}?pass=sesame", server.url())).unwrap();
    assert!(is_granted(&store, &claim(1, HOUR)).await);
    assert!(!format!("{store:?}").contains("sesame"));
}

#[tokio::test]
async fn an_address_that_can_not_be_used_is_told_without_its_password() {
    let error = RedisTokens::connect("http://:hunter2@db.example").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the URL of the Redis server can't be read"
    );
    let options = RedisOptions::default().key_prefix("{hunter2}");
    let error = options.connect("redis://:hunter2@db.example").unwrap_err();
    assert!(!shown(&error).contains("hunter2"), "{}", shown(&error));
    // Nothing listens on this port.
    let store = RedisQuota::connect("redis://ana:hunter2@127.0.0.1:1").unwrap();
    let error = store.take(&claim(1, HOUR)).await.unwrap_err();
    let shown = format!("{} {store:?}", shown(&error));
    assert!(shown.contains("can't be reached"), "{shown}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("ana"),
        "{shown}"
    );
}

#[tokio::test]
async fn what_a_user_may_not_do_is_told_without_the_names_of_keys() {
    let rights = "--user worker on nopass ~customer-api:* +@connection +eval +evalsha +time \
                  +zadd +zrem +zremrangebyscore +zcard +zrange +zscore +get +set +pttl +pexpire \
                  +hget +hset +hdel +pexpireat +persist";
    let Some(server) = Redis::start_with("rights", &[rights]) else {
        return;
    };
    let url = format!("{}?user=worker&pass=any", server.url());
    // The permissions in the README are sufficient.
    let connection = RedisOptions::default().connect(&url).unwrap();
    let quota = connection.quota();
    let first = claim(1, HOUR);
    assert!(is_granted(&quota, &first).await);
    assert!(!is_granted(&quota, &claim(1, HOUR)).await);
    quota.complete(&first, Some(HOUR)).await.unwrap();
    quota.release(&first).await.unwrap();
    let tokens = connection.tokens();
    customer_api_core::session::conformance::check(&tokens, &tokens)
        .await
        .unwrap();

    let other = RedisOptions::default()
        .key_prefix("hunter2:")
        .connect(&url)
        .unwrap();
    let error = other.quota().take(&claim(1, HOUR)).await.unwrap_err();
    assert!(error.to_string().contains("NOPERM"), "{error}");
    assert!(!shown(&error).contains("hunter2"), "{}", shown(&error));
}
