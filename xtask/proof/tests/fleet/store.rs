//! The stores that hold a quota and a login for all processes.

use std::time::Duration;

use customer_api_core::{
    rate_limit::SharedQuota,
    session::{SharedSession, TokenKey},
};
use customer_api_postgres::{PostgresQuota, PostgresTokens};
use proof::processes::variable;
use testkit::Postgres;

/// A server of the proof's own.
pub(crate) enum Store {
    Postgres(Postgres),
}

/// Starts each kind of server; none that is not installed.
pub(crate) fn postgres(name: &str) -> Option<Store> {
    Postgres::start(name).map(Store::Postgres)
}

impl Store {
    /// What a child is given that uses the store.
    pub(crate) fn variables(&self) -> Vec<(&'static str, String)> {
        let (kind, server) = match self {
            Self::Postgres(server) => ("postgres", server.configuration()),
        };
        vec![
            ("PROOF_CHILD_STORE", kind.to_owned()),
            ("PROOF_CHILD_SERVER", server),
        ]
    }

    /// All that the store holds, as text.
    pub(crate) fn dump(&self) -> String {
        match self {
            Self::Postgres(server) => server.dump(),
        }
    }
}

/// The quota of all processes, in a child.
pub(crate) async fn quota(attempts: usize, window: Duration) -> SharedQuota {
    let (kind, server) = (
        variable("PROOF_CHILD_STORE"),
        variable("PROOF_CHILD_SERVER"),
    );
    match kind.as_str() {
        "postgres" => {
            let store = PostgresQuota::connect(&server).await.unwrap();
            SharedQuota::per_window(store, "account", attempts, window)
        }
        kind => panic!("{kind}"),
    }
}

/// The login of all processes, in a child.
pub(crate) async fn session() -> SharedSession {
    let (kind, server) = (
        variable("PROOF_CHILD_STORE"),
        variable("PROOF_CHILD_SERVER"),
    );
    let key = TokenKey::new("2026-11", [11; 32]);
    match kind.as_str() {
        "postgres" => SharedSession::new(PostgresTokens::connect(&server).await.unwrap(), key),
        kind => panic!("{kind}"),
    }
}

/// Makes a test of each kind of store.
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
    };
}
pub(crate) use for_every_store;
