use rusqlite::types::ValueRef;

use super::{
    super::{Key, LedgerSummary, State},
    checksum::Checksum,
    fault::{Fault, damaged},
};

/// What the file holds of a key.
pub(super) struct Row {
    pub(super) state: State,
    /// Of the claim, as long as it is on its way.
    pub(super) token: Option<[u8; 16]>,
}

/// What the file holds of all keys together.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) summary: LedgerSummary,
    /// The sum of all checksums.
    pub(super) checksum: u64,
}

impl Totals {
    /// Takes one row out, and puts another one in.
    ///
    /// Fails only if the row was never counted.
    pub(super) fn replace(
        &mut self,
        key: &Key,
        before: Option<&Row>,
        after: &Row,
    ) -> Result<(), Fault> {
        if let Some(before) = before {
            let count = self.summary.count_mut(&before.state);
            *count = count
                .checked_sub(1)
                .ok_or_else(|| damaged("an entry was not counted"))?;
            self.checksum = self.checksum.wrapping_sub(before.checksum(key));
        }
        *self.summary.count_mut(&after.state) += 1;
        self.checksum = self.checksum.wrapping_add(after.checksum(key));
        Ok(())
    }
}

/// The columns of a row, in the order in which they are read and written.
pub(super) const COLUMNS: &str = "key, state, token, status, text, checksum";

impl Row {
    pub(super) const fn sending(token: [u8; 16]) -> Self {
        Self {
            state: State::Sending,
            token: Some(token),
        }
    }

    pub(super) const fn settled(state: State) -> Self {
        Self { state, token: None }
    }

    pub(super) fn checksum(&self, key: &Key) -> u64 {
        Checksum::new()
            .bytes(key.as_str().as_bytes())
            .number(u64::from(code(&self.state)))
            .optional(self.token.as_ref().map(<[u8; 16]>::as_slice))
            .number(self.status().map_or(0, u64::from))
            .optional(self.text().map(str::as_bytes))
            .value()
    }

    pub(super) fn status(&self) -> Option<u16> {
        match self.state {
            State::Refused { status, .. } => status,
            _ => None,
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.state {
            State::Accepted { reference: text } | State::Refused { code: text, .. } => {
                text.as_deref()
            }
            _ => None,
        }
    }

    /// Reads a row, and believes nothing that its checksum does not confirm.
    pub(super) fn read(row: &rusqlite::Row<'_>) -> Result<(Key, Self), Fault> {
        let unreadable = |_| damaged("an entry can't be read");
        let key = match row.get_ref(0)? {
            ValueRef::Text(text) => std::str::from_utf8(text).ok(),
            _ => None,
        };
        let key = key.and_then(|key| Key::new(key).ok());
        let key = key.ok_or_else(|| damaged("an entry has a key that is none"))?;
        let text = row.get::<_, Option<String>>(4).map_err(unreadable)?;
        let status = row.get::<_, Option<u16>>(3).map_err(unreadable)?;
        let state = match row.get(1).map_err(unreadable)? {
            SENDING => State::Sending,
            ACCEPTED => State::Accepted { reference: text },
            REFUSED => State::Refused { status, code: text },
            NOT_SENT => State::NotSent,
            UNKNOWN => State::Unknown,
            _ => return Err(damaged("an entry has a state that is none")),
        };
        let token = row.get(2).map_err(unreadable)?;
        let read = Self { state, token };
        let checksum: i64 = row.get(5).map_err(unreadable)?;
        if checksum as u64 == read.checksum(&key) {
            Ok((key, read))
        } else {
            Err(damaged("an entry has changed since it was written"))
        }
    }
}

const SENDING: u8 = 1;
const ACCEPTED: u8 = 2;
const REFUSED: u8 = 3;
const NOT_SENT: u8 = 4;
const UNKNOWN: u8 = 5;

/// How a state is written.
pub(super) const fn code(state: &State) -> u8 {
    match state {
        State::Sending => SENDING,
        State::Accepted { .. } => ACCEPTED,
        State::Refused { .. } => REFUSED,
        State::NotSent => NOT_SENT,
        State::Unknown => UNKNOWN,
    }
}
