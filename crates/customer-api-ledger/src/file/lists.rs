//! The lists of a ledger. All lists and the totals of their entries are kept in memory.

use rusqlite::{Connection, params};

use super::{
    checksum::Checksum,
    fault::{Fault, damaged},
    row::{Totals, text_key},
};
use crate::{DigestKey, Key, LedgerSummary, ListInfo};

/// A list and the totals of its entries.
pub(super) struct Listed {
    pub(super) id: i64,
    pub(super) info: ListInfo,
    pub(super) totals: Totals,
    /// The totals that the file contains.
    saved: Totals,
}

/// All lists, in the order of their ids, and the digest key.
pub(super) struct Lists {
    lists: Vec<Listed>,
    digest_key: DigestKey,
}

impl Lists {
    /// Reads the lists, and checks that none is missing.
    pub(super) fn read(connection: &Connection) -> Result<Self, Fault> {
        let (digest_key, count, checksum, rows) = connection
            .query_row(
                "SELECT digest_key, lists, checksum, (SELECT count(*) FROM ledger) FROM ledger",
                [],
                |row| {
                    Ok((
                        row.get::<_, [u8; 32]>(0)?,
                        row.get::<_, i64>(1)?,
                        row.get::<_, i64>(2)?,
                        row.get::<_, i64>(3)?,
                    ))
                },
            )
            .map_err(|_| damaged("its first row is missing or can't be read"))?;
        if rows != 1 {
            return Err(damaged("its table `ledger` has several rows"));
        }
        let mut rows = connection.prepare(
            "SELECT id, name, operation, sending, accepted, refused, not_sent, unknown, checksum FROM list ORDER BY id",
        )?;
        let mut rows = rows.query([])?;
        let mut lists: Vec<Listed> = Vec::new();
        while let Some(row) = rows.next()? {
            let unreadable = |_| damaged("a list can't be read");
            let name = text_key(row.get_ref(1)?).ok_or_else(|| damaged("a list has no name"))?;
            if lists.iter().any(|list| list.info.name == name) {
                return Err(damaged("two lists have one name"));
            }
            let number = |column| {
                row.get::<_, i64>(column)
                    .map(|number| number as u64)
                    .map_err(unreadable)
            };
            let summary = LedgerSummary {
                sending: number(3)?,
                accepted: number(4)?,
                refused: number(5)?,
                not_sent: number(6)?,
                unknown: number(7)?,
            };
            let totals = Totals {
                summary,
                checksum: number(8)?,
            };
            let operation: String = row.get(2).map_err(unreadable)?;
            lists.push(Listed {
                id: row.get(0).map_err(unreadable)?,
                info: ListInfo::new(name, operation),
                totals,
                saved: totals,
            });
        }
        let read = Self {
            lists,
            digest_key: DigestKey::new(digest_key),
        };
        if read.lists.len() as u64 != count as u64 || read.checksum() != checksum as u64 {
            return Err(damaged("a list is missing, or has changed"));
        }
        Ok(read)
    }

    pub(super) fn digest_key(&self) -> &DigestKey {
        &self.digest_key
    }

    pub(super) fn infos(&self) -> Vec<ListInfo> {
        self.lists.iter().map(|list| list.info.clone()).collect()
    }

    pub(super) fn find(&self, name: &Key) -> Option<&Listed> {
        self.lists.iter().find(|list| list.info.name == *name)
    }

    pub(super) fn totals_mut(&mut self, id: i64) -> Option<&mut Totals> {
        let list = self.lists.iter_mut().find(|list| list.id == id);
        list.map(|list| &mut list.totals)
    }

    pub(super) fn totals(&self) -> Vec<(i64, Totals)> {
        self.lists
            .iter()
            .map(|list| (list.id, list.totals))
            .collect()
    }

    /// Appends a list.
    pub(super) fn add(&mut self, connection: &Connection, info: ListInfo) -> Result<(), Fault> {
        let id = self.lists.last().map_or(1, |last| last.id + 1);
        connection.execute(
            "INSERT INTO list VALUES (?1, ?2, ?3, 0, 0, 0, 0, 0, 0)",
            params![id, info.name.as_str(), info.operation],
        )?;
        self.lists.push(Listed {
            id,
            info,
            totals: Totals::default(),
            saved: Totals::default(),
        });
        connection.execute(
            "UPDATE ledger SET lists = ?1, checksum = ?2",
            params![self.lists.len() as i64, self.checksum() as i64],
        )?;
        Ok(())
    }

    /// Writes the totals that differ from those in the file.
    pub(super) fn save(&mut self, connection: &Connection) -> Result<(), Fault> {
        for list in self.lists.iter().filter(|list| list.totals != list.saved) {
            let Totals { summary, checksum } = list.totals;
            let mut save = connection.prepare_cached(
                "UPDATE list SET sending = ?2, accepted = ?3, refused = ?4, not_sent = ?5, unknown = ?6, checksum = ?7 WHERE id = ?1",
            )?;
            save.execute(params![
                list.id,
                summary.sending as i64,
                summary.accepted as i64,
                summary.refused as i64,
                summary.not_sent as i64,
                summary.unknown as i64,
                checksum as i64,
            ])?;
        }
        Ok(())
    }

    /// Marks the saved totals as committed.
    pub(super) fn saved(&mut self) {
        for list in &mut self.lists {
            list.saved = list.totals;
        }
    }

    /// Computes the checksum of the digest key and of all lists, without the lists' totals. The totals are compared with the
    /// entries instead.
    fn checksum(&self) -> u64 {
        let mut checksum = Checksum::new().bytes(self.digest_key.bytes());
        for list in &self.lists {
            checksum = checksum
                .number(list.id as u64)
                .bytes(list.info.name.as_str().as_bytes())
                .bytes(list.info.operation.as_bytes());
        }
        checksum.value()
    }
}

/// Returns the checksum of a ledger without lists.
pub(super) fn empty_checksum(digest_key: &DigestKey) -> u64 {
    Checksum::new().bytes(digest_key.bytes()).value()
}
