//! Creates a new file.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, params};

use super::{fault::Fault, lists::empty_checksum};
use crate::{DigestKey, Key, LedgerError, LedgerErrorKind, claim::random};

/// The application id that marks a SQLite file as a ledger: `FBIL`.
pub(super) const APPLICATION_ID: i32 = 0x4642_494c;

/// The version of the file's format.
pub(super) const FORMAT: i32 = 3;

/// The definitions of the tables, as the file contains them.
///
/// Each table is one tree, without a separate index. Therefore a scan in the order of the keys and a lookup of one key read the same rows.
pub(super) const TABLES: [(&str, &str); 3] = [
    (
        "entry",
        "CREATE TABLE entry (list INTEGER NOT NULL, key TEXT NOT NULL, state INTEGER NOT NULL, token BLOB, status INTEGER, \
         text TEXT, not_before INTEGER, digest BLOB, began INTEGER, doubt_since INTEGER, checksum INTEGER NOT NULL, PRIMARY KEY (list, key)) STRICT, \
         WITHOUT ROWID",
    ),
    (
        "list",
        "CREATE TABLE list (id INTEGER PRIMARY KEY, name TEXT NOT NULL, operation TEXT NOT NULL, sending INTEGER NOT NULL, \
         accepted INTEGER NOT NULL, refused INTEGER NOT NULL, not_sent INTEGER NOT NULL, unknown INTEGER NOT NULL, checksum \
         INTEGER NOT NULL) STRICT",
    ),
    (
        "ledger",
        "CREATE TABLE ledger (digest_key BLOB NOT NULL, lists INTEGER NOT NULL, checksum INTEGER NOT NULL) STRICT",
    ),
];

/// Creates an empty ledger. Returns false if the path is taken, for example because another program created a ledger at the same moment.
///
/// The file is written under a temporary name, and gets its final name when it is complete. Therefore a kill leaves no half-written ledger
/// under the final name, except on a file system without hard links. An existing file is never replaced.
pub(super) fn create(path: &Path, sync: bool) -> Result<bool, Fault> {
    let draft = draft_name(path)?;
    let created = write(&draft).and_then(|()| publish(&draft, path, sync).map_err(not_created));
    // If this removal fails and the draft is a second name of the ledger, opening the ledger tries again (on Unix).
    let _ = fs::remove_file(&draft);
    created
}

/// Removes the temporary name of this file, if a kill left that name behind.
#[cfg(unix)]
pub(super) fn remove_draft(path: &Path, is_same: impl Fn(&fs::Metadata) -> bool) {
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return;
    };
    let is_draft = |other: &[u8]| {
        let token = other
            .strip_prefix(name.as_encoded_bytes())
            .and_then(|rest| rest.strip_prefix(b"-")?.strip_suffix(b".new"));
        token.is_some_and(|token| token.len() == 32 && token.iter().all(u8::is_ascii_hexdigit))
    };
    // If the temporary name can't be removed, the ledger is refused because the file has a second name.
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if is_draft(entry.file_name().as_encoded_bytes())
            && entry.metadata().is_ok_and(|metadata| is_same(&metadata))
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Returns a temporary name, in the same folder, that no other program uses.
fn draft_name(path: &Path) -> Result<PathBuf, Fault> {
    let key = Key::new("draft").map_err(not_created)?;
    let token = u128::from_be_bytes(random(&key));
    let mut name = path.as_os_str().to_owned();
    name.push(format!("-{token:032x}.new"));
    Ok(name.into())
}

fn write(draft: &Path) -> Result<(), Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(draft, flags)?;
    connection.pragma_update(None, "journal_mode", "MEMORY")?;
    connection.execute_batch("BEGIN")?;
    for (_, table) in TABLES {
        connection.execute(table, [])?;
    }
    let digest_key = DigestKey::random();
    connection.execute(
        "INSERT INTO ledger VALUES (?1, 0, ?2)",
        params![digest_key.bytes(), empty_checksum(&digest_key) as i64],
    )?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", FORMAT)?;
    connection.execute_batch("COMMIT")?;
    connection.close().map_err(|(_, error)| error.into())
}

/// Gives the draft its final name. Returns whether that name was free.
fn publish(draft: &Path, path: &Path, sync: bool) -> io::Result<bool> {
    if sync {
        OpenOptions::new().write(true).open(draft)?.sync_all()?;
    }
    let was_free = match fs::hard_link(draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => false,
        // Some file systems don't support hard links.
        Err(_) => copy(draft, path, sync)?,
        Ok(()) => true,
    };
    #[cfg(unix)]
    if let Some(directory) = path.parent().filter(|_| sync) {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(was_free)
}

/// Creates the file, then fills it. A kill between the two steps leaves a file that is refused as a ledger.
fn copy(draft: &Path, path: &Path, sync: bool) -> io::Result<bool> {
    let content = fs::read(draft)?;
    let mut file = match OpenOptions::new().write(true).create_new(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        file => file?,
    };
    file.write_all(&content)?;
    if sync {
        file.sync_all()?;
    }
    Ok(true)
}

fn not_created(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Fault {
    let error = LedgerError::with_source(
        LedgerErrorKind::Storage,
        "the ledger could not be created",
        error,
    );
    error.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(name: &str) -> PathBuf {
        let name = format!("ledger-create-{name}-{}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        fs::create_dir_all(&directory).unwrap();
        directory
    }

    #[test]
    fn what_is_there_is_never_overwritten() {
        let directory = directory("place");
        let (draft, path) = (directory.join("draft"), directory.join("a.ledger"));
        fs::write(&draft, "new").unwrap();

        assert!(copy(&draft, &path, true).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"new");

        fs::write(&path, "somebody's").unwrap();
        assert!(!copy(&draft, &path, false).unwrap());
        assert!(!publish(&draft, &path, true).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"somebody's");
        fs::remove_dir_all(directory).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_a_draft_of_the_same_file_is_removed() {
        use std::os::unix::fs::MetadataExt as _;

        let directory = directory("draft");
        let path = directory.join("a.ledger");
        fs::write(&path, "").unwrap();
        let (draft, other) = (draft_name(&path).unwrap(), draft_name(&path).unwrap());
        let link = directory.join("a.ledger-by-hand.new");
        fs::hard_link(&path, &draft).unwrap();
        fs::hard_link(&path, &link).unwrap();
        fs::write(&other, "somebody is writing it").unwrap();
        let inode = fs::metadata(&path).unwrap().ino();
        remove_draft(&path, |metadata| metadata.ino() == inode);
        assert!(!draft.exists() && other.exists() && link.exists() && path.exists());
        fs::remove_dir_all(directory).unwrap();
    }
}
