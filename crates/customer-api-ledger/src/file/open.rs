//! Opens the ledger's file, and verifies all of its content.

use std::{fs, io, time::Duration};

use rusqlite::{Connection, OpenFlags, limits::Limit};

use super::{
    create::{FORMAT, TABLES},
    fault::{Fault, damaged, no_access},
    guard::Guard,
    header,
    lists::Lists,
    row::{COLUMNS, Row, Totals},
    store::Store,
};
use crate::{Key, LedgerErrorKind};

/// How long the opening of a file waits for the lock of another program or handle. After that, the file counts as in use. Applies only on
/// systems where SQLite itself takes the lock.
const PATIENCE: Duration = Duration::from_millis(250);

/// The size of the longest text and of the longest row that SQLite reads, in bytes. A ledger's rows are several times shorter. SQLite
/// checks the length at the beginning of a row, before it allocates memory for the rest.
const LONGEST: i32 = 4_096;

/// The size of the page cache, in KiB. This limit overrides a larger size that the file asks for.
const CACHE: i32 = 2_000;

/// Opens a guarded file.
pub(super) fn connect(guard: &Guard) -> Result<Connection, Fault> {
    if fs::metadata(guard.path()).map_err(no_access)?.len() == 0 {
        return Err(Fault::new(
            LedgerErrorKind::NotALedger,
            "the file is empty: if it was a ledger, restore it; otherwise delete it",
        ));
    }
    let connection =
        guard.connect(OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST)?;
    Ok(connection)
}

/// Takes exclusive access to the file, reads all of it, and returns a store. With `sync`, every change waits for the disk. The second
/// value reports whether SQLite does wait.
pub(super) fn check<'c>(
    connection: &'c Connection,
    guard: &'c Guard,
    sync: bool,
) -> Result<(Store<'c>, bool), Fault> {
    // In this mode, SQLite keeps its locks, and does not delete the journal.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    // This recovers from the journal that a killed program may have left.
    let taken_up = connection.execute_batch("BEGIN EXCLUSIVE; ROLLBACK");
    // If that failed, a wrong header may be the cause, and is then the better error.
    header::check(guard.path())?;
    taken_up?;
    connection.pragma_update(None, "cache_size", -CACHE)?;
    connection.pragma_update(None, "synchronous", if sync { "EXTRA" } else { "OFF" })?;
    connection.pragma_update(None, "fullfsync", sync)?;
    connection.execute_batch("BEGIN EXCLUSIVE")?;
    check_tables(connection)?;
    let lists = Lists::read(connection)?;
    if read_everything(connection, &lists)? != lists.totals() {
        return Err(damaged("entries are missing, or there are too many"));
    }
    if pragma::<String>(connection, "integrity_check(1)")? != "ok" {
        return Err(damaged("its structure is broken"));
    }
    // If the file or its journal can't be written, opening fails here. Otherwise, the first claim would fail.
    connection.pragma_update(None, "user_version", FORMAT)?;
    let mut store = Store::new(connection, guard, lists)?;
    store.forsake_all()?;
    store.commit()?;
    if !guard.hold_journal()? {
        return Err(no_access(io::ErrorKind::NotFound.into()));
    }
    let synchronous: i64 = pragma(connection, "synchronous")?;
    // 3 is `EXTRA`, with which SQLite flushes the directory too.
    Ok((store, synchronous >= 3))
}

/// Checks that the file contains only a ledger's tables.
fn check_tables(connection: &Connection) -> Result<(), Fault> {
    let mut schema =
        connection.prepare("SELECT name, tbl_name, type, sql FROM sqlite_schema ORDER BY rowid")?;
    let tables: Result<Vec<[String; 4]>, _> = schema
        .query_map([], |row| {
            Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
        })?
        .collect();
    let tables = tables?;
    let tables = tables
        .iter()
        .map(|table| table.each_ref().map(String::as_str));
    if !tables.eq(TABLES.map(|(name, sql)| [name, name, "table", sql])) {
        return Err(damaged("its tables are not those of a ledger"));
    }
    Ok(())
}

/// Reads all entries in the order of their lists and keys. Returns the totals of each list.
fn read_everything(connection: &Connection, lists: &Lists) -> Result<Vec<(i64, Totals)>, Fault> {
    let mut entries =
        connection.prepare(&format!("SELECT {COLUMNS} FROM entry ORDER BY list, key"))?;
    let mut entries = entries.query([])?;
    let mut sums: Vec<(i64, Totals)> = lists
        .totals()
        .into_iter()
        .map(|(list, _)| (list, Totals::default()))
        .collect();
    let mut last: Option<(i64, Key)> = None;
    while let Some(entry) = entries.next()? {
        let (list, key, row) = Row::read(entry)?;
        let place = (list, key);
        if last.as_ref().is_some_and(|last| *last >= place) {
            return Err(damaged("its entries are out of order"));
        }
        let sum = sums.iter_mut().find(|(id, _)| *id == list);
        let (_, totals) =
            sum.ok_or_else(|| damaged("an entry belongs to a list that does not exist"))?;
        totals.replace(list, &place.1, None, Some(&row))?;
        last = Some(place);
    }
    Ok(sums)
}

fn pragma<T: rusqlite::types::FromSql>(connection: &Connection, name: &str) -> Result<T, Fault> {
    Ok(connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?)
}
