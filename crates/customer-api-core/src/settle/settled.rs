use std::{borrow::Cow, fmt, time::Duration};

/// The result of looking for a write whose outcome is unknown.
///
/// `E` is the evidence: the value that was read. The verdict is about the moment of the look. No verdict states that the write did not
/// happen, because the provider may apply the write later, and the provider's searches may lag.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settled<E> {
    /// A read shows the write, identified by its own marker.
    Applied(E),
    /// The state is the one that the write asked for. The look can't find out whether the write or another writer set it.
    InEffect(E),
    /// A read shows the write, and another writer has changed the state since. Sending the write again would undo that change.
    Superseded(E),
    /// No read shows the write. The provider may still apply it, or show it, later.
    #[non_exhaustive]
    NotSeen {
        /// The time from the last known attempt to the look.
        waited: Duration,
    },
    /// The look could not answer the question. [`Why`] states whom to ask, and with which details.
    CannotTell(Why),
}

impl<E> Settled<E> {
    /// The value that was read, if the verdict is based on a value.
    pub fn evidence(&self) -> Option<&E> {
        match self {
            Self::Applied(evidence) | Self::InEffect(evidence) | Self::Superseded(evidence) => {
                Some(evidence)
            }
            Self::NotSeen { .. } | Self::CannotTell(_) => None,
        }
    }

    /// Converts the evidence, for code that combines the verdicts of several operations.
    pub fn map<T>(self, change: impl FnOnce(E) -> T) -> Settled<T> {
        match self {
            Self::Applied(evidence) => Settled::Applied(change(evidence)),
            Self::InEffect(evidence) => Settled::InEffect(change(evidence)),
            Self::Superseded(evidence) => Settled::Superseded(change(evidence)),
            Self::NotSeen { waited } => Settled::NotSeen { waited },
            Self::CannotTell(why) => Settled::CannotTell(why),
        }
    }
}

/// Evidence of a deletion: the record that was to be deleted can't be read, while another record can be read in the same way.
///
/// Without the second read, a wrong address or a missing permission would look like a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Absent {
    /// The id of the record that could be read.
    pub control: u64,
}

impl Absent {
    /// Creates evidence from the id of the record that could be read.
    #[must_use]
    pub fn new(control: u64) -> Self {
        Self { control }
    }
}

/// The reason why a look does not show whether a write happened, and a text that states whom to ask, with which details.
///
/// Contains nothing personal, because the caller knows whom the write was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    reason: Reason,
    ask: Cow<'static, str>,
}

impl Why {
    /// Combines a reason with a text that states whom to ask, and with which details.
    #[must_use]
    pub fn new(reason: Reason, ask: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason,
            ask: ask.into(),
        }
    }

    /// The reason why a look has no answer.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// A text that states whom to ask, and with which details.
    #[must_use]
    pub fn ask(&self) -> &str {
        &self.ask
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.ask)
    }
}

/// The reason why a look has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The provider has no read that shows the write.
    NoRead,
    /// The write names nothing by which it could be found.
    NotAddressed,
    /// The write has no marker, and nothing else distinguishes it from the writes of others.
    NoMarker,
    /// No read shows any of the sent values in a form that can be compared.
    NothingToCompare,
    /// A read shows only some of the sent values. Another writer has changed the others since, or the values that match were there before.
    Partly,
    /// There are several matches where one was expected. The write may have been made twice.
    Several,
    /// The record that the write was about is not there.
    Gone,
    /// The response can be read in more than one way.
    Unclear,
    /// The provider's clock can't be compared with this machine's, so no date in the response helps.
    Clocks,
    /// The trace belongs to another operation.
    OtherOperation,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoRead => "the provider has no read that shows it",
            Self::NotAddressed => "the write names nothing to look for",
            Self::NoMarker => "the write has no marker",
            Self::NothingToCompare => {
                "no read shows the sent values in a form that can be compared"
            }
            Self::Partly => "a read shows only some of the sent values",
            Self::Several => "there are several matches",
            Self::Gone => "the record that the write was about is not there",
            Self::Unclear => "the response can be read in more than one way",
            Self::Clocks => "the provider's clock can't be compared with this machine's",
            Self::OtherOperation => "the trace belongs to another operation",
        })
    }
}
