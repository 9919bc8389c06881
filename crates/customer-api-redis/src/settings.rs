use std::{fmt, sync::Arc, time::Duration};

use customer_api_core::error::StoreError;

use crate::{
    RedisQuota, RedisTokens, address::Address, connection::Connection, failure::Failure,
    keys::KeyPrefix,
};

/// How a server is used.
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
    /// What the names of all keys begin with: `customer-api:` by default. Machines that share a quota have the same prefix.
    ///
    /// It may not contain a brace: in a cluster, braces decide which node has a key.
    pub fn key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.key_prefix = prefix.into();
        self
    }

    /// How long a script may take, with connecting and with being run again: 2 s by default. Then the call fails that needs it.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    /// Uses the server of this URL: `redis://user:password@host:6379/0`, `rediss://…` for TLS, or `unix:///path`. The schemes
    /// `valkey` and `valkeys` mean the same as `redis` and `rediss`.
    ///
    /// Nothing is connected yet. The connection is made when it is first needed, and made again when it was lost.
    ///
    /// # Errors
    ///
    /// If the URL or the prefix of the keys can't be used.
    pub fn connect(self, url: &str) -> Result<RedisConnection, StoreError> {
        let connection = Connection::new(Address::parse(url)?, self.statement_timeout);
        Ok(RedisConnection {
            connection: Arc::new(connection),
            prefix: KeyPrefix::new(self.key_prefix)?,
        })
    }
}

/// A connection to a server, which quotas and sessions of a program share.
///
/// Cheap to clone. A program needs one: any number of scripts are under way on it at once.
///
/// The runtime in which the connection is made drives it. Where that runtime is kept but stands still, other runtimes wait in vain:
/// a program with several runtimes of one thread gives each a connection of its own. A runtime that ends is no matter.
#[derive(Clone)]
pub struct RedisConnection {
    connection: Arc<Connection>,
    prefix: KeyPrefix,
}

impl RedisConnection {
    /// The slots of quotas, for [`SharedQuota`](customer_api_core::rate_limit::SharedQuota).
    #[must_use]
    pub fn quota(&self) -> RedisQuota {
        RedisQuota::new(self.clone())
    }

    /// The tokens of logins, for [`SharedSession`](customer_api_core::session::SharedSession).
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
