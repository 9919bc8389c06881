use std::{path::PathBuf, time::Duration};

use customer_api_ledger::LedgerError;

use crate::{PostgresLedger, ledger, schema};

/// The settings for connecting a ledger.
#[derive(Clone, Debug)]
#[must_use = "nothing is connected before `connect`"]
pub struct PostgresOptions {
    pub(crate) schema: String,
    pub(crate) create_tables: bool,
    pub(crate) statement_timeout: Duration,
    pub(crate) grace: Duration,
    pub(crate) longest: Duration,
    pub(crate) accept_history: bool,
    pub(crate) trust_failover: bool,
    pub(crate) remember_in: Option<PathBuf>,
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
            trust_failover: false,
            remember_in: None,
        }
    }
}

impl PostgresOptions {
    /// Sets the schema of the tables, instead of `customer_api`: lower-case letters, digits and `_`.
    pub fn schema(mut self, name: impl Into<String>) -> Self {
        self.schema = name.into();
        self
    }

    /// Sets whether connecting creates missing tables. True by default. [`schema_sql`](crate::schema_sql) returns the statements for
    /// creating them by hand.
    pub fn create_tables(mut self, create: bool) -> Self {
        self.create_tables = create;
        self
    }

    /// Sets how long a statement may take, including connecting and repeating: 10 s by default. If a statement takes longer, the statement
    /// and its connection are abandoned.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    /// Sets how long a sender may take in addition to its call's timeout: 30 s by default.
    ///
    /// After that time, the sender counts as gone, and a key that is still in [`State::Sending`](customer_api_ledger::State::Sending)
    /// becomes unknown. The grace should cover the error of the sender's clock, and the time that the provider may take for a request that
    /// has arrived.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Sets how long a sender may take if it does not state its timeout, such as a program that uses
    /// [`LedgerList::begin`](customer_api_ledger::LedgerList::begin): one hour by default.
    pub fn longest(mut self, longest: Duration) -> Self {
        self.longest = longest;
        self
    }

    /// Accepts a database that was restored, set back or promoted, and records the database's history as the valid one.
    ///
    /// Writes that were made after the copy may be missing in the database, and would be made again. Use this setting only if you know that
    /// no write is missing: after the promotion of a synchronous replica, or after an operator has settled by hand all keys whose writes
    /// were made after the copy.
    ///
    /// Use this setting in one program, and once. Every `connect` with this setting accepts the database as it is, and makes all other
    /// programs, and their files, forget the last known position. A deployment that always uses this setting detects no copy.
    pub fn accept_history(mut self, accept: bool) -> Self {
        self.accept_history = accept;
        self
    }

    /// Sets whether the ledger continues automatically when a replica has taken over. False by default: connections then fail with
    /// [`Restored`](customer_api_ledger::LedgerErrorKind::Restored).
    ///
    /// Use this setting only if every commit waits for the replica (`synchronous_standby_names`). A replica that lags behind lacks writes,
    /// and these writes would be made again. A later timeline of the same files is accepted, for all programs. A database that was restored
    /// from a dump is not accepted. A database whose log ends before a position that the server has acknowledged to this program is not
    /// accepted either.
    pub fn trust_failover(mut self, trust: bool) -> Self {
        self.trust_failover = trust;
        self
    }

    /// Stores the last known position of the server's log in this file. The next process then detects a database that was set back to a
    /// snapshot, or that has another ledger, such as an empty one.
    ///
    /// Without a file, only a program that was running at the time detects such a database. Keep the file on this machine's own disk. The
    /// file must not be part of the snapshot. It contains one line, and is written at most once per second. Programs with the same ledger
    /// on the same machine may share it.
    pub fn remember_in(mut self, path: impl Into<PathBuf>) -> Self {
        self.remember_in = Some(path.into());
        self
    }

    /// Connects. The configuration is a URL such as `postgres://user:password@host/database?sslmode=require`, or `key=value` pairs as
    /// for `psql`.
    ///
    /// # Errors
    ///
    /// If the configuration can't be read, the server can't be reached, the tables are missing, the database was restored
    /// ([`Restored`](customer_api_ledger::LedgerErrorKind::Restored)), or the file of [`remember_in`](Self::remember_in) can't be
    /// written or does not belong to a ledger ([`Damaged`](customer_api_ledger::LedgerErrorKind::Damaged)).
    pub async fn connect(self, configuration: &str) -> Result<PostgresLedger, LedgerError> {
        ledger::connect(self, configuration).await
    }
}
