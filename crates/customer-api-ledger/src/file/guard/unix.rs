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

/// The number of attempts to lock a file, and the pause between them, before the file counts as in use.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(5);

/// Keeps a file and its journal locked. The connection must be closed before the guard is dropped.
pub(in super::super) struct Guard {
    place: Place,
    lock: Lock,
    id: Id,
    journal: RefCell<Option<Journal>>,
    written: Cell<Option<Written>>,
}

/// Identifies a file independently of its name.
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

/// The file's length and modification time after the last write.
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
    /// Takes exclusive access to the file, and to the journal that may be beside it.
    pub(in super::super) fn take(place: Place) -> Result<Self, Fault> {
        let lock = lock(&place.path).map_err(no_access)?.ok_or_else(in_use)?;
        let id = Id::of(&lock.file().metadata().map_err(no_access)?);
        mount::check(lock.file(), &place.path)?;
        // A kill during the file's creation may have left a draft.
        create::remove_draft(&place.path, |metadata| Id::of(metadata) == id);
        let guard = Self {
            place,
            lock,
            id,
            journal: RefCell::default(),
            written: Cell::default(),
        };
        guard.check_names(LedgerErrorKind::UnsafePlace)?;
        // Another program may have a different file open under this name. That program's journal must not be taken for this file's
        // journal.
        guard.hold_journal()?;
        Ok(guard)
    }

    /// Returns the path of the file, with links resolved.
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

    /// Locks the journal that SQLite has open, or would recover from. Returns whether a journal exists.
    ///
    /// The journal keeps its name while the ledger is open. If another file is put in place of this file, a program that opens that file
    /// finds the same journal. Therefore this lock also keeps that program out.
    pub(in super::super) fn hold_journal(&self) -> Result<bool, Fault> {
        let mut held = self.journal.borrow_mut();
        // A second lock by this program would conflict with the first.
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

    /// Remembers the file's length and modification time. A later write counts as another program's, unless this method is called after the
    /// write.
    pub(in super::super) fn note(&self) -> Result<(), Fault> {
        let metadata = self.lock.file().metadata().map_err(no_access)?;
        self.written.set(Some(Written::of(&metadata)));
        Ok(())
    }

    /// Checks that the path still leads to the open file, that the file's journal is beside it, and that no other program has written into
    /// the file.
    ///
    /// # Errors
    ///
    /// [`LedgerErrorKind::Disturbed`] if a check fails.
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

    /// Checks that no other program has written into the file.
    ///
    /// # Errors
    ///
    /// [`LedgerErrorKind::Disturbed`] if another program has written into the file.
    pub(in super::super) fn check_content(&self) -> Result<(), LedgerError> {
        let written = self.written.get();
        match self.lock.file().metadata() {
            Ok(metadata) if written.is_none_or(|written| written == Written::of(&metadata)) => {
                Ok(())
            }
            Ok(_) => Err(LedgerError::new(
                LedgerErrorKind::Disturbed,
                "another program wrote into the ledger's file while it was open",
            )),
            Err(error) => Err(unsure(error)),
        }
    }

    /// Checks that all given paths lead to the file, and that the file has no other name.
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
                        "the ledger's file was replaced while it was open: its path leads to another file",
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
            "the ledger's file has a second name (a hard link), through which other programs could open it without its journal: \
             remove one of the names",
        ))
    }
}

/// Opens and locks a file for reading and writing. Returns `None` if another program keeps it locked.
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
        "can't check whether the ledger's file is still at its path",
        error,
    )
}
