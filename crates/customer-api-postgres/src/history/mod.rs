//! Checks whether a database is the known one: not restored from a copy, not another server, and not set back.

mod file;
mod mark;

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use tokio::sync::Notify;
use tokio_postgres::{Client, Row, types::Type};

use self::{
    file::Memory,
    mark::{Known, Now, Verdict},
};
use crate::connection::Failure;

pub(crate) use self::{file::MemoryError, mark::Mark};

/// The minimum time between two writes of the file.
const PAUSE: Duration = Duration::from_secs(1);

/// The columns with which each write returns its place: see [`Mark`].
///
/// `e.tableoid` is the object id of the table, from the row that the statement writes. The position is that of the log before the commit of
/// this statement. Therefore the position is durable once the commit is acknowledged.
pub(crate) const MARK: &str = "(pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint AS position, \
     left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) || '-' || \
     (SELECT oid::text FROM pg_database WHERE datname = current_database()) || '.' || e.tableoid::text AS line";

/// Makes the commit of a statement durable, whatever the settings of the session or the server. This text is part of the statement itself,
/// because a pooler may run each statement on another session.
pub(crate) const DURABLE: &str =
    "durable AS MATERIALIZED (SELECT set_config('synchronous_commit', 'on', true))";

/// Returns the query for the values that change with a restore or a promotion: the timeline, the object ids of the database and of
/// a table, and the identifier of the server's files.
///
/// `pg_walfile_name` shows a new timeline immediately after a promotion. The table's id changes when a dump is restored within the
/// same server. The database's id changes when the database is a copy by `CREATE DATABASE … TEMPLATE`. The identifier of the files
/// changes when the database is restored on another server.
pub(crate) fn history_sql(schema: &str) -> String {
    format!(
        "SELECT left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) || '-' || d.oid::text || '.' || \
         '{schema}.entry'::regclass::oid::text || '-' || system_identifier::text \
         FROM pg_control_system(), pg_database d WHERE d.datname = current_database()"
    )
}

/// Returns the statement that records the current history, with a time of acceptance that is later than every earlier one, even if an
/// earlier time came from a clock that was ahead. Therefore the new acceptance takes precedence. `$1` is the time of the known acceptance.
pub(crate) fn accept_sql(schema: &str) -> String {
    let now = history_sql(schema);
    format!(
        "UPDATE {schema}.ledger SET history = ({now}), accepted = \
         greatest(clock_timestamp(), accepted + interval '1 microsecond', $1 + interval '1 microsecond')"
    )
}

/// The known state of a program's database. Every connection and every write is compared with the known state.
pub(crate) struct History {
    look: String,
    follow: String,
    trusts_failover: bool,
    known: Mutex<Option<Known>>,
    memory: Option<Memory>,
    changed: Arc<Notify>,
}

impl History {
    /// Creates a history whose known state is the content of the file. Without a file, no state is known.
    pub(crate) fn new(
        schema: &str,
        trusts_failover: bool,
        file: Option<PathBuf>,
    ) -> Result<Self, MemoryError> {
        let memory = file.map(Memory::new);
        let known = memory.as_ref().map(Memory::read).transpose()?.flatten();
        let now = history_sql(schema);
        Ok(Self {
            look: format!(
                "SELECT l.version, l.digest_key, encode(sha256(l.digest_key), 'hex') AS ledger, l.history, l.accepted, ({now}) AS now, \
                 (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint AS flushed, \
                 (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint AS position FROM {schema}.ledger l"
            ),
            follow: format!(
                "WITH {DURABLE} UPDATE {schema}.ledger SET history = ({now}) FROM durable WHERE history = $1 AND ({now}) = $2"
            ),
            trusts_failover,
            known: Mutex::new(known),
            memory,
            changed: Arc::default(),
        })
    }

    /// Returns the acceptance time of the known history.
    pub(crate) fn accepted(&self) -> Option<SystemTime> {
        self.known().as_ref().map(|known| known.accepted)
    }

    /// Forgets the known state, because an operator has accepted the database as it is.
    pub(crate) fn forget(&self) {
        *self.known() = None;
    }

    /// Returns the statement that selects the ledger's own row and the current state of the database.
    pub(crate) fn look(&self) -> &str {
        &self.look
    }

    /// Compares the database of a new connection with the history that its ledger recorded, and with the known state. Fails if the database
    /// is not the recorded and known one, or has no ledger.
    pub(crate) async fn check(&self, client: &Client) -> Result<(), Failure> {
        let rows = client.query_typed(&self.look, &[]).await;
        let rows = rows.map_err(Failure::Statement)?;
        let now = rows.first().and_then(Now::read).ok_or(Failure::Restored)?;
        let verdict = mark::judge(self.known().as_ref(), &now, self.trusts_failover);
        match verdict {
            Verdict::Same => {}
            Verdict::Failover => {
                let values = [
                    (
                        &now.recorded as &(dyn tokio_postgres::types::ToSql + Sync),
                        Type::TEXT,
                    ),
                    (&now.actual, Type::TEXT),
                ];
                let followed = client.query_typed(&self.follow, &values).await;
                followed.map_err(Failure::Statement)?;
            }
            Verdict::Restored => return Err(Failure::Restored),
        }
        let mut known = self.known();
        *known = Some(Known::after(known.take(), &now));
        drop(known);
        self.changed.notify_one();
        Ok(())
    }

    /// Returns the mark of the known state, for [`is_continued`](Self::is_continued). Call this before a write begins.
    pub(crate) fn mark(&self) -> Option<Mark> {
        self.known().as_ref().map(Known::mark)
    }

    /// Returns whether a write was made on the known database, and not before the known position. If so, the known position advances.
    ///
    /// This check is needed because a pooler may switch to another server while the connection to the pooler stays open.
    pub(crate) fn is_continued(&self, before: Option<&Mark>, row: &Row) -> bool {
        let Some(now) = Mark::read(row) else {
            return false;
        };
        if before.is_some_and(|before| !before.is_continued_by(&now)) {
            return false;
        }
        if let Some(known) = self.known().as_mut() {
            if known.advance(&now) {
                self.changed.notify_one();
            }
        }
        true
    }

    /// Writes the known state into the file, if there is one.
    pub(crate) async fn keep(self: &Arc<Self>) -> Result<(), MemoryError> {
        if self.memory.is_none() {
            return Ok(());
        }
        let history = Arc::clone(self);
        let kept = tokio::task::spawn_blocking(move || history.write());
        // The task is cancelled only when the runtime ends.
        kept.await.unwrap_or(Ok(()))
    }

    /// From now on, writes every change of the known state into the file, until the last handle is dropped.
    pub(crate) fn keep_on(self: &Arc<Self>) {
        if self.memory.is_none() {
            return;
        }
        let (changed, history) = (Arc::clone(&self.changed), Arc::downgrade(self));
        tokio::spawn(async move {
            loop {
                changed.notified().await;
                let Some(history) = history.upgrade() else {
                    return;
                };
                // A failed write is repeated with the next change.
                drop(history.keep().await);
                drop(history);
                tokio::time::sleep(PAUSE).await;
            }
        });
    }

    fn write(&self) -> Result<(), MemoryError> {
        let known = self.known().clone();
        match (&self.memory, known) {
            (Some(memory), Some(known)) => memory.write(&known),
            _ => Ok(()),
        }
    }

    fn known(&self) -> MutexGuard<'_, Option<Known>> {
        // The data is consistent whenever the lock is released.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for History {
    fn drop(&mut self) {
        // Keep the known state for the next program.
        drop(self.write());
        self.changed.notify_one();
    }
}
