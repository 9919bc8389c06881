//! The stores that hold a quota and a login for all processes.

use std::time::Duration;

use customer_api_core::{
    rate_limit::SharedQuota,
    session::{SharedSession, TokenKey},
};
use customer_api_postgres::{PostgresQuota, PostgresTokens};
use customer_api_redis::{RedisQuota, RedisTokens};
use proof::processes::variable;
use testkit::{Postgres, Redis};

/// A server for one proof.
pub(crate) enum Store {
    Postgres(Postgres),
    Redis(Redis),
}

/// Starts a server; returns `None` if it is not installed.
pub(crate) fn postgres(name: &str) -> Option<Store> {
    Postgres::start(name).map(Store::Postgres)
}

/// Starts a server; returns `None` if it is not installed.
pub(crate) fn redis(name: &str) -> Option<Store> {
    Redis::start(name).map(Store::Redis)
}

impl Store {
    /// Returns the variables for a child that uses the store.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let (kind, server) = match self {
            Self::Postgres(server) => ("postgres", server.configuration()),
            Self::Redis(server) => ("redis", server.url()),
        };
        vec![
            ("PROOF_CHILD_STORE", kind.to_owned()),
            ("PROOF_CHILD_SERVER", server),
        ]
    }

    /// Returns the whole content of the store, as text.
    pub(crate) fn dump(&self) -> String {
        match self {
            Self::Postgres(server) => server.dump(),
            Self::Redis(server) => String::from_utf8_lossy(&server.dump()).into_owned(),
        }
    }
}

/// Returns the quota of all processes, in a child.
pub(crate) async fn quota(attempts: usize, window: Duration) -> SharedQuota {
    let server = variable("PROOF_CHILD_SERVER");
    match variable("PROOF_CHILD_STORE").as_str() {
        "postgres" => {
            let store = PostgresQuota::connect(&server).await.unwrap();
            SharedQuota::per_window(store, "account", attempts, window)
        }
        "redis" => {
            let store = RedisQuota::connect(&server).unwrap();
            SharedQuota::per_window(store, "account", attempts, window)
        }
        kind => panic!("{kind}"),
    }
}

/// Returns the login of all processes, in a child.
pub(crate) async fn session() -> SharedSession {
    let server = variable("PROOF_CHILD_SERVER");
    let key = TokenKey::new("2026-11", [11; 32]);
    match variable("PROOF_CHILD_STORE").as_str() {
        "postgres" => SharedSession::new(PostgresTokens::connect(&server).await.unwrap(), key),
        "redis" => SharedSession::new(RedisTokens::connect(&server).unwrap(), key),
        kind => panic!("{kind}"),
    }
}

/// Makes a test for each kind of store.
macro_rules! for_every_store {
    ($($test:ident: $proof:path;)*) => {
        mod postgres {
            $(
                #[test]
                fn $test() {
                    $proof(crate::store::postgres);
                }
            )*
        }
        mod redis {
            $(
                #[test]
                fn $test() {
                    $proof(crate::store::redis);
                }
            )*
        }
    };
}
pub(crate) use for_every_store;
