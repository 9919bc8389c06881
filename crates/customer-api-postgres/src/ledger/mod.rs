//! A ledger that machines share.

mod row;
mod statements;
mod worker;

use std::{fmt, sync::Arc, time::SystemTime};

use customer_api_core::{Timestamp, async_trait, operation::OperationInfo};
use customer_api_ledger::{
    Claim, DigestKey, Entry, Intent, Key, Ledger, LedgerError, LedgerErrorKind, LedgerList,
    LedgerSummary, ListInfo, Outcome, Resolution, State,
};
use tokio_postgres::types::Type;

use self::{
    row::{Found, cell, code, damaged, write_digest},
    statements::Statements,
    worker::Worker,
};
use crate::{
    PostgresOptions,
    connection::{Connection, Value},
    schema,
};

/// A ledger in a PostgreSQL database, for many machines at once.
///
/// Cheap to clone; clones share one connection. A key is claimed by a single statement, so of any number of machines with one key, one
/// gets it.
///
/// # Machines that die
///
/// A claim has an end: the timeout of its call and the [grace](PostgresOptions::grace), by the clock of the server. A key that is still on
/// its way then is unknown, and its sender counts as gone. Until then nobody can settle it.
///
/// # Copies
///
/// A database that was restored from a copy has forgotten writes, and would let them be made again. Connecting compares the database's
/// history with the one that the ledger recorded, and fails with
/// [`Restored`](LedgerErrorKind::Restored) if it is another one. A snapshot of the server's disk can't be told from the original.
#[derive(Clone)]
pub struct PostgresLedger(Arc<Inner>);

struct Inner {
    connection: Arc<Connection>,
    statements: Statements,
    options: PostgresOptions,
    digest_key: DigestKey,
    worker: Worker,
}

impl PostgresLedger {
    /// Connects, with settings of your own.
    pub fn options() -> PostgresOptions {
        PostgresOptions::default()
    }

    /// Connects, and creates the tables that are missing. See [`PostgresOptions::connect`].
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

    /// Opens a list that is there. See [`LedgerList::open`].
    ///
    /// # Errors
    ///
    /// The same errors as [`LedgerList::open`].
    pub async fn list(&self, name: &str) -> Result<LedgerList, LedgerError> {
        LedgerList::open(self.clone(), name).await
    }

    /// Waits until what calls left behind that were dropped is recorded. For programs that end at once.
    pub async fn flush(&self) {
        self.0.worker.flush().await;
    }
}

pub(crate) async fn connect(
    options: PostgresOptions,
    configuration: &str,
) -> Result<PostgresLedger, LedgerError> {
    let name = schema::check_name(&options.schema)?;
    let connection = Connection::new(configuration, options.statement_timeout)?;
    if options.create_tables {
        let statements = schema::creation(&name, schema::TEMPLATE);
        connection.batch(&statements).await?;
        let (statement, key) = schema::first_sql(&name);
        let key: Value<'_> = (&key.bytes().as_slice(), Type::BYTEA);
        connection.query(&statement, &[key]).await?;
    }
    let digest_key = open(&connection, &name, options.accept_history).await?;
    let connection = Arc::new(connection);
    Ok(PostgresLedger(Arc::new(Inner {
        statements: Statements::of(&name),
        worker: Worker::start(),
        connection,
        options,
        digest_key,
    })))
}

/// The key of the digests, if the database is the one that it was.
async fn open(
    connection: &Connection,
    schema: &str,
    accept_history: bool,
) -> Result<DigestKey, LedgerError> {
    let now = schema::history_sql(schema);
    if accept_history {
        let statement = format!("UPDATE {schema}.ledger SET history = ({now})");
        connection.query(&statement, &[]).await?;
    }
    let statement =
        format!("SELECT version, digest_key, history, ({now}) AS now FROM {schema}.ledger");
    let rows = connection.query(&statement, &[]).await?;
    let [row] = rows.as_slice() else {
        let reason = "the database has no ledger: its tables are empty";
        return Err(LedgerError::new(LedgerErrorKind::NotFound, reason));
    };
    let version: i32 = cell(row, "version")?;
    if version != schema::VERSION {
        let reason = "the ledger's tables are of another version";
        return Err(LedgerError::new(LedgerErrorKind::NewerVersion, reason));
    }
    let history: String = cell(row, "history")?;
    if history != cell::<String>(row, "now")? {
        return Err(schema::restored());
    }
    connection.expect(now, history);
    let bytes: Vec<u8> = cell(row, "digest_key")?;
    let bytes = bytes
        .try_into()
        .map_err(|_| damaged("the digest key is none"))?;
    Ok(DigestKey::new(bytes))
}

fn times(time: Option<&Timestamp>) -> Option<SystemTime> {
    time.map(Timestamp::to_system_time)
}

