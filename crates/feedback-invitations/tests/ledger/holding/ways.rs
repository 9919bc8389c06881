//! The ways in which a test changes the file of an open ledger.

use std::{
    any::Any,
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
};

use crate::support::Directory;

/// The files for one way.
pub(super) struct Files {
    pub(super) directory: PathBuf,
    pub(super) path: PathBuf,
    pub(super) journal: PathBuf,
    /// An older copy of the ledger, with fewer entries.
    pub(super) backup: PathBuf,
    pub(super) other: PathBuf,
    /// Where the ledger is if its directory was renamed.
    pub(super) moved: PathBuf,
}

impl Files {
    pub(super) fn new(directory: &Directory) -> Self {
        let (inner, moved) = (directory.file("inner"), directory.file("moved"));
        fs::create_dir(&inner).unwrap();
        Self {
            path: inner.join("a.ledger"),
            journal: inner.join("a.ledger-journal"),
            backup: directory.file("backup"),
            other: inner.join("other"),
            moved: moved.join("a.ledger"),
            directory: inner,
        }
    }
}

pub(super) type At = fn(&Files) -> &Path;

#[derive(Clone, Copy)]
pub(super) enum Expected {
    Harmless,
    Loss,
    /// The file itself is intact, and is at this path afterwards.
    LossAt(At),
}

/// One way to treat a file.
pub(super) struct Way {
    pub(super) what: &'static str,
    /// Changes the file. Returns a value to keep alive while the second program tries.
    pub(super) act: fn(&Files) -> Box<dyn Any>,
    /// The paths that the second program tries to open.
    pub(super) tried: &'static [At],
    /// Whether at least one path returns that the ledger is in use.
    pub(super) is_in_use: bool,
    pub(super) expected: Expected,
}

fn path(files: &Files) -> &Path {
    &files.path
}

fn other(files: &Files) -> &Path {
    &files.other
}

fn moved(files: &Files) -> &Path {
    &files.moved
}

const fn way(
    what: &'static str,
    act: fn(&Files) -> Box<dyn Any>,
    tried: &'static [At],
    expected: Expected,
) -> Way {
    Way {
        what,
        act,
        tried,
        is_in_use: true,
        expected,
    }
}

fn done(result: std::io::Result<()>) -> Box<dyn Any> {
    result.unwrap();
    Box::new(())
}

use Expected::{Harmless, Loss, LossAt};

pub(super) const WAYS: &[Way] = &[
    way("nothing", |_| Box::new(()), &[path], Harmless),
    way(
        "read",
        |files| {
            for _ in 0..100 {
                drop(fs::read(&files.path).unwrap());
            }
            Box::new(())
        },
        &[path],
        Harmless,
    ),
    way(
        "copied",
        |files| done(fs::copy(&files.path, &files.backup).map(drop)),
        &[path],
        Harmless,
    ),
    way(
        "its journal copied",
        |files| done(fs::copy(&files.journal, &files.backup).map(drop)),
        &[path],
        Harmless,
    ),
    way(
        "opened to write, and closed",
        |files| done(OpenOptions::new().write(true).open(&files.path).map(drop)),
        &[path],
        Harmless,
    ),
    way(
        "kept open",
        |files| Box::new(File::open(&files.path).unwrap()),
        &[path],
        Harmless,
    ),
    way(
        "locked and unlocked as SQLite does it",
        |files| {
            let connection = rusqlite::Connection::open(&files.path).unwrap();
            let _ = connection.execute_batch("SELECT * FROM entry");
            Box::new(())
        },
        &[path],
        Harmless,
    ),
    way(
        "a symbolic link made",
        |files| done(std::os::unix::fs::symlink(&files.path, &files.other)),
        &[path, other],
        Harmless,
    ),
    way(
        "renamed there and back",
        |files| {
            fs::rename(&files.path, &files.other).unwrap();
            done(fs::rename(&files.other, &files.path))
        },
        &[path],
        Harmless,
    ),
    way(
        "linked, and unlinked again",
        |files| {
            fs::hard_link(&files.path, &files.other).unwrap();
            done(fs::remove_file(&files.other))
        },
        &[path],
        Harmless,
    ),
    way(
        "its rights changed",
        |files| {
            use std::os::unix::fs::PermissionsExt as _;
            done(fs::set_permissions(
                &files.path,
                fs::Permissions::from_mode(0o600),
            ))
        },
        &[path],
        Harmless,
    ),
    way(
        "linked",
        |files| done(fs::hard_link(&files.path, &files.other)),
        &[path, other],
        Loss,
    ),
    way(
        "its first name taken away",
        |files| {
            fs::hard_link(&files.path, &files.other).unwrap();
            done(fs::remove_file(&files.path))
        },
        &[path, other],
        LossAt(other),
    ),
    way(
        "renamed",
        |files| done(fs::rename(&files.path, &files.other)),
        &[path, other],
        LossAt(other),
    ),
    way(
        "renamed, and a link left",
        |files| {
            fs::rename(&files.path, &files.other).unwrap();
            done(std::os::unix::fs::symlink(&files.other, &files.path))
        },
        &[path, other],
        LossAt(other),
    ),
    way(
        "its directory renamed",
        |files| done(fs::rename(&files.directory, files.moved.parent().unwrap())),
        &[path, moved],
        LossAt(moved),
    ),
    Way {
        is_in_use: false,
        ..way(
            "deleted",
            |files| done(fs::remove_file(&files.path)),
            &[path],
            Loss,
        )
    },
    way(
        "deleted, and its backup put there",
        |files| {
            fs::remove_file(&files.path).unwrap();
            done(fs::copy(&files.backup, &files.path).map(drop))
        },
        &[path],
        Loss,
    ),
    way(
        "replaced by its backup",
        |files| done(fs::rename(&files.backup, &files.path)),
        &[path],
        Loss,
    ),
    way(
        "replaced by a copy of itself",
        |files| {
            fs::copy(&files.path, &files.other).unwrap();
            done(fs::rename(&files.other, &files.path))
        },
        &[path],
        Loss,
    ),
    way(
        "replaced by a link to its backup",
        |files| {
            fs::remove_file(&files.path).unwrap();
            done(std::os::unix::fs::symlink(&files.backup, &files.path))
        },
        // The backup is another ledger, which no program has open.
        &[],
        Loss,
    ),
    way(
        "written over with its backup",
        |files| {
            let backup = fs::read(&files.backup).unwrap();
            done(fs::write(&files.path, backup))
        },
        &[path],
        Loss,
    ),
    way(
        "emptied",
        |files| done(fs::write(&files.path, "")),
        &[path],
        Loss,
    ),
    way(
        "longer",
        |files| {
            let file = OpenOptions::new().write(true).open(&files.path).unwrap();
            done(file.set_len(file.metadata().unwrap().len() + 4_096))
        },
        &[path],
        Loss,
    ),
    way(
        "its journal deleted",
        |files| done(fs::remove_file(&files.journal)),
        &[path],
        Loss,
    ),
    way(
        "its journal renamed",
        |files| done(fs::rename(&files.journal, &files.other)),
        &[path],
        Loss,
    ),
    way(
        "its journal replaced",
        |files| {
            fs::write(&files.other, "").unwrap();
            done(fs::rename(&files.other, &files.journal))
        },
        &[path],
        Loss,
    ),
];
