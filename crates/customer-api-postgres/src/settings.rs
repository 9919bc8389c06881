use std::time::Duration;

use customer_api_ledger::LedgerError;

use crate::{PostgresLedger, ledger, schema};

/// How a ledger is connected.
#[derive(Clone, Debug)]
#[must_use = "nothing is connected before `connect`"]
pub struct PostgresOptions {
    pub(crate) schema: String,
    pub(crate) create_tables: bool,
    pub(crate) statement_timeout: Duration,
    pub(crate) grace: Duration,
    pub(crate) longest: Duration,
    pub(crate) accept_history: bool,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            schema: schema::DEFAULT.to_owned(),
            create_tables: true,
            statement_timeout: Duration::from_secs(10),
            grace: Duration::from_secs(30),
            longest: Duration::from_secs(3600),
            accept_history: false,
        }
    }
}

impl PostgresOptions {
    /// Puts the tables into this schema instead of `customer_api`: lower-case letters, digits and `_`.
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.schema = name.into();
        self
    }

    /// Whether connecting creates the tables that are missing. True by default; see [`schema_sql`](crate::schema_sql) for
    /// creating them by hand.
    pub fn create_tables(mut self, create: bool) -> Self {
        self.create_tables = create;
        self
    }

    /// How long a statement may take, with connecting: 10 s by default. One that takes longer is given up with its connection.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    /// How much longer than its call's timeout a sender may take until it counts as gone: 30 s by default.
    ///
    /// A key that is on its way longer than that becomes unknown. The time should cover how far the sender's clock may go wrong, and
    /// how long the provider may take with a request that has arrived.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How long a sender may take that does not say it, such as a program that uses
    /// [`LedgerList::begin`](customer_api_ledger::LedgerList::begin): an hour by default.
    pub fn longest(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// Accepts a database that was restored or promoted, once, and records its history as the right one.
    ///
    /// Writes that were made after the copy may be missing in it, and would be made again. Say it only when you know that none is missing:
    /// after a promotion of a synchronous replica, or after the keys since the copy were settled by hand.
    pub fn accept_history(mut self, accept: bool) -> Self {
        self.accept_history = accept;
        self
    }

    /// Connects. The configuration is a URL such as `postgres://user:password@host/database?sslmode=require`, or `key=value` pairs as
    /// `psql` takes them.
    ///
    /// # Errors
    ///
    /// If the configuration can't be read, the server is not reached, the tables are missing, or the database was restored
    /// ([`Restored`](customer_api_ledger::LedgerErrorKind::Restored)).
    pub async fn connect(self, configuration: &str) -> Result<PostgresLedger, LedgerError> {
        ledger::connect(self, configuration).await
    }
}
