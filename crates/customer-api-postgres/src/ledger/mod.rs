//! A ledger that machines share.

mod claims;
mod row;
mod statements;
mod worker;

use std::{fmt, sync::Arc};

use customer_api_core::{async_trait, operation::OperationInfo};
use customer_api_ledger::{
    Claim, DigestKey, Entry, Intent, Key, Ledger, LedgerError, LedgerErrorKind, LedgerList,
    LedgerSummary, ListInfo, Outcome, Resolution, State,
};
use tokio_postgres::types::Type;

use self::{
    row::{cell, damaged},
    statements::Statements,
    worker::Worker,
};
use crate::{
    PostgresOptions,
    connection::{Connection, Value},
    history::{self, History, MemoryError},
    schema::{self, Part},
};

/// A ledger in a PostgreSQL database, for concurrent use by many machines.
///
/// Cheap to clone; clones share one connection. A single statement claims a key. Therefore only one of any number of machines gets the
/// key.
///
/// # Machines that die
///
/// A claim ends after the timeout of its call and the [grace](PostgresOptions::grace), by the clock of the server. A key that is still on
/// its way at that time becomes unknown, and its sender counts as gone. Until then, other programs can't settle the key.
///
/// # Copies
///
/// A database that was restored from a copy lacks the entries that were made after the copy. Without a check, the writes of these entries
/// might be sent a second time. Therefore every new connection compares the database's history with the recorded one, and fails with
/// [`Restored`](LedgerErrorKind::Restored) if they differ.
///
/// A snapshot of the server's disk looks like the original. Two kinds of program detect a restored snapshot: a program that was running at
/// the time, if the server had acknowledged later writes to it; and a program that
/// [remembers the position in a file](PostgresOptions::remember_in). These programs detect it as long as the server's log has not yet
/// reached the remembered position again.
#[derive(Clone)]
pub struct PostgresLedger(Arc<Inner>);

struct Inner {
    connection: Connection,
    history: Arc<History>,
    statements: Statements,
    options: PostgresOptions,
    digest_key: DigestKey,
    worker: Worker,
}

impl PostgresLedger {
    /// Returns the default settings, to change some before connecting.
    pub fn options() -> PostgresOptions {
        PostgresOptions::default()
    }

    /// Connects, and creates missing tables. See [`PostgresOptions::connect`].
    ///
    /// # Errors
    ///
    /// The same errors as [`PostgresOptions::connect`].
    pub async fn connect(configuration: &str) -> Result<Self, LedgerError> {
        Self::options().connect(configuration).await
    }

    /// Creates a list for the writes of one operation. See [`LedgerList::create`].
    ///
    /// # Errors
    ///
    /// The same errors as [`LedgerList::create`].
    pub async fn create_list(
        &self,
        name: &str,
        operation: &OperationInfo,
    ) -> Result<LedgerList, LedgerError> {
        LedgerList::create(self.clone(), name, operation).await
    }

    /// Opens an existing list. See [`LedgerList::open`].
    ///
    /// # Errors
    ///
    /// The same errors as [`LedgerList::open`].
    pub async fn list(&self, name: &str) -> Result<LedgerList, LedgerError> {
        LedgerList::open(self.clone(), name).await
    }

    /// Waits until the outcomes of dropped calls are recorded. Call this before the program ends.
    pub async fn flush(&self) {
        self.0.worker.flush().await;
        // A failure is ignored: a file with an older position is no worse than no file.
        drop(self.0.history.keep().await);
    }
}

pub(crate) async fn connect(
    options: PostgresOptions,
    configuration: &str,
) -> Result<PostgresLedger, LedgerError> {
    let name = schema::check_name(&options.schema)?;
    let connection = Connection::new(configuration, options.statement_timeout)?;
    let history = History::new(&name, options.trust_failover, options.remember_in.clone())?;
    let history = Arc::new(history);
    if options.create_tables {
        let parts = [Part::Table("entry")];
        if schema::missing(&connection, &name, &parts).await?.is_some() {
            let statements = schema::creation(&name, schema::TEMPLATE);
            connection.batch(&statements).await?;
        }
        let (statement, key) = schema::first_sql(&name);
        let key: Value<'_> = (&key.bytes().as_slice(), Type::BYTEA);
        connection.query(&statement, &[key]).await?;
    }
    let digest_key = open(&connection, &history, &name, options.accept_history).await?;
    history.keep().await?;
    history.keep_on();
    Ok(PostgresLedger(Arc::new(Inner {
        statements: Statements::of(&name),
        worker: Worker::start(),
        connection,
        history,
        options,
        digest_key,
    })))
}

