//! Quotas and tokens in Redis, against servers that the tests start. Without an installed server the tests are skipped, unless `CI` is
//! set.
#![cfg(test)]
#![cfg(unix)]

mod connections;
mod fleet;
mod machines;
mod secrets;
mod slots;
mod tls;
mod tokens;

use std::time::Duration;

use customer_api_core::rate_limit::{SharedQuota, SlotClaim, SlotStore as _, Taken};
use customer_api_redis::{RedisConnection, RedisOptions, RedisQuota};
use testkit::Redis;

const HOUR: Duration = Duration::from_secs(3600);

/// A connection of one machine. Its scripts may take long, because the test controls the waits.
fn connect(server: &Redis) -> RedisConnection {
    let options = RedisOptions::default().statement_timeout(Duration::from_secs(30));
    options.connect(&server.url()).unwrap()
}

/// A connection with a short timeout.
fn connect_hasty(server: &Redis) -> RedisConnection {
    let options = RedisOptions::default().statement_timeout(Duration::from_millis(300));
    options.connect(&server.url()).unwrap()
}

/// One machine's handle of the quota that all machines of a test share.
fn quota(server: &Redis, attempts: usize, window: Duration) -> SharedQuota {
    SharedQuota::per_window(connect(server).quota(), "account", attempts, window)
}

/// A claim on one of `slots` slots, for at most an hour.
fn claim(slots: usize, window: Duration) -> SlotClaim {
    SlotClaim::new("account", "reads", slots, window, HOUR)
}

async fn is_granted(store: &RedisQuota, claim: &SlotClaim) -> bool {
    store.take(claim).await.unwrap() == Taken::Granted
}
