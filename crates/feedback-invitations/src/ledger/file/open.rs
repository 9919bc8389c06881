//! Opening a file, and believing nothing that it says.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::{
    super::{Key, LedgerError, LedgerErrorKind, State},
    create::{self, APPLICATION_ID, FORMAT, TABLES},
    fault::{Fault, damaged},
    row::{COLUMNS, Row, Totals},
    store::Store,
};

/// How long another opener may look at the file before it counts as in use.
const PATIENCE: Duration = Duration::from_millis(250);

/// Opens the file at this path, or creates it. Gives its path without links, too.
pub(super) fn open(path: &Path, sync: bool) -> Result<(Connection, PathBuf), Fault> {
    let path = resolve(path)?;
    // Only metadata is looked at: were this file opened and closed again here, the locks that this process may have on it by
    // another handle would be gone.
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            create::create(&path, &journal(&path), sync)?;
        }
        _ => {}
    }
    if fs::metadata(&path).map_err(no_access)?.len() == 0 {
        return Err(Fault::new(
            LedgerErrorKind::NotALedger,
            "the file is empty: if it is what is left of a ledger, restore it; if not, delete it",
        ));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    Ok((connection, path))
}

/// Takes the file for itself, reads all of it, and gives a store. `sync` makes every change wait for the disk; given back is
/// whether it does.
pub(super) fn check<'c>(
    connection: &'c Connection,
    sync: bool,
) -> Result<(Store<'c>, bool), Fault> {
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "synchronous", if sync { "EXTRA" } else { "OFF" })?;
    connection.pragma_update(None, "fullfsync", sync)?;
    // This takes the lock, which stays, and whatever a killed program left in the journal.
    connection.execute_batch("BEGIN EXCLUSIVE")?;
    check_identity(connection)?;
    let (totals, forsaken) = read_everything(connection)?;
    if totals != read_totals(connection)? {
        return Err(damaged("entries are missing, or too many"));
    }
    let mut store = Store::new(connection, totals)?;
    for key in &forsaken {
        store.forsake(key)?;
    }
    store.commit()?;
    let synchronous: i64 = pragma(connection, "synchronous")?;
    // `EXTRA`, as asked for: the directory is flushed, too.
    Ok((store, synchronous >= 3))
}

/// The absolute path, so that a link to the directory, or a name that SQLite takes for something else, changes nothing.
fn resolve(path: &Path) -> Result<PathBuf, Fault> {
    let name = path
        .file_name()
        .ok_or_else(|| Fault::new(LedgerErrorKind::Storage, "the path names no file"))?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok(fs::canonicalize(directory).map_err(no_access)?.join(name))
}

/// Where SQLite keeps what takes a transaction back.
fn journal(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-journal");
    name.into()
}

/// Whether the file is a ledger, of a version that is known here, with nothing else in it.
fn check_identity(connection: &Connection) -> Result<(), Fault> {
    if pragma::<i32>(connection, "application_id")? != APPLICATION_ID {
        return Err(Fault::new(
            LedgerErrorKind::NotALedger,
            "the file is a database, but no ledger",
        ));
    }
    let format: i32 = pragma(connection, "user_version")?;
    if format != FORMAT {
        return Err(if format > FORMAT {
            Fault::new(
                LedgerErrorKind::NewerVersion,
                "the ledger was written by a newer version, or is damaged at its beginning",
            )
        } else {
            damaged("its version is none")
        });
    }
    if pragma::<String>(connection, "journal_mode")? != "delete" {
        return Err(damaged("its journal is of another kind"));
    }
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
        return Err(damaged("its tables are others"));
    }
    if pragma::<String>(connection, "integrity_check(1)")? != "ok" {
        return Err(damaged("its structure is broken"));
    }
    Ok(())
}

/// Reads all entries in the order of their keys: what they sum up to, and the keys that were on their way.
fn read_everything(connection: &Connection) -> Result<(Totals, Vec<Key>), Fault> {
    let mut entries = connection.prepare(&format!("SELECT {COLUMNS} FROM entry ORDER BY key"))?;
    let mut entries = entries.query([])?;
    let (mut totals, mut sending) = (Totals::default(), Vec::new());
    let mut last: Option<Key> = None;
    while let Some(entry) = entries.next()? {
        let (key, row) = Row::read(entry)?;
        if last.as_ref().is_some_and(|last| *last >= key) {
            return Err(damaged("its entries are out of order"));
        }
        totals.replace(&key, None, &row)?;
        if row.state == State::Sending {
            sending.push(key.clone());
        }
        last = Some(key);
    }
    Ok((totals, sending))
}

/// What the entries shall sum up to.
fn read_totals(connection: &Connection) -> Result<Totals, Fault> {
    let mut rows = connection
        .prepare("SELECT sending, accepted, refused, not_sent, unknown, checksum FROM total")?;
    let mut rows = rows.query([])?;
    let row = rows
        .next()?
        .ok_or_else(|| damaged("its totals are missing"))?;
    let number = |column| row.get::<_, i64>(column).map(|number| number as u64);
    let mut totals = Totals {
        checksum: number(5)?,
        ..Totals::default()
    };
    totals.summary.sending = number(0)?;
    totals.summary.accepted = number(1)?;
    totals.summary.refused = number(2)?;
    totals.summary.not_sent = number(3)?;
    totals.summary.unknown = number(4)?;
    if rows.next()?.is_some() {
        return Err(damaged("its totals are there twice"));
    }
    Ok(totals)
}

fn pragma<T: rusqlite::types::FromSql>(connection: &Connection, name: &str) -> Result<T, Fault> {
    Ok(connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))?)
}

fn no_access(error: io::Error) -> LedgerError {
    LedgerError::with_source(
        LedgerErrorKind::Storage,
        "there is no access to the ledger",
        error,
    )
}