impl Inner {
    async fn find(&self, list: &Key, key: &Key) -> Result<Option<Found>, LedgerError> {
        let values: [Value<'_>; 2] = [(&list.as_str(), Type::TEXT), (&key.as_str(), Type::TEXT)];
        let rows = self
            .connection
            .query(&self.statements.entry, &values)
            .await?;
        let row = rows.first().ok_or_else(no_such_list)?;
        Found::read(row)
    }

    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        let (list, key) = (claim.list().as_str(), claim.key().as_str());
        let token = claim.token().as_slice();
        let digest = intent.digest.as_ref().map(write_digest);
        let began = times(intent.began.as_ref());
        let longest = intent.longest.unwrap_or(self.options.longest);
        let seconds = longest
            .saturating_add(self.options.grace)
            .as_secs_f64()
            .min(1e9);
        let values: [Value<'_>; 6] = [
            (&list, Type::TEXT),
            (&key, Type::TEXT),
            (&token, Type::BYTEA),
            (&digest, Type::BYTEA),
            (&began, Type::TIMESTAMPTZ),
            (&seconds, Type::FLOAT8),
        ];
        loop {
            if !self
                .connection
                .query(&self.statements.insert, &values)
                .await?
                .is_empty()
            {
                return Ok(None);
            }
            let Some(found) = self.find(claim.list(), claim.key()).await? else {
                // It was taken back just now.
                continue;
            };
            // The statement was lost after it had done its work.
            if found.is_held_by(claim.token()) && found.entry.state == State::Sending {
                return Ok(None);
            }
            if !intent.may_begin(&found.entry) {
                return Ok(Some(found.entry));
            }
            let mut again = values.to_vec();
            again.push((&found.revision, Type::INT8));
            let rows = self
                .connection
                .query(&self.statements.begin_again, &again)
                .await?;
            if !rows.is_empty() {
                return Ok(None);
            }
        }
    }

    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        let (list, key) = (claim.list().as_str(), claim.key().as_str());
        let token = claim.token().as_slice();
        let values: [Value<'_>; 3] = [
            (&list, Type::TEXT),
            (&key, Type::TEXT),
            (&token, Type::BYTEA),
        ];
        self.connection
            .query(&self.statements.withdraw, &values)
            .await?;
        Ok(())
    }

    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        let state = outcome.state();
        let (status, words, not_before) = match state {
            State::Accepted { reference } => (None, reference.as_deref(), None),
            State::Refused {
                status,
                code,
                not_before,
            } => (
                status.map(i32::from),
                code.as_deref(),
                times(not_before.as_ref()),
            ),
            State::Sending | State::NotSent | State::Unknown => (None, None, None),
        };
        let number = code(state);
        let (list, key) = (claim.list().as_str(), claim.key().as_str());
        let token = claim.token().as_slice();
        let values: [Value<'_>; 7] = [
            (&list, Type::TEXT),
            (&key, Type::TEXT),
            (&token, Type::BYTEA),
            (&number, Type::INT2),
            (&status, Type::INT4),
            (&words, Type::TEXT),
            (&not_before, Type::TIMESTAMPTZ),
        ];
        let rows = self
            .connection
            .query(&self.statements.finish, &values)
            .await?;
        if let Some(row) = rows.first() {
            return row::read_state(row);
        }
        // The statement may have been lost after it had done its work.
        let found = self.find(claim.list(), claim.key()).await?;
        let found = found.filter(|found| found.is_held_by(claim.token()));
        let is_refusal = matches!(state, State::Refused { .. } | State::NotSent);
        match found.map(|found| found.entry.state) {
            Some(now) if code(&now) == number => return Ok(now),
            Some(State::Unknown) if is_refusal => return Ok(State::Unknown),
            _ => {}
        }
        Err(LedgerError::new(
            LedgerErrorKind::ClaimLost,
            "the claim is not the key's any more: its outcome was recorded, or it was begun anew",
        ))
    }

    async fn resolve(
        &self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), LedgerError> {
        let number = code(&match resolution {
            Resolution::Sent => State::Accepted { reference: None },
            Resolution::NotSent => State::NotSent,
        });
        let found = self.find(list, &known.key).await?;
        let found = found.filter(|found| found.entry == *known && known.state == State::Unknown);
        let not_unknown = |reason| LedgerError::new(LedgerErrorKind::NotUnknown, reason);
        let found = found.ok_or_else(|| {
            not_unknown(
                "there is nothing to resolve: the key is not unknown, or was begun anew since",
            )
        })?;
        let (list, key) = (list.as_str(), known.key.as_str());
        let values: [Value<'_>; 4] = [
            (&list, Type::TEXT),
            (&key, Type::TEXT),
            (&number, Type::INT2),
            (&found.revision, Type::INT8),
        ];
        let rows = self
            .connection
            .query(&self.statements.resolve, &values)
            .await?;
        match rows.as_slice() {
            [] => Err(not_unknown(
                "the key changed while it was resolved: look at it again",
            )),
            _ => Ok(()),
        }
    }
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
            let reason = "the ledger has a list of this name already";
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
                let name = name.map_err(|_| damaged("a list has a name that is none"))?;
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
        // What can't be recorded is as if its sender had died: the claim's time ends by itself.
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
            .map(|key| Key::new(key?).map_err(|_| damaged("an entry has a key that is none")))
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
