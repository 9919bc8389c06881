//! The first bytes of a file, which say whether it is a ledger. They are looked at before SQLite reads what they lead to.

use std::{fs::File, io::Read as _, path::Path};

use super::{
    create::{APPLICATION_ID, FORMAT, TABLES},
    fault::{Fault, damaged, no_access},
};
use crate::LedgerErrorKind;

/// SQLite's own header, and that of the tree of tables behind it.
const LENGTH: usize = 108;

/// What it takes to write and to read a file with a rollback journal. Others are read only, or lose what is in a journal of
/// another kind.
const ROLLBACK_JOURNAL: [u8; 2] = [1, 1];

/// A tree that is one leaf of a table.
const LEAF: u8 = 13;

/// Whether the file is a ledger of a version that is known here, with as many tables as a ledger has.
///
/// SQLite keeps all definitions of tables in memory, so a file that has more of them is not opened further.
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
                "the ledger was written by an earlier version, whose format is not read any more",
            ));
        }
        Some(format) if format > FORMAT => {
            return Err(Fault::new(
                LedgerErrorKind::NewerVersion,
                "the ledger was written by a newer version, or is damaged at its beginning",
            ));
        }
        _ => return Err(damaged("its version is none")),
    }
    if start.get(18..20) != Some(&ROLLBACK_JOURNAL) {
        return Err(damaged("its journal is of another kind"));
    }
    let tables = start.get(103..).and_then(<[u8]>::first_chunk).copied();
    let tables = tables.map(u16::from_be_bytes).map(usize::from);
    if start.get(100) != Some(&LEAF) || tables != Some(TABLES.len()) {
        return Err(damaged("its tables are others"));
    }
    Ok(())
}
