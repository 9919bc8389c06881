use customer_api_core::Timestamp;
use rusqlite::types::ValueRef;

use super::{
    checksum::Checksum,
    fault::{Fault, damaged},
};
use crate::{Digest, Entry, Key, LedgerSummary, State, clock};

/// The entry of a key, as the file stores it.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) state: State,
    /// The token of the claim, while the state is `Sending`.
    pub(super) token: Option<[u8; 16]>,
    pub(super) digest: Option<Digest>,
    pub(super) began: Option<Timestamp>,
    pub(super) doubt_since: Option<Timestamp>,
}

/// The totals over all keys of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) summary: LedgerSummary,
    /// The sum of all checksums.
    pub(super) checksum: u64,
}

impl Totals {
    /// Replaces one row by another in the totals.
    ///
    /// # Errors
    ///
    /// If the old row was never counted.
    pub(super) fn replace(
        &mut self,
        list: i64,
        key: &Key,
        before: Option<&Row>,
        after: Option<&Row>,
    ) -> Result<(), Fault> {
        if let Some(before) = before {
            let count = self.summary.count_mut(&before.state);
            *count = count
                .checked_sub(1)
                .ok_or_else(|| damaged("an entry was not counted"))?;
            self.checksum = self.checksum.wrapping_sub(before.checksum(list, key));
        }
        if let Some(after) = after {
            *self.summary.count_mut(&after.state) += 1;
            self.checksum = self.checksum.wrapping_add(after.checksum(list, key));
        }
        Ok(())
    }
}

/// The columns of a row, in the order in which they are read and written.
pub(super) const COLUMNS: &str =
    "list, key, state, token, status, text, not_before, digest, began, doubt_since, checksum";

impl Row {
    /// Creates the row of a key that was claimed with this token.
    pub(super) fn sending(token: [u8; 16], entry: Entry) -> Self {
        Self {
            state: State::Sending,
            token: Some(token),
            digest: entry.digest,
            began: entry.began,
            doubt_since: entry.doubt_since,
        }
    }

    /// Returns this row with an outcome, and without the claim's token.
    pub(super) fn settled(&self, state: State) -> Self {
        let doubt_since = self.doubt_since.clone();
        Self {
            doubt_since: doubt_since.filter(|_| state == State::Unknown),
            state,
            token: None,
            digest: self.digest,
            began: self.began.clone(),
        }
    }

    pub(super) fn into_entry(self, key: Key) -> Entry {
        let mut entry = Entry::new(key, self.state);
        entry.digest = self.digest;
        entry.began = self.began;
        entry.doubt_since = self.doubt_since;
        entry
    }

    pub(super) fn checksum(&self, list: i64, key: &Key) -> u64 {
        Checksum::new()
            .number(list as u64)
            .bytes(key.as_str().as_bytes())
            .number(u64::from(code(&self.state)))
            .optional(self.token.as_ref().map(<[u8; 16]>::as_slice))
            .number(self.status().map_or(0, u64::from))
            .optional(self.text().map(str::as_bytes))
            .time(self.not_before())
            .optional(self.digest().as_deref())
            .time(self.began())
            .time(self.doubt_since())
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

    pub(super) fn not_before(&self) -> Option<i64> {
        match &self.state {
            State::Refused { not_before, .. } => nanoseconds(not_before.as_ref()?),
            _ => None,
        }
    }

    /// Returns the digest's version, followed by the digest.
    pub(super) fn digest(&self) -> Option<Vec<u8>> {
        let digest = self.digest.as_ref()?;
        Some([&[digest.version()][..], digest.bytes()].concat())
    }

    /// Returns the time in nanoseconds. With a coarser unit, a key that is begun again could get the same time as its earlier entry.
    pub(super) fn began(&self) -> Option<i64> {
        nanoseconds(self.began.as_ref()?)
    }

    pub(super) fn doubt_since(&self) -> Option<i64> {
        nanoseconds(self.doubt_since.as_ref()?)
    }

    /// Reads a row, and verifies its checksum.
    pub(super) fn read(row: &rusqlite::Row<'_>) -> Result<(i64, Key, Self), Fault> {
        let unreadable = |_| damaged("an entry can't be read");
        let list: i64 = row.get(0).map_err(unreadable)?;
        let key =
            text_key(row.get_ref(1)?).ok_or_else(|| damaged("an entry's key is not valid"))?;
        let token = row.get(3).map_err(unreadable)?;
        let status = row.get::<_, Option<u16>>(4).map_err(unreadable)?;
        let text = row.get::<_, Option<String>>(5).map_err(unreadable)?;
        let instant = |column| {
            let nanoseconds = row.get::<_, Option<i64>>(column).map_err(unreadable)?;
            Ok::<_, Fault>(nanoseconds.and_then(clock::at))
        };
        let not_before = instant(6)?;
        let state = match row.get(2).map_err(unreadable)? {
            SENDING => State::Sending,
            ACCEPTED => State::Accepted { reference: text },
            REFUSED => State::Refused {
                status,
                code: text,
                not_before,
            },
            NOT_SENT => State::NotSent,
            UNKNOWN => State::Unknown,
            _ => return Err(damaged("an entry's state is not valid")),
        };
        let digest = match row.get_ref(7)? {
            ValueRef::Null => None,
            ValueRef::Blob([version, bytes @ ..]) => Some(Digest::from_parts(
                *version,
                <[u8; 32]>::try_from(bytes)
                    .map_err(|_| damaged("an entry's digest is not valid"))?,
            )),
            _ => return Err(damaged("an entry's digest is not valid")),
        };
        let read = Self {
            state,
            token,
            digest,
            began: instant(8)?,
            doubt_since: instant(9)?,
        };
        let checksum: i64 = row.get(10).map_err(unreadable)?;
        if checksum as u64 == read.checksum(list, &key) {
            Ok((list, key, read))
        } else {
            Err(damaged("an entry has changed since it was written"))
        }
    }
}

/// Returns the value as a key or name, if it is valid.
pub(super) fn text_key(value: ValueRef<'_>) -> Option<Key> {
    match value {
        ValueRef::Text(text) => Key::new(std::str::from_utf8(text).ok()?).ok(),
        _ => None,
    }
}

fn nanoseconds(time: &Timestamp) -> Option<i64> {
    i64::try_from(time.unix_nanoseconds()).ok()
}

const SENDING: u8 = 1;
const ACCEPTED: u8 = 2;
const REFUSED: u8 = 3;
const NOT_SENT: u8 = 4;
const UNKNOWN: u8 = 5;

/// Returns the number that stands for a state.
pub(super) const fn code(state: &State) -> u8 {
    match state {
        State::Sending => SENDING,
        State::Accepted { .. } => ACCEPTED,
        State::Refused { .. } => REFUSED,
        State::NotSent => NOT_SENT,
        State::Unknown => UNKNOWN,
    }
}