/// Returns the secret key with which digests are computed, if the database's history is the recorded one.
async fn open(
    connection: &Connection,
    history: &Arc<History>,
    schema: &str,
    accept_history: bool,
) -> Result<DigestKey, LedgerError> {
    if accept_history {
        let statement = history::accept_sql(schema);
        let accepted = history.accepted();
        let accepted: Value<'_> = (&accepted, Type::TIMESTAMPTZ);
        connection.query(&statement, &[accepted]).await?;
        history.forget();
    }
    let rows = connection.query(history.look(), &[]).await?;
    let [row] = rows.as_slice() else {
        let reason = "the database has no ledger: its tables are empty";
        return Err(LedgerError::new(LedgerErrorKind::NotFound, reason));
    };
    let version: i32 = cell(row, "version")?;
    if version != schema::VERSION {
        let reason = "the ledger's tables have another version";
        return Err(LedgerError::new(LedgerErrorKind::NewerVersion, reason));
    }
    let bytes: Vec<u8> = cell(row, "digest_key")?;
    let bytes = bytes
        .try_into()
        .map_err(|_| damaged("the digest key is not valid"))?;
    connection.expect(Arc::clone(history));
    connection.check().await?;
    Ok(DigestKey::new(bytes))
}

#[async_trait]
impl Ledger for PostgresLedger {
    async fn create_list(&self, list: &Key, operation: &str) -> Result<(), LedgerError> {
        let name = list.as_str();
        let values: [Value<'_>; 2] = [(&name, Type::TEXT), (&operation, Type::TEXT)];
        let inner = &self.0;
        let rows = inner
            .connection
            .query(&inner.statements.create_list, &values)
            .await?;
        if rows.is_empty() {
            let reason = "the ledger already has a list of this name";
            return Err(LedgerError::new(LedgerErrorKind::AlreadyExists, reason));
        }
        Ok(())
    }

    async fn lists(&self) -> Result<Vec<ListInfo>, LedgerError> {
        let rows = self
            .0
            .connection
            .query(&self.0.statements.lists, &[])
            .await?;
        rows.iter()
            .map(|row| {
                let name = Key::new(cell::<String>(row, "name")?);
                let name = name.map_err(|_| damaged("a list's name is not valid"))?;
                Ok(ListInfo::new(name, cell::<String>(row, "operation")?))
            })
            .collect()
    }

    async fn digest_key(&self) -> Result<DigestKey, LedgerError> {
        Ok(self.0.digest_key.clone())
    }

    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        self.0.begin(claim, intent).await
    }

    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        self.0.withdraw(claim).await
    }

    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        self.0.finish(claim, outcome).await
    }

    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>) {
        let (inner, claim) = (Arc::clone(&self.0), claim.clone());
        let outcome = outcome.cloned();
        // If the outcome or the withdrawal can't be recorded, the claim ends after its time, as if the sender had died.
        self.0.worker.post(async move {
            drop(match outcome {
                Some(outcome) => inner.finish(&claim, &outcome).await.map(drop),
                None => inner.withdraw(&claim).await,
            });
        });
    }

    async fn entry(&self, list: &Key, key: &Key) -> Result<Option<Entry>, LedgerError> {
        Ok(self.0.find(list, key).await?.map(|found| found.entry))
    }

    async fn summary(&self, list: &Key) -> Result<LedgerSummary, LedgerError> {
        let name = list.as_str();
        let values: [Value<'_>; 1] = [(&name, Type::TEXT)];
        let rows = self
            .0
            .connection
            .query(&self.0.statements.summary, &values)
            .await?;
        if rows.is_empty() {
            return Err(no_such_list());
        }
        let mut summary = LedgerSummary::default();
        for row in &rows {
            let Some(number) = cell::<Option<i16>>(row, "state")? else {
                continue;
            };
            let count: i64 = cell(row, "count")?;
            *summary.count_mut(&row::state(number, None, None, None)?) = count.unsigned_abs();
        }
        Ok(summary)
    }

    async fn unknown(
        &self,
        list: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, LedgerError> {
        let (name, after) = (list.as_str(), after.map_or("", Key::as_str));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values: [Value<'_>; 3] = [
            (&name, Type::TEXT),
            (&after, Type::TEXT),
            (&limit, Type::INT8),
        ];
        let rows = self
            .0
            .connection
            .query(&self.0.statements.unknown, &values)
            .await?;
        if rows.is_empty() {
            return Err(no_such_list());
        }
        let keys = rows.iter().map(|row| cell::<Option<String>>(row, "key"));
        keys.filter_map(Result::transpose)
            .map(|key| Key::new(key?).map_err(|_| damaged("an entry's key is not valid")))
            .collect()
    }

    async fn resolve(
        &self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), LedgerError> {
        self.0.resolve(list, known, resolution).await
    }
}

impl From<MemoryError> for LedgerError {
    fn from(error: MemoryError) -> Self {
        let kind = match &error {
            MemoryError::Io(_) => LedgerErrorKind::Storage,
            MemoryError::Content => LedgerErrorKind::Damaged,
        };
        let reason = "the file of `remember_in` can't be used";
        Self::with_source(kind, reason, error)
    }
}

fn no_such_list() -> LedgerError {
    LedgerError::new(
        LedgerErrorKind::NoSuchList,
        "the ledger has no list of this name",
    )
}

impl fmt::Debug for PostgresLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresLedger")
            .field("connection", &self.0.connection)
            .field("schema", &self.0.options.schema)
            .finish_non_exhaustive()
    }
}
