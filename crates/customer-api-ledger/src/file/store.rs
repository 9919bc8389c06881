//! The ledger's operations on its rows. The caller begins and ends the transaction.

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io,
    path::Path,
};

use rusqlite::{Connection, OptionalExtension as _, Statement, params};

use super::{
    fault::Fault,
    guard::Guard,
    lists::Lists,
    row::{self, COLUMNS, Row},
};
use crate::{
    Claim, DigestKey, Entry, Intent, Key, LedgerError, LedgerErrorKind, LedgerSummary, ListInfo,
    Outcome, Resolution, State, list::no_such_list,
};

/// The open file.
pub(super) struct Store<'c> {
    connection: &'c Connection,
    guard: &'c Guard,
    /// The first problem with the file that was found while the file was open. It is never cleared.
    disturbed: Option<LedgerError>,
    find: Statement<'c>,
    put: Statement<'c>,
    remove: Statement<'c>,
    in_state: Statement<'c>,
    begin: Statement<'c>,
    commit: Statement<'c>,
    lists: Lists,
    /// The earlier row of each key in the state `Sending`, by the claim's token. A withdrawal restores this row.
    before: HashMap<[u8; 16], Option<Row>>,
}

impl<'c> Store<'c> {
    /// Creates a store. The lists have been read and verified.
    pub(super) fn new(
        connection: &'c Connection,
        guard: &'c Guard,
        lists: Lists,
    ) -> Result<Self, Fault> {
        Ok(Self {
            connection,
            guard,
            disturbed: None,
            find: connection.prepare(&format!(
                "SELECT {COLUMNS} FROM entry WHERE list = ?1 AND key = ?2"
            ))?,
            put: connection.prepare(&format!(
                "REPLACE INTO entry ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
            ))?,
            remove: connection.prepare("DELETE FROM entry WHERE list = ?1 AND key = ?2")?,
            in_state: connection.prepare(&format!(
                "SELECT {COLUMNS} FROM entry WHERE list = ?1 AND key > ?2 AND state = ?3 ORDER BY key LIMIT ?4"
            ))?,
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            commit: connection.prepare("COMMIT")?,
            lists,
            before: HashMap::new(),
        })
    }

    pub(super) fn begin_transaction(&mut self) -> Result<(), Fault> {
        self.look();
        self.begin.execute([])?;
        Ok(())
    }

    /// Commits the transaction.
    pub(super) fn commit(&mut self) -> Result<(), Fault> {
        self.lists.save(self.connection)?;
        self.commit.execute([])?;
        self.lists.saved();
        if self.disturbed.is_none() {
            self.guard.note()?;
        }
        self.look();
        Ok(())
    }

    /// Returns the problem that was found with the file, if any. After such a problem, all operations return an error.
    pub(super) fn disturbed(&self) -> Option<&LedgerError> {
        self.disturbed.as_ref()
    }

    /// Returns the cause of a failure: the problem with the file if one was found, or else the failure itself.
    pub(super) fn explain(&self, failure: LedgerError) -> LedgerError {
        self.disturbed.clone().unwrap_or(failure)
    }

    fn look(&mut self) {
        if self.disturbed.is_none() {
            self.disturbed = self.guard.check().err();
        }
    }

    fn check(&self) -> Result<(), Fault> {
        let disturbed = self.disturbed.clone();
        disturbed.map_or(Ok(()), |disturbed| Err(disturbed.into()))
    }

