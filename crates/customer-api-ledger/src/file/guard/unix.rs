use std::{
    cell::{Cell, RefCell},
    fs::{self, Metadata, OpenOptions},
    io,
    os::unix::fs::MetadataExt as _,
    path::Path,
    thread,
    time::Duration,
};

use rusqlite::{Connection, OpenFlags};

use super::{
    super::{
        create,
        fault::{Fault, damaged, in_use, no_access},
        location::Place,
    },
    lock::Lock,
    mount,
};
use crate::{LedgerError, LedgerErrorKind};

/// SQLite's file layer that takes no locks.
const WITHOUT_LOCKS: &str = "unix-none";

/// How often the lock is tried, and the pause between two tries, before the file counts as in use.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(5);

/// Holds a file, and its journal. The connection must be closed before this is dropped.
pub(in super::super) struct Guard {
    place: Place,
    lock: Lock,
    id: Id,
    journal: RefCell<Option<Journal>>,
    written: Cell<Option<Written>>,
}

/// Which file it is, whatever its name.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Id {
    device: u64,
    inode: u64,
}

impl Id {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        }
    }
}

struct Journal {
    id: Id,
    _lock: Lock,
}

/// What the system tells of the last writing.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Written {
    length: u64,
    seconds: i64,
    nanoseconds: i64,
}

impl Written {
    fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            seconds: metadata.mtime(),
            nanoseconds: metadata.mtime_nsec(),
        }
    }
}

impl Guard {
    /// Takes the file, and the journal that may lie beside it, for this program alone.
    pub(in super::super) fn take(place: Place) -> Result<Self, Fault> {
        let lock = lock(&place.path).map_err(no_access)?.ok_or_else(in_use)?;
        let id = Id::of(&lock.file().metadata().map_err(no_access)?);
        mount::check(lock.file(), &place.path)?;
        // What a kill may have left in the midst of creating it.
        create::remove_draft(&place.path, |metadata| Id::of(metadata) == id);
        let guard = Self {
            place,
            lock,
            id,
            journal: RefCell::default(),
            written: Cell::default(),
        };
        guard.check_names(LedgerErrorKind::UnsafePlace)?;
        // The journal of somebody who has another file open by this name must not be taken for this one's.
        guard.hold_journal()?;
        Ok(guard)
    }

    /// Where the file is, without links.
    pub(in super::super) fn path(&self) -> &Path {
        &self.place.path
    }

    /// Lets SQLite open the file.
    pub(in super::super) fn connect(&self, flags: OpenFlags) -> rusqlite::Result<Connection> {
        Connection::open_with_flags_and_vfs(
            &self.place.path,
            flags | OpenFlags::SQLITE_OPEN_NOFOLLOW,
            WITHOUT_LOCKS,
        )
    }

    /// Locks the journal that SQLite has open, or would take up. Gives whether there is one.
    ///
    /// Its name stays while the ledger is open. So it keeps out who would open another file that was put in this one's place.
    pub(in super::super) fn hold_journal(&self) -> Result<bool, Fault> {
        let mut held = self.journal.borrow_mut();
        // Two locks of this program would keep each other out.
        *held = None;
        match fs::symlink_metadata(&self.place.journal) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(no_access(error)),
            Ok(metadata) if !metadata.is_file() => {
                return Err(damaged("its journal is not a file"));
            }
            Ok(_) => {}
        }
        let lock = match lock(&self.place.journal) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            lock => lock.map_err(no_access)?.ok_or_else(in_use)?,
        };
        let id = Id::of(&lock.file().metadata().map_err(no_access)?);
        *held = Some(Journal { id, _lock: lock });
        Ok(true)
    }

    /// Remembers how the file is now. A write after this counts as foreign, until this is called again.
    pub(in super::super) fn note(&self) -> Result<(), Fault> {
        let metadata = self.lock.file().metadata().map_err(no_access)?;
        self.written.set(Some(Written::of(&metadata)));
        Ok(())
    }

    /// Whether the path still leads to the open file, with its journal beside it, and nobody else has written into it.
    ///
    /// # Errors
    ///
    /// [`LedgerErrorKind::Disturbed`] if not.
    pub(in super::super) fn check(&self) -> Result<(), LedgerError> {
        self.check_names(LedgerErrorKind::Disturbed)?;
        if let Some(journal) = &*self.journal.borrow() {
            let found = fs::symlink_metadata(&self.place.journal);
            if !found.is_ok_and(|found| Id::of(&found) == journal.id) {
                return Err(LedgerError::new(
                    LedgerErrorKind::Disturbed,
                    "the ledger's journal was deleted, renamed or replaced while the ledger was open",
                ));
            }
        }
        self.check_content()
    }

    /// Whether nobody else has written into the file.
    ///
    /// # Errors
    ///
    /// [`LedgerErrorKind::Disturbed`] if somebody has.
    pub(in super::super) fn check_content(&self) -> Result<(), LedgerError> {
        let written = self.written.get();
        match self.lock.file().metadata() {
            Ok(metadata) if written.is_none_or(|written| written == Written::of(&metadata)) => {
                Ok(())
            }
            Ok(_) => Err(LedgerError::new(
                LedgerErrorKind::Disturbed,
                "somebody else wrote into the ledger's file while it was open",
            )),
            Err(error) => Err(unsure(error)),
        }
    }

    /// Whether all names lead to the file, and there is no other one.
    fn check_names(&self, kind: LedgerErrorKind) -> Result<(), LedgerError> {
        let found = fs::symlink_metadata(&self.place.path);
        let by_given =
            (self.place.given != self.place.path).then(|| fs::metadata(&self.place.given));
        for found in by_given.iter().chain([&found]) {
            match found {
                Ok(found) if Id::of(found) == self.id => {}
                Ok(_) => {
                    return Err(LedgerError::new(
                        LedgerErrorKind::Disturbed,
                        "the ledger's file was replaced while it was open: its path leads to another one",
                    ));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(LedgerError::new(
                        LedgerErrorKind::Disturbed,
                        "the ledger's file was deleted or renamed while it was open: its path leads nowhere",
                    ));
                }
                Err(error) => return Err(unsure(error.kind().into())),
            }
        }
        if found.is_ok_and(|found| found.nlink() == 1) {
            return Ok(());
        }
        Err(LedgerError::new(
            kind,
            "the ledger's file has a second name (a hard link), by which others could open it without its journal: remove \
             one of them",
        ))
    }
}

/// Opens and locks a file for reading and writing, unless somebody has it locked for long.
fn lock(path: &Path) -> io::Result<Option<Lock>> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    for _ in 0..TRIES {
        file = match Lock::take(file)? {
            Ok(lock) => return Ok(Some(lock)),
            Err(file) => file,
        };
        thread::sleep(PAUSE);
    }
    Ok(None)
}

fn unsure(error: io::Error) -> LedgerError {
    LedgerError::with_source(
        LedgerErrorKind::Disturbed,
        "whether the ledger's file is still at its path can't be told",
        error,
    )
}
