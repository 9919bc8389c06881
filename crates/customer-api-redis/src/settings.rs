use std::{fmt, sync::Arc, time::Duration};

use customer_api_core::error::StoreError;

use crate::{
    RedisQuota, RedisTokens, address::Address, connection::Connection, failure::Failure,
    keys::KeyPrefix,
};

/// The settings of a connection to a server.
#[derive(Clone, Debug)]
#[must_use = "nothing is set up before `connect`"]
pub struct RedisOptions {
    key_prefix: String,
    statement_timeout: Duration,
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self {
            key_prefix: "customer-api:".to_owned(),
            statement_timeout: Duration::from_secs(2),
        }
    }
}

impl RedisOptions {
    /// Sets the beginning of all key names: `customer-api:` by default. Machines that share a quota must use the same prefix.
    ///
    /// The prefix must not contain a brace: in a cluster, braces determine which node stores a key.
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.key_prefix = prefix.into();
        self
    }

    /// Sets how long a script may take, including connecting and repetitions: 2 s by default. After that, the call that needs the
    /// script fails.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    /// Uses the server at this URL: `redis://user:password@host:6379/0`, `rediss://…` for TLS, or `unix:///path`. The schemes `valkey`
    /// and `valkeys` mean the same as `redis` and `rediss`.
    ///
    /// Does not connect yet. The connection is made when it is first needed, and made again when it is lost.
    ///
    /// # Errors
    ///
    /// If the URL or the key prefix is not valid.
    pub fn connect(self, url: &str) -> Result<RedisConnection, StoreError> {
        let connection = Connection::new(Address::parse(url)?, self.statement_timeout);
        Ok(RedisConnection {
            connection: Arc::new(connection),
            prefix: KeyPrefix::new(self.key_prefix)?,
        })
    }
}

/// A connection to a server. The quotas and sessions of a program share it.
///
/// Cheap to clone. A program needs only one, because any number of scripts can be under way on it at the same time.
///
/// The runtime in which the connection is made drives the connection. If that runtime exists but makes no progress, scripts from other
/// runtimes time out. Therefore a program with several single-threaded runtimes should give each its own connection. If the runtime of a
/// connection ends, the connection is made again.
#[derive(Clone)]
pub struct RedisConnection {
    connection: Arc<Connection>,
    prefix: KeyPrefix,
}

impl RedisConnection {
    /// Returns the store of quota slots, for [`SharedQuota`](customer_api_core::rate_limit::SharedQuota).
    #[must_use]
    pub fn quota(&self) -> RedisQuota {
        RedisQuota::new(self.clone())
    }

    /// Returns the store of login tokens, for [`SharedSession`](customer_api_core::session::SharedSession).
    #[must_use]
    pub fn tokens(&self) -> RedisTokens {
        RedisTokens::new(self.clone())
    }

    pub(crate) fn prefix(&self) -> &KeyPrefix {
        &self.prefix
    }

    pub(crate) async fn run(
        &self,
        lua: &crate::script::Lua,
        keys: &[String],
        values: &[&[u8]],
    ) -> Result<redis::Value, Failure> {
        self.connection.run(lua, keys, values).await
    }
}

/// Does not show the user name or the password.
impl fmt::Debug for RedisConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.connection.fmt(f)
    }
}
