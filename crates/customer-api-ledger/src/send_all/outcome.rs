use std::fmt;

use customer_api_core::{Delivery, Error};

use crate::{Entry, Key, LedgerError, State, settle::Looked};

/// The result for one key of the source.
#[derive(Debug)]
#[non_exhaustive]
pub struct Sent<T> {
    /// The caller's key.
    pub key: Key,
    /// The outcome of the key's write.
    pub outcome: SentOutcome<T>,
    /// Whether the ledger has recorded this outcome, and the decision of a look if there was a look. If the outcome is not on record, a key
    /// that was begun stays in [`State::Sending`], regardless of the outcome, and becomes [`State::Unknown`] later: in a file when the file
    /// is opened again, in a shared ledger when the claim ends. A ledger that could not record an outcome ends the run.
    pub is_recorded: bool,
    /// The result of a [look](super::SendAll::settle_unknown) at the provider, or the look's error, if the outcome was unknown.
    pub looked: Option<Looked>,
}

/// The outcome of a write.
#[derive(Debug)]
#[non_exhaustive]
pub enum SentOutcome<T> {
    /// The provider accepted the write. Contains the output.
    Accepted(T),
    /// The provider refused the write, and did nothing. If the provider rejected the credential with a 401, the ledger records
    /// [`State::NotSent`], and a later run sends the write.
    Refused(Error),
    /// The write never reached the provider. A later run sends it.
    NotSent(Error),
    /// The write may have happened.
    Unknown(Error),
    /// A [look](super::SendAll::settle_unknown) showed that the write is done, by this run or by an earlier one. The ledger has recorded
    /// this.
    Found(Entry),
    /// Nothing was sent, because of the key's state, or because the key occurred before in this run.
    Skipped(State),
    /// Nothing was sent: the key was used for other content that was sent or may have been sent.
    KeyReused(Entry),
    /// Nothing was sent, because the ledger could not record the intent.
    NotBegun(LedgerError),
    /// The task that sent the write has ended, by a panic or with its runtime. The write may have happened.
    Lost,
}

/// The progress of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// On their way.
    pub in_flight: u64,
    /// Accepted by the provider.
    pub accepted: u64,
    /// Found done by looking at the provider.
    pub found: u64,
    /// Refused by the provider.
    pub refused: u64,
    /// Never reached the provider, or never begun.
    pub not_sent: u64,
    /// May have happened in this run.
    pub unknown: u64,
    /// Skipped.
    pub skipped: u64,
    /// Skipped keys whose write may have been sent earlier. Settle or resolve them.
    pub skipped_unknown: u64,
    /// Skipped keys that another sender is sending now. Their outcome is not known yet: look at the list's
    /// [summary](crate::LedgerList::summary) later.
    pub skipped_sending: u64,
}

/// The reason why a run begins nothing further.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Ending {
    /// The source has no more items.
    Exhausted,
    /// The run was [stopped](super::Stopper).
    Stopped,
    /// The ledger failed. A write whose intent is not on record is never sent.
    LedgerFailed(LedgerError),
    /// The login failed, or the provider rejects the credential. Every further call would fail, too.
    Unauthorized,
    /// More outcomes are unknown than the run [allows](super::SendAll::max_unknown).
    TooManyUnknown,
    /// No tokio runtime is available for sending.
    NoRuntime,
}

/// The result of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunSummary {
    /// The number of keys per outcome. Includes the outcomes that the caller read before [`Run::finish`](super::Run::finish).
    pub progress: Progress,
    /// Why the run ended.
    pub ending: Ending,
}

impl<T> SentOutcome<T> {
    /// Returns the outcome of a failed call. The error's [`delivery`](Error::delivery) decides.
    pub(super) fn of_error(error: Error) -> Self {
        match error.delivery() {
            Delivery::NotSent => Self::NotSent(error),
            Delivery::Refused => Self::Refused(error),
            Delivery::Unknown => Self::Unknown(error),
        }
    }

    /// Returns the call's error, if a call failed.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Refused(error) | Self::NotSent(error) | Self::Unknown(error) => Some(error),
            _ => None,
        }
    }
}

impl Progress {
    pub(super) fn count<T>(&mut self, outcome: &SentOutcome<T>) {
        match outcome {
            SentOutcome::Accepted(_) => self.accepted += 1,
            SentOutcome::Found(_) => self.found += 1,
            SentOutcome::Refused(_) => self.refused += 1,
            SentOutcome::NotSent(_) | SentOutcome::NotBegun(_) | SentOutcome::KeyReused(_) => {
                self.not_sent += 1;
            }
            SentOutcome::Unknown(_) | SentOutcome::Lost => self.unknown += 1,
            SentOutcome::Skipped(state) => {
                self.skipped += 1;
                match state {
                    State::Unknown => self.skipped_unknown += 1,
                    State::Sending => self.skipped_sending += 1,
                    _ => {}
                }
            }
        }
    }

    /// Returns the number of keys that have an outcome.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.accepted + self.found + self.refused + self.not_sent + self.unknown + self.skipped
    }
}

impl<T> fmt::Display for SentOutcome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(_) => f.write_str("accepted"),
            Self::Found(_) => f.write_str("done, as a look showed"),
            // The error's text states the outcome.
            Self::Refused(error) | Self::NotSent(error) | Self::Unknown(error) => error.fmt(f),
            Self::Skipped(State::Accepted { .. }) => f.write_str("skipped: accepted before"),
            Self::Skipped(State::Refused { .. }) => f.write_str("skipped: refused before"),
            Self::Skipped(State::NotSent) => {
                f.write_str("skipped: the key occurred earlier in this run")
            }
            Self::Skipped(State::Sending) => f.write_str("skipped: on its way"),
            Self::Skipped(State::Unknown) => {
                f.write_str("skipped: an earlier write under the key has an unknown outcome")
            }
            Self::KeyReused(_) => f.write_str("not sent: the key was used for other content"),
            Self::NotBegun(error) => write!(f, "not sent: {error}"),
            Self::Lost => f.write_str("may have been sent: its task has ended"),
        }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} accepted, {} refused, {} not sent, {} unknown, {} skipped",
            self.accepted, self.refused, self.not_sent, self.unknown, self.skipped
        )?;
        match (self.skipped_unknown, self.skipped_sending) {
            (0, 0) => {}
            (unknown, 0) => write!(f, " ({unknown} of them unknown)")?,
            (0, sending) => write!(f, " ({sending} of them on their way from another sender)")?,
            (unknown, sending) => write!(
                f,
                " ({unknown} of them unknown, {sending} on their way from another sender)"
            )?,
        }
        if self.found > 0 {
            write!(f, ", {} found done", self.found)?;
        }
        if self.in_flight > 0 {
            write!(f, ", {} on their way", self.in_flight)?;
        }
        Ok(())
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exhausted => f.write_str("the list is at its end"),
            Self::Stopped => f.write_str("stopped"),
            Self::LedgerFailed(error) => write!(f, "the ledger failed: {error}"),
            Self::Unauthorized => f.write_str("the login failed, or the credential is refused"),
            Self::TooManyUnknown => f.write_str("too many outcomes are unknown"),
            Self::NoRuntime => f.write_str("no tokio runtime is available"),
        }
    }
}

impl fmt::Display for RunSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.progress, self.ending)
    }
}
