//! Failures of the file.

use std::{borrow::Cow, io};

use crate::{LedgerError, LedgerErrorKind};

/// An internal error that SQLite's errors convert to. The public error has no such conversion, because the conversion would
/// make `rusqlite` a part of the public API.
#[derive(Debug)]
pub(super) struct Fault(LedgerError);

impl Fault {
    pub(super) fn new(kind: LedgerErrorKind, reason: impl Into<Cow<'static, str>>) -> Self {
        Self(LedgerError::new(kind, reason))
    }
}

impl From<LedgerError> for Fault {
    fn from(error: LedgerError) -> Self {
        Self(error)
    }
}

impl From<Fault> for LedgerError {
    fn from(Fault(error): Fault) -> Self {
        error
    }
}

/// Converts SQLite's failures. Drops SQLite's message, because it may quote the content of a damaged file. Keeps the code.
impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{Error, ErrorCode};
        let (kind, reason) = match &error {
            Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                    (LedgerErrorKind::InUse, IN_USE)
                }
                // The rows that this crate writes are far below the limit.
                ErrorCode::TooBig => (
                    LedgerErrorKind::Damaged,
                    "the ledger is damaged: an entry exceeds the maximum length",
                ),
                ErrorCode::NotADatabase => (
                    LedgerErrorKind::NotALedger,
                    "the file is not a ledger, or its beginning is damaged",
                ),
                ErrorCode::DatabaseCorrupt => (LedgerErrorKind::Damaged, "the ledger is damaged"),
                // All statements of this crate are valid SQL. Therefore a general SQL error means that the file is damaged.
                _ if failure.extended_code == rusqlite::ffi::SQLITE_ERROR => {
                    (LedgerErrorKind::Damaged, "the ledger is damaged")
                }
                _ => (
                    LedgerErrorKind::Storage,
                    "the ledger could not be read or written",
                ),
            },
            Error::InvalidColumnType(..)
            | Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..)
            | Error::QueryReturnedNoRows => (LedgerErrorKind::Damaged, "the ledger is damaged"),
            _ => (
                LedgerErrorKind::Storage,
                "the ledger could not be read or written",
            ),
        };
        let error = match error {
            Error::SqliteFailure(failure, _) => Error::SqliteFailure(failure, None),
            other => other,
        };
        Self(LedgerError::with_source(kind, reason, error))
    }
}

const IN_USE: &str = "the ledger is in use: another program, or another handle, has it open";

/// Returns the error for a file that another program or handle has open.
#[cfg(unix)]
pub(super) fn in_use() -> Fault {
    Fault::new(LedgerErrorKind::InUse, IN_USE)
}

/// Returns the error for a file to which the system denies access.
pub(super) fn no_access(error: io::Error) -> Fault {
    let error = LedgerError::with_source(
        LedgerErrorKind::Storage,
        "the ledger can't be read and written",
        error,
    );
    error.into()
}

/// Returns the error for a file in which something is missing or has changed.
pub(super) fn damaged(reason: &'static str) -> Fault {
    Fault::new(
        LedgerErrorKind::Damaged,
        format!("the ledger is damaged: {reason}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_of_a_damaged_file_is_not_quoted() {
        use rusqlite::{Error, ffi};
        let words = "malformed database schema (planted) - near \"planted\": syntax error";
        let failure = ffi::Error::new(ffi::SQLITE_CORRUPT);
        let error = LedgerError::from(Fault::from(Error::SqliteFailure(
            failure,
            Some(words.to_owned()),
        )));
        assert_eq!(error.kind(), LedgerErrorKind::Damaged);
        let said = format!("{error} {error:?}");
        assert!(
            !said.contains("planted") && said.contains("malformed"),
            "{said}"
        );
    }
}
