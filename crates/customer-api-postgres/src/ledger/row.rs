use std::time::SystemTime;

use customer_api_core::Timestamp;
use customer_api_ledger::{Digest, Entry, Key, LedgerError, LedgerErrorKind, State};
use tokio_postgres::{Row, types::FromSql};

/// The database's record of a key.
pub(super) struct Found {
    pub(super) entry: Entry,
    /// The token of the claim that has the key, or had it last.
    pub(super) token: Option<Vec<u8>>,
    pub(super) revision: i64,
}

/// Returns the number that represents a state.
pub(super) const fn code(state: &State) -> i16 {
    match state {
        State::Sending => 1,
        State::Accepted { .. } => 2,
        State::Refused { .. } => 3,
        State::NotSent => 4,
        State::Unknown => 5,
    }
}

/// Returns the state for a number, with its data.
pub(super) fn state(
    code: i16,
    status: Option<i32>,
    text: Option<String>,
    not_before: Option<Timestamp>,
) -> Result<State, LedgerError> {
    Ok(match code {
        1 => State::Sending,
        2 => State::Accepted { reference: text },
        3 => State::Refused {
            status: status.and_then(|status| u16::try_from(status).ok()),
            code: text,
            not_before,
        },
        4 => State::NotSent,
        5 => State::Unknown,
        _ => return Err(damaged("an entry's state is not valid")),
    })
}

/// Returns the state of a row.
pub(super) fn read_state(row: &Row) -> Result<State, LedgerError> {
    state(
        cell(row, "state")?,
        cell(row, "status")?,
        cell(row, "text")?,
        cell::<Option<SystemTime>>(row, "not_before")?.and_then(time),
    )
}

impl Found {
    /// Reads a row of the statement `entry`; `None` if the list does not have the key.
    pub(super) fn read(row: &Row) -> Result<Option<Self>, LedgerError> {
        let Some(key) = cell::<Option<String>>(row, "key")? else {
            return Ok(None);
        };
        let key = Key::new(key).map_err(|_| damaged("an entry's key is not valid"))?;
        let mut entry = Entry::new(key, read_state(row)?);
        entry.began = cell::<Option<SystemTime>>(row, "began")?.and_then(time);
        entry.doubt_since = cell::<Option<SystemTime>>(row, "doubt_since")?.and_then(time);
        entry.digest = cell::<Option<Vec<u8>>>(row, "digest")?
            .map(|bytes| read_digest(&bytes))
            .transpose()?;
        Ok(Some(Self {
            entry,
            token: cell(row, "token")?,
            revision: cell(row, "revision")?,
        }))
    }

    pub(super) fn is_held_by(&self, token: &[u8; 16]) -> bool {
        self.token.as_deref() == Some(token.as_slice())
    }
}

fn time(time: SystemTime) -> Option<Timestamp> {
    Timestamp::try_from(time).ok()
}

/// Returns the digest's version, followed by the digest.
pub(super) fn write_digest(digest: &Digest) -> Vec<u8> {
    [&[digest.version()][..], digest.bytes()].concat()
}

fn read_digest(bytes: &[u8]) -> Result<Digest, LedgerError> {
    bytes
        .split_first()
        .and_then(|(version, bytes)| Some(Digest::from_parts(*version, bytes.try_into().ok()?)))
        .ok_or_else(|| damaged("an entry's digest is not valid"))
}

/// Returns a column of a row, by its name.
pub(super) fn cell<'r, T: FromSql<'r>>(row: &'r Row, name: &str) -> Result<T, LedgerError> {
    row.try_get(name)
        .map_err(|_| damaged("the tables are not those of a ledger"))
}

pub(super) fn damaged(reason: &'static str) -> LedgerError {
    LedgerError::new(LedgerErrorKind::Damaged, reason)
}
