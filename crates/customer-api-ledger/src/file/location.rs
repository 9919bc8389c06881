//! Where the file is, and whether it must exist.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    create,
    fault::{Fault, damaged, no_access},
};
use crate::LedgerErrorKind;

/// Whether the file must exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// The file must not exist.
    Create,
    /// The file must exist.
    Open,
    OpenOrCreate,
}

/// Where a ledger is.
#[derive(Debug)]
pub(super) struct Place {
    /// The absolute path that the caller gave. It may contain links.
    #[cfg_attr(
        not(unix),
        expect(dead_code, reason = "an open file can't be renamed there")
    )]
    pub(super) given: PathBuf,
    /// The same path with links resolved. This path is absolute, so that SQLite does not interpret a name such as `:memory:`.
    pub(super) path: PathBuf,
    /// The path of SQLite's rollback journal.
    #[cfg_attr(not(unix), expect(dead_code, reason = "SQLite locks for itself there"))]
    pub(super) journal: PathBuf,
}

/// Finds the file at this absolute path, or creates it.
pub(super) fn find(given: PathBuf, opening: Opening, sync: bool) -> Result<Place, Fault> {
    if is_there(&given)? {
        if opening == Opening::Create {
            return Err(already_exists());
        }
    } else {
        make(&given, opening, sync)?;
    }
    let path = fs::canonicalize(&given).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => not_found("the path is a link that leads nowhere"),
        _ => no_access(error),
    })?;
    if !fs::metadata(&path).map_err(no_access)?.is_file() {
        return Err(Fault::new(
            LedgerErrorKind::NotALedger,
            "the path does not lead to a file",
        ));
    }
    // SQLite would take a file with such a name for the journal of another file, and delete it.
    let is_journal = |path: &Path| {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        name.is_some_and(|name| name.ends_with("-journal"))
    };
    if is_journal(&given) || is_journal(&path) {
        return Err(Fault::new(
            LedgerErrorKind::UnsafePlace,
            "the name of a ledger must not end with `-journal`",
        ));
    }
    let journal = beside(&path);
    Ok(Place {
        given,
        path,
        journal,
    })
}

fn make(given: &Path, opening: Opening, sync: bool) -> Result<(), Fault> {
    let missing = "there is no ledger at the path: on the first run, create one; on a later run, the path is wrong, or the \
                   ledger or its disk is missing";
    let (Some(directory), Some(name)) = (given.parent(), given.file_name()) else {
        return Err(no_access(io::ErrorKind::InvalidInput.into()));
    };
    let directory = match fs::canonicalize(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && opening == Opening::Open => {
            return Err(not_found(missing));
        }
        directory => directory.map_err(no_access)?,
    };
    let path = directory.join(name);
    // A journal without its file is an error. If the file exists by now, another program has created it in the meantime and is writing
    // it, so the journal belongs to that program.
    if is_there(&beside(&path))? && !is_there(&path)? {
        return Err(damaged(
            "its journal exists without the file: the two belong together",
        ));
    }
    if opening == Opening::Open {
        return Err(not_found(missing));
    }
    if !create::create(&path, sync)? && opening == Opening::Create {
        return Err(already_exists());
    }
    Ok(())
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-journal");
    name.into()
}

/// Returns whether something has this name, including a link that leads nowhere.
fn is_there(path: &Path) -> Result<bool, Fault> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(no_access(error)),
    }
}

fn not_found(reason: &'static str) -> Fault {
    Fault::new(LedgerErrorKind::NotFound, reason)
}

fn already_exists() -> Fault {
    Fault::new(
        LedgerErrorKind::AlreadyExists,
        "something already exists at the path: nothing was created",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LedgerError;

    #[test]
    fn a_journal_is_left_over_only_without_its_file() {
        let directory =
            std::env::temp_dir().join(format!("ledger-place-journal-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join("a.ledger");
        fs::write(directory.join("a.ledger-journal"), "somebody's").unwrap();
        for opening in [Opening::Create, Opening::Open, Opening::OpenOrCreate] {
            let error = make(&path, opening, false).unwrap_err();
            assert_eq!(LedgerError::from(error).kind(), LedgerErrorKind::Damaged);
            assert!(!path.exists());
        }

        // Another program created the file first, and is already writing it.
        fs::write(&path, "somebody's").unwrap();
        make(&path, Opening::OpenOrCreate, false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"somebody's");
        let error = make(&path, Opening::Create, false).unwrap_err();
        assert_eq!(
            LedgerError::from(error).kind(),
            LedgerErrorKind::AlreadyExists
        );
        fs::remove_dir_all(directory).unwrap();
    }
}
