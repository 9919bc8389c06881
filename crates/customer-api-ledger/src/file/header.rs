//! The first bytes of a file, which show whether the file is a ledger. They are checked before SQLite reads the tables.

use std::{fs::File, io::Read as _, path::Path};

use super::{
    create::{APPLICATION_ID, FORMAT, TABLES},
    fault::{Fault, damaged, no_access},
};
use crate::LedgerErrorKind;

/// The length of SQLite's header together with the header of the table tree after it.
const LENGTH: usize = 108;

/// The read and write versions of a file with a rollback journal. Other versions mean that SQLite can only read the file, or that
/// the file has another kind of journal, whose content would be lost.
const ROLLBACK_JOURNAL: [u8; 2] = [1, 1];

/// The type of a table tree that consists of one leaf.
const LEAF: u8 = 13;

/// Checks that the file is a ledger of the known version, with the number of tables that a ledger has.
///
/// SQLite keeps all table definitions in memory. Therefore a file with more tables is not opened.
pub(super) fn check(path: &Path) -> Result<(), Fault> {
    let mut start = Vec::with_capacity(LENGTH);
    let file = File::open(path).map_err(no_access)?;
    file.take(LENGTH as u64)
        .read_to_end(&mut start)
        .map_err(no_access)?;
    let number = |at: usize| {
        let bytes = start.get(at..)?.first_chunk()?;
        Some(i32::from_be_bytes(*bytes))
    };
    if !start.starts_with(b"SQLite format 3\0") || number(68) != Some(APPLICATION_ID) {
        return Err(Fault::new(
            LedgerErrorKind::NotALedger,
            "the file is not a ledger",
        ));
    }
    match number(60) {
        Some(FORMAT) => {}
        Some(1 | 2) => {
            return Err(Fault::new(
                LedgerErrorKind::OlderVersion,
                "the ledger was written by an earlier version, and its format is no longer supported",
            ));
        }
        Some(format) if format > FORMAT => {
            return Err(Fault::new(
                LedgerErrorKind::NewerVersion,
                "the ledger was written by a newer version, or is damaged at its beginning",
            ));
        }
        _ => return Err(damaged("its version is not valid")),
    }
    if start.get(18..20) != Some(&ROLLBACK_JOURNAL) {
        return Err(damaged("its journal is of the wrong kind"));
    }
    let tables = start.get(103..).and_then(<[u8]>::first_chunk).copied();
    let tables = tables.map(u16::from_be_bytes).map(usize::from);
    if start.get(100) != Some(&LEAF) || tables != Some(TABLES.len()) {
        return Err(damaged("its tables are not those of a ledger"));
    }
    Ok(())
}
