use std::fmt;

use customer_api_core::{Delivery, Error, Timestamp};

use crate::{Digest, Key, clock};

/// The maximum stored length of a reference or code, in bytes.
const MAX_TEXT: usize = 200;

/// A ledger's record of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// The state of the key's write.
    pub state: State,
    /// The digest of the content sent under the key, if it is known.
    pub digest: Option<Digest>,
    /// The time at which the key was last begun, by the clock of the machine that began it.
    pub began: Option<Timestamp>,
    /// Set if the key was begun again while it was unknown: the time at which the first write of unknown outcome was begun.
    pub doubt_since: Option<Timestamp>,
}

impl Entry {
    /// Creates the entry of a key. For implementers of [`Ledger`](crate::Ledger).
    #[must_use]
    pub fn new(key: Key, state: State) -> Self {
        Self {
            key,
            state,
            digest: None,
            began: None,
            doubt_since: None,
        }
    }

    /// Returns the same entry in another state. Clears `doubt_since`, unless the new state is unknown. For implementers of
    /// [`Ledger`](crate::Ledger).
    #[must_use]
    pub fn became(mut self, state: State) -> Self {
        if state != State::Unknown {
            self.doubt_since = None;
        }
        self.state = state;
        self
    }
}

/// The state of a write, as far as the ledger knows.
#[expect(
    clippy::exhaustive_enums,
    reason = "code that decides about sending again must handle every state"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The write is on its way. After a kill, such a key becomes [`Unknown`](Self::Unknown).
    Sending,
    /// The provider accepted the write.
    Accepted {
        /// The provider's reference of the result, if the operation has a reference; cut at 200 bytes.
        reference: Option<String>,
    },
    /// The provider refused the write, and did nothing.
    Refused {
        /// The HTTP status.
        status: Option<u16>,
        /// The provider's code, cut at 200 bytes.
        code: Option<String>,
        /// Set if the refusal is temporary: the provider asks not to be called before this time.
        not_before: Option<Timestamp>,
    },
    /// The write did not happen: it never reached the provider, the provider rejected its credential, or an operator or a later read at the
    /// provider found that the write did not happen.
    NotSent,
    /// The write may have happened: after a timeout, a broken connection, a failure of the provider's server, or a kill.
    Unknown,
}

/// The outcome of a write that was begun, for [`Ledger::finish`](crate::Ledger::finish).
///
/// It contains no message from the provider, because such a message may quote personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome(State);

impl Outcome {
    /// The provider accepted the write and returned this reference.
    #[must_use]
    pub fn accepted(reference: Option<&str>) -> Self {
        Self(State::Accepted {
            reference: reference.map(cut),
        })
    }

    /// The provider refused the write, with a status and a code.
    #[must_use]
    pub fn refused(status: Option<u16>, code: Option<&str>) -> Self {
        Self(State::Refused {
            status,
            code: code.map(cut),
            not_before: None,
        })
    }

    /// Makes a refusal temporary: the provider asks not to be called before this time. Other outcomes stay the same.
    #[must_use]
    pub fn with_not_before(mut self, time: Timestamp) -> Self {
        if let State::Refused { not_before, .. } = &mut self.0 {
            *not_before = Some(time);
        }
        self
    }

    /// The write never reached the provider.
    #[must_use]
    pub const fn not_sent() -> Self {
        Self(State::NotSent)
    }

    /// The write may have happened.
    #[must_use]
    pub const fn unknown() -> Self {
        Self(State::Unknown)
    }

    /// Returns the outcome of a failed call. The error's [`delivery`](Error::delivery) decides, with one exception: a 401 rejected the
    /// credential and not the write, so the write counts as not sent and can be made with a better credential.
    ///
    /// A refusal that [may be unasked](Error::may_be_unasked) proves nothing about the write, because the server may have sent it before
    /// the write arrived. The outcome is then refused even for a 401, and a `Retry-After` is ignored.
    #[must_use]
    pub fn of_error(error: &Error) -> Self {
        match error.delivery() {
            Delivery::Refused if error.may_be_unasked() => {
                Self::refused(error.status(), error.code())
            }
            Delivery::Refused if error.status() == Some(401) => Self::not_sent(),
            Delivery::NotSent => Self::not_sent(),
            Delivery::Refused => {
                let refused = Self::refused(error.status(), error.code());
                match error.retry_after().and_then(clock::after) {
                    Some(time) => refused.with_not_before(time),
                    None => refused,
                }
            }
            Delivery::Unknown => Self::unknown(),
        }
    }

    /// Returns the new state of a key, given its state before the claim. Implementers of [`Ledger`](crate::Ledger) call this instead
    /// of deciding themselves.
    ///
    /// If the outcome of an earlier write is unknown, the key stays unknown even if a later write was refused: the refusal may be a
    /// consequence of the earlier write.
    #[must_use]
    pub fn over(&self, before: Option<&State>) -> State {
        match (before, &self.0) {
            (Some(State::Unknown), State::Refused { .. } | State::NotSent) => State::Unknown,
            _ => self.0.clone(),
        }
    }

    /// Returns the state of the key after this outcome. Never [`State::Sending`].
    #[must_use]
    pub fn state(&self) -> &State {
        &self.0
    }
}

/// The number of keys in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerSummary {
    /// On their way.
    pub sending: u64,
    /// Accepted by the provider.
    pub accepted: u64,
    /// Refused by the provider.
    pub refused: u64,
    /// Begun, but not sent.
    pub not_sent: u64,
    /// May have happened.
    pub unknown: u64,
}

impl LedgerSummary {
    /// Returns the count for the kind of this state. For implementers of [`Ledger`](crate::Ledger), who can't build this struct
    /// otherwise.
    #[must_use]
    pub fn count_mut(&mut self, state: &State) -> &mut u64 {
        match state {
            State::Sending => &mut self.sending,
            State::Accepted { .. } => &mut self.accepted,
            State::Refused { .. } => &mut self.refused,
            State::NotSent => &mut self.not_sent,
            State::Unknown => &mut self.unknown,
        }
    }

    /// Returns the number of all keys.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.sending + self.accepted + self.refused + self.not_sent + self.unknown
    }
}

impl fmt::Display for LedgerSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} accepted, {} refused, {} not sent, {} unknown",
            self.accepted, self.refused, self.not_sent, self.unknown
        )?;
        match self.sending {
            0 => Ok(()),
            sending => write!(f, ", {sending} on their way"),
        }
    }
}

fn cut(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_one_line() {
        let mut summary = LedgerSummary::default();
        *summary.count_mut(&State::Accepted { reference: None }) = 7;
        *summary.count_mut(&State::Unknown) = 1;
        let line = "7 accepted, 0 refused, 0 not sent, 1 unknown";
        assert_eq!(summary.to_string(), line);
        *summary.count_mut(&State::Sending) = 2;
        assert_eq!(summary.to_string(), format!("{line}, 2 on their way"));
        assert_eq!(summary.total(), 10);
    }
}
