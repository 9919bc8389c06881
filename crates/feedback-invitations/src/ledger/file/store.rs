//! What a ledger does with its rows, inside a transaction that somebody else begins and ends.

use rusqlite::{Connection, OptionalExtension as _, Statement, params};

use super::{
    super::{
        Begun, Claim, Entry, Key, LedgerError, LedgerErrorKind, LedgerSummary, Resend, Resolution,
        State,
    },
    fault::Fault,
    guard::Guard,
    row::{self, COLUMNS, Row, Totals},
};

/// The open file.
pub(super) struct Store<'c> {
    guard: &'c Guard,
    /// What was found wrong with the file while it was open. It never gets well again.
    disturbed: Option<LedgerError>,
    find: Statement<'c>,
    put: Statement<'c>,
    put_totals: Statement<'c>,
    in_state: Statement<'c>,
    begin: Statement<'c>,
    commit: Statement<'c>,
    totals: Totals,
    /// The totals that the file holds.
    saved: Totals,
}

impl<'c> Store<'c> {
    /// A store whose totals were read, and found right.
    pub(super) fn new(
        connection: &'c Connection,
        guard: &'c Guard,
        totals: Totals,
    ) -> Result<Self, Fault> {
        Ok(Self {
            guard,
            disturbed: None,
            find: connection.prepare(&format!("SELECT {COLUMNS} FROM entry WHERE key = ?1"))?,
            put: connection.prepare(&format!(
                "REPLACE INTO entry ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
            ))?,
            put_totals: connection.prepare(
                "UPDATE total SET sending = ?1, accepted = ?2, refused = ?3, not_sent = ?4, unknown = ?5, checksum = ?6",
            )?,
            in_state: connection.prepare(&format!(
                "SELECT {COLUMNS} FROM entry WHERE key > ?1 AND state = ?2 ORDER BY key LIMIT ?3"
            ))?,
            begin: connection.prepare("BEGIN IMMEDIATE")?,
            commit: connection.prepare("COMMIT")?,
            totals,
            saved: totals,
        })
    }

    pub(super) fn begin_transaction(&mut self) -> Result<(), Fault> {
        self.look();
        self.begin.execute([])?;
        Ok(())
    }

    /// Ends the transaction, and makes what was done in it last.
    pub(super) fn commit(&mut self) -> Result<(), Fault> {
        if self.totals != self.saved {
            let Totals { summary, checksum } = self.totals;
            self.put_totals.execute(params![
                summary.sending as i64,
                summary.accepted as i64,
                summary.refused as i64,
                summary.not_sent as i64,
                summary.unknown as i64,
                checksum as i64,
            ])?;
        }
        self.commit.execute([])?;
        self.saved = self.totals;
        if self.disturbed.is_none() {
            self.guard.note()?;
        }
        self.look();
        Ok(())
    }

    /// What was found wrong with the file, from which everything follows that is done with it.
    pub(super) fn disturbed(&self) -> Option<&LedgerError> {
        self.disturbed.as_ref()
    }

    /// Why something failed: in a file that was disturbed, everything else follows from that.
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

    pub(super) fn begin(&mut self, key: Key, resend: Resend) -> Result<Begun, Fault> {
        self.check()?;
        let before = self.find(&key)?;
        if let Some(before) = &before {
            if !resend.allows(&before.state) {
                return Ok(Begun::Known(Entry::new(key, before.state.clone())));
            }
        }
        let claim = Claim::new(key);
        self.put(claim.key(), before.as_ref(), &Row::sending(*claim.token()))?;
        Ok(Begun::Started(claim))
    }

    /// Records an outcome, in a file that was renamed, too: who brings it back finds it there.
    pub(super) fn finish(&mut self, key: &Key, token: [u8; 16], state: State) -> Result<(), Fault> {
        if self.disturbed.is_some() {
            self.guard.check_content()?;
        }
        match self.find(key)? {
            Some(before) if before.token == Some(token) => {
                self.put(key, Some(&before), &Row::settled(state))
            }
            _ => Err(Fault::new(
                LedgerErrorKind::ClaimLost,
                "the claim is not the key's any more: its outcome was recorded, or it was begun anew",
            )),
        }
    }

    pub(super) fn resolve(&mut self, key: &Key, resolution: Resolution) -> Result<(), Fault> {
        self.check()?;
        let state = match resolution {
            Resolution::Sent => State::Accepted { reference: None },
            Resolution::NotSent => State::NotSent,
        };
        match self.find(key)? {
            Some(before) if before.state == State::Unknown => {
                self.put(key, Some(&before), &Row::settled(state))
            }
            _ => Err(Fault::new(
                LedgerErrorKind::NotUnknown,
                "there is nothing to resolve: the key's outcome is not unknown",
            )),
        }
    }

    pub(super) fn entry(&mut self, key: Key) -> Result<Option<Entry>, Fault> {
        self.check()?;
        let found = self.find(&key)?;
        Ok(found.map(|row| Entry::new(key, row.state)))
    }

    pub(super) fn summary(&self) -> Result<LedgerSummary, Fault> {
        self.check()?;
        Ok(self.totals.summary)
    }

    pub(super) fn unknown(&mut self, after: Option<&Key>, limit: usize) -> Result<Vec<Key>, Fault> {
        self.check()?;
        self.in_state(&State::Unknown, after, limit)
    }

    fn in_state(
        &mut self,
        state: &State,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, Fault> {
        // No key is empty, so all are behind the empty text.
        let after = after.map_or("", Key::as_str);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut rows = self
            .in_state
            .query(params![after, row::code(state), limit])?;
        let mut keys = Vec::new();
        while let Some(row) = rows.next()? {
            keys.push(Row::read(row)?.0);
        }
        Ok(keys)
    }

    fn find(&mut self, key: &Key) -> Result<Option<Row>, Fault> {
        let found = self
            .find
            .query_row([key.as_str()], |row| Ok(Row::read(row)))
            .optional()?;
        Ok(found.transpose()?.map(|(_, row)| row))
    }

    fn put(&mut self, key: &Key, before: Option<&Row>, after: &Row) -> Result<(), Fault> {
        self.put.execute(params![
            key.as_str(),
            row::code(&after.state),
            after.token,
            after.status(),
            after.text(),
            after.checksum(key) as i64,
        ])?;
        self.totals.replace(key, before, after)
    }

    /// What was on its way when the file was left is unknown now.
    pub(super) fn forsake_all(&mut self) -> Result<(), Fault> {
        let mut last = None;
        loop {
            // Not all at once: they may be many.
            let keys = self.in_state(&State::Sending, last.as_ref(), 1_000)?;
            for key in &keys {
                let before = self.find(key)?;
                self.put(key, before.as_ref(), &Row::settled(State::Unknown))?;
            }
            last = keys.into_iter().next_back();
            if last.is_none() {
                return Ok(());
            }
        }
    }
}