    /// Copies the file, between two transactions.
    pub(super) fn backup_to(&mut self, path: &Path) -> Result<(), Fault> {
        self.check()?;
        self.commit()?;
        let copied = copy(self.guard.path(), path);
        self.begin_transaction()?;
        copied.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Fault::new(
                LedgerErrorKind::AlreadyExists,
                "something already exists where the copy was to be written",
            ),
            _ => LedgerError::with_source(
                LedgerErrorKind::NotCopied,
                "the copy could not be written",
                error,
            )
            .into(),
        })
    }

    pub(super) fn create_list(&mut self, info: ListInfo) -> Result<(), Fault> {
        self.check()?;
        if self.lists.find(&info.name).is_some() {
            return Err(Fault::new(
                LedgerErrorKind::AlreadyExists,
                "the ledger already has a list of this name",
            ));
        }
        if info.operation.len() > Key::MAX_BYTES {
            return Err(Fault::new(
                LedgerErrorKind::InvalidName,
                "the operation's id is too long",
            ));
        }
        self.lists.add(self.connection, info)
    }

    pub(super) fn lists(&self) -> Result<Vec<ListInfo>, Fault> {
        self.check()?;
        Ok(self.lists.infos())
    }

    pub(super) fn digest_key(&self) -> Result<DigestKey, Fault> {
        self.check()?;
        Ok(self.lists.digest_key().clone())
    }

    fn list(&self, name: &Key) -> Result<i64, Fault> {
        let list = self.lists.find(name).ok_or_else(no_such_list)?;
        Ok(list.id)
    }

    pub(super) fn begin(&mut self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, Fault> {
        self.check()?;
        let list = self.list(claim.list())?;
        let before = self.find(list, claim.key())?;
        let known = before
            .clone()
            .map(|row| row.into_entry(claim.key().clone()));
        // A caller that did not receive the result asks again with the same token, and keeps its claim.
        let is_mine = |row: &Row| row.token.as_ref() == Some(claim.token());
        if !before.as_ref().is_some_and(is_mine) {
            if let Some(known) = known.as_ref().filter(|known| !intent.may_begin(known)) {
                return Ok(Some(known.clone()));
            }
        }
        if self.before.contains_key(claim.token()) {
            return Ok(None);
        }
        let begun = intent.begun(claim.key().clone(), known.as_ref());
        let row = Row::sending(*claim.token(), begun);
        self.put(list, claim.key(), before.as_ref(), &row)?;
        self.before.insert(*claim.token(), before);
        Ok(None)
    }

    /// Withdraws a claim, if the claim still has its key.
    pub(super) fn withdraw(&mut self, claim: &Claim) -> Result<(), Fault> {
        if self.disturbed.is_some() {
            self.guard.check_content()?;
        }
        let list = self.list(claim.list())?;
        let Some(now) = self
            .find(list, claim.key())?
            .filter(|row| row.token.as_ref() == Some(claim.token()))
        else {
            return Ok(());
        };
        match self.before.remove(claim.token()).flatten() {
            Some(before) => self.put(list, claim.key(), Some(&now), &before),
            None => {
                self.remove.execute(params![list, claim.key().as_str()])?;
                self.replaced(list, claim.key(), Some(&now), None)
            }
        }
    }

    /// Records an outcome, even in a file that was renamed. If an operator moves the file back, it contains the outcome.
    pub(super) fn finish(&mut self, claim: &Claim, outcome: &Outcome) -> Result<State, Fault> {
        if self.disturbed.is_some() {
            self.guard.check_content()?;
        }
        let list = self.list(claim.list())?;
        match self.find(list, claim.key())? {
            Some(before) if before.token.as_ref() == Some(claim.token()) => {
                let earlier = self.before.get(claim.token()).and_then(Option::as_ref);
                let state = outcome.over(earlier.map(|row| &row.state));
                let after = before.settled(state.clone());
                self.put(list, claim.key(), Some(&before), &after)?;
                self.before.remove(claim.token());
                Ok(state)
            }
            _ => Err(Fault::new(
                LedgerErrorKind::ClaimLost,
                "the claim no longer has the key: its outcome was recorded, or the key was begun again",
            )),
        }
    }

    pub(super) fn resolve(
        &mut self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), Fault> {
        self.check()?;
        let (list, key) = (self.list(list)?, &known.key);
        let state = match resolution {
            Resolution::Sent => State::Accepted { reference: None },
            Resolution::NotSent => State::NotSent,
        };
        let before = self.find(list, key)?;
        match before.filter(|row| row.state == State::Unknown) {
            Some(before) if before.clone().into_entry(key.clone()) == *known => {
                let after = before.settled(state);
                self.put(list, key, Some(&before), &after)
            }
            Some(_) => Err(Fault::new(
                LedgerErrorKind::NotUnknown,
                "the key was begun again since, and its new outcome is also unknown",
            )),
            None => Err(Fault::new(
                LedgerErrorKind::NotUnknown,
                "there is nothing to resolve: the key's outcome is not unknown",
            )),
        }
    }

    pub(super) fn entry(&mut self, list: &Key, key: Key) -> Result<Option<Entry>, Fault> {
        self.check()?;
        let list = self.list(list)?;
        let found = self.find(list, &key)?;
        Ok(found.map(|row| row.into_entry(key)))
    }

    pub(super) fn summary(&self, list: &Key) -> Result<LedgerSummary, Fault> {
        self.check()?;
        let list = self.lists.find(list).ok_or_else(no_such_list)?;
        Ok(list.totals.summary)
    }

    pub(super) fn unknown(
        &mut self,
        list: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, Fault> {
        self.check()?;
        let list = self.list(list)?;
        self.in_state(list, &State::Unknown, after, limit)
    }

    fn in_state(
        &mut self,
        list: i64,
        state: &State,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, Fault> {
        // No key is empty, so every key sorts after the empty text.
        let after = after.map_or("", Key::as_str);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = self
            .in_state
            .query(params![list, after, row::code(state), limit])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            keys.push(Row::read(row)?.1);
        }
        Ok(keys)
    }

    fn find(&mut self, list: i64, key: &Key) -> Result<Option<Row>, Fault> {
        let found = self
            .find
            .query_row(params![list, key.as_str()], |row| Ok(Row::read(row)))
            .optional()?;
        Ok(found.transpose()?.map(|(_, _, row)| row))
    }

    fn put(
        &mut self,
        list: i64,
        key: &Key,
        before: Option<&Row>,
        after: &Row,
    ) -> Result<(), Fault> {
        self.put.execute(params![
            list,
            key.as_str(),
            row::code(&after.state),
            after.token,
            after.status(),
            after.text(),
            after.not_before(),
            after.digest(),
            after.began(),
            after.doubt_since(),
            after.checksum(list, key) as i64,
        ])?;
        self.replaced(list, key, before, Some(after))
    }

    fn replaced(
        &mut self,
        list: i64,
        key: &Key,
        before: Option<&Row>,
        after: Option<&Row>,
    ) -> Result<(), Fault> {
        match self.lists.totals_mut(list) {
            Some(totals) => totals.replace(list, key, before, after),
            None => Err(no_such_list().into()),
        }
    }

    /// Changes the state of every key from `Sending` to `Unknown`. Called when the file is opened, so no sender of these keys is left.
    pub(super) fn forsake_all(&mut self) -> Result<(), Fault> {
        for (list, _) in self.lists.totals() {
            let mut last = None;
            loop {
                // There may be many keys, so they are read in portions.
                let keys = self.in_state(list, &State::Sending, last.as_ref(), 1_000)?;
                for key in &keys {
                    if let Some(before) = self.find(list, key)? {
                        let after = before.settled(State::Unknown);
                        self.put(list, key, Some(&before), &after)?;
                    }
                }
                last = keys.into_iter().next_back();
                if last.is_none() {
                    break;
                }
            }
        }
        Ok(())
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let mut copy = OpenOptions::new().write(true).create_new(true).open(to)?;
    io::copy(&mut File::open(from)?, &mut copy)?;
    copy.sync_all()
}
