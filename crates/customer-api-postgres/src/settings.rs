use std::{path::PathBuf, time::Duration};

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

    /// How long a statement may take, with connecting and with repeating it: 10 s by default. One that takes longer is given up with its
    /// connection.
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

    /// Accepts a database that was restored, set back or promoted, once, and records its history as the right one.
    ///
    /// Writes that were made after the copy may be missing in it, and would be made again. Say it only when you know that none is missing:
    /// after a promotion of a synchronous replica, or after the keys since the copy were settled by hand.
    ///
    /// Say it in one program and once. Every connect with it accepts whatever is there, and makes all other programs, and their files,
    /// forget how far the database was: a deployment that always says it notices no copy.
    pub fn accept_history(mut self, accept: bool) -> Self {
        self.accept_history = accept;
        self
    }

    /// Goes on by itself when a replica has taken over. False by default: [`Restored`](customer_api_ledger::LedgerErrorKind::Restored).
    ///
    /// Right only where every commit waits for the replica (`synchronous_standby_names`): a replica that lags behind has forgotten
    /// writes, and they would be made again. A later timeline of the same files is accepted, for all programs. A database that was restored
    /// from a dump is not, nor is one whose log is shorter than what this program has seen acknowledged.
    pub fn trust_failover(mut self, trust: bool) -> Self {
        self.trust_failover = trust;
        self
    }

    /// Remembers in this file how far the database was, so that the next process notices when it was set back to a snapshot, or has
    /// another ledger, such as an empty one.
    ///
    /// Without a file, only a program that was running at the time notices. The file is on this machine's own disk, and must not be part
    /// of the snapshot. It holds one line of numbers, and is written once a second at most. Programs with the same ledger on
    /// the same machine may share it.
    pub fn remember_in(mut self, path: impl Into<PathBuf>) -> Self {
        self.remember_in = Some(path.into());
        self
    }

    /// Connects. The configuration is a URL such as `postgres://user:password@host/database?sslmode=require`, or `key=value` pairs as
    /// `psql` takes them.
    ///
    /// # Errors
    ///
    /// If the configuration can't be read, the server is not reached, the tables are missing, the database was restored
    /// ([`Restored`](customer_api_ledger::LedgerErrorKind::Restored)), or the file of [`remember_in`](Self::remember_in) can't be written or is
    /// not one ([`Damaged`](customer_api_ledger::LedgerErrorKind::Damaged)).
    pub async fn connect(self, configuration: &str) -> Result<PostgresLedger, LedgerError> {
        ledger::connect(self, configuration).await
    }
}
