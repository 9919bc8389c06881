use std::fmt;

use customer_api_core::{Delivery, Error, Timestamp};

use crate::{Digest, Key, clock};

/// The longest reference or code that is kept, in bytes.
const MAX_TEXT: usize = 200;

/// What a ledger knows of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The key.
    pub key: Key,
    /// What became of it.
    pub state: State,
    /// What was said under it, if that is known.
    pub digest: Option<Digest>,
    /// When it was begun last, by the clock of the machine that did.
    pub began: Option<Timestamp>,
    /// Since when it has been in doubt, if it was begun anew while it was unknown: when the first of those writes was begun.
    pub doubt_since: Option<Timestamp>,
}

impl Entry {
    /// What is known of this key. For implementers of [`Ledger`](crate::Ledger).
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

    /// The same entry in another state, in which it is in doubt no more, unless it is unknown. For implementers of
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

/// What became of a write, as far as a ledger knows.
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever decides about sending again must be made to decide all of them"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is on its way. What is left of it after a kill becomes [`Unknown`](Self::Unknown).
    Sending,
    /// The provider accepted it.
    Accepted {
        /// What the provider calls it, if the operation has a reference; cut at 200 bytes.
        reference: Option<String>,
    },
    /// The provider refused it, and did nothing.
    Refused {
        /// The HTTP status.
        status: Option<u16>,
        /// The provider's code, cut at 200 bytes.
        code: Option<String>,
        /// The refusal is for now: the provider asks not to be called before this time.
        not_before: Option<Timestamp>,
    },
    /// It never reached the provider, or was turned away with its credential; or somebody found out that it did not happen.
    NotSent,
    /// It may have happened: a timeout, a broken connection, a failure of the provider's server, or a kill.
    Unknown,
}

/// What became of a write that was begun, for [`Ledger::finish`](crate::Ledger::finish).
///
/// Holds no message of the provider's, as it may quote a person's data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome(State);

impl Outcome {
    /// The provider accepted it, and gave this reference.
    #[must_use]
    pub fn accepted(reference: Option<&str>) -> Self {
        Self(State::Accepted {
            reference: reference.map(cut),
        })
    }

    /// The provider refused it, with a status and a code.
    #[must_use]
    pub fn refused(status: Option<u16>, code: Option<&str>) -> Self {
        Self(State::Refused {
            status,
            code: code.map(cut),
            not_before: None,
        })
    }

    /// The same outcome, if it is a refusal for now: the provider asks not to be called before this time.
    #[must_use]
    pub fn with_not_before(mut self, time: Timestamp) -> Self {
        if let State::Refused { not_before, .. } = &mut self.0 {
            *not_before = Some(time);
        }
        self
    }

    /// It never reached the provider.
    #[must_use]
    pub const fn not_sent() -> Self {
        Self(State::NotSent)
    }

    /// It may have happened.
    #[must_use]
    pub const fn unknown() -> Self {
        Self(State::Unknown)
    }

    /// What a failed call means: its [`delivery`](Error::delivery) decides. But a 401 turned away the credential, and not what was
    /// asked for, so with a better credential it may go as if it had not been sent. A response that
    /// [may be unasked](Error::may_be_unasked) proves neither that, nor that the write may be repeated later: it is a plain refusal.
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

    /// What a key becomes by this outcome that was in this state before its claim. The one place where that is decided, for implementers of
    /// [`Ledger`](crate::Ledger).
    ///
    /// A doubt about an earlier write stays, whatever was refused since: a refusal may well be about a write that was made already.
    #[must_use]
    pub fn over(&self, before: Option<&State>) -> State {
        match (before, &self.0) {
            (Some(State::Unknown), State::Refused { .. } | State::NotSent) => State::Unknown,
            _ => self.0.clone(),
        }
    }

    /// The state of the key after this. Never [`State::Sending`].
    #[must_use]
    pub fn state(&self) -> &State {
        &self.0
    }
}

/// How many keys of a ledger are in every state.
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
    /// The number of keys in a state like this one. For implementers of [`Ledger`](crate::Ledger), who can't build this
    /// struct otherwise.
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

    /// The number of all keys.
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
