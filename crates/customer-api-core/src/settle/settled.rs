use std::{borrow::Cow, fmt, time::Duration};

/// What a look showed of a write whose outcome is unknown.
///
/// `E` is the evidence: what was read. The verdict is about the moment of the look. No verdict says that the write did not happen:
/// a provider may apply it later, and its searches may lag.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settled<E> {
    /// The write shows, by its own marker.
    Applied(E),
    /// The state is as the write wished it. Whether the write or another writer made it so can't be told.
    InEffect(E),
    /// The write shows, and another writer changed the state since. Sending the write again would undo that change.
    Superseded(E),
    /// The write does not show. It may still be applied, or show, later.
    #[non_exhaustive]
    NotSeen {
        /// How much time lay between the last attempt that is known and the look.
        waited: Duration,
    },
    /// Looking does not answer it. [`Why`] says whom to ask, and with what.
    CannotTell(Why),
}

impl<E> Settled<E> {
    /// What was read, if the verdict rests on it.
    pub fn evidence(&self) -> Option<&E> {
        match self {
            Self::Applied(evidence) | Self::InEffect(evidence) | Self::Superseded(evidence) => {
                Some(evidence)
            }
            Self::NotSeen { .. } | Self::CannotTell(_) => None,
        }
    }

    /// The verdict without its evidence's details, for what is built on the verdicts of several operations.
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

/// What was to be deleted can't be read, while another record can, in the same way.
///
/// Without the second read, a wrong address or a missing permission would look like a deletion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Absent {
    /// The id of the record that could be read.
    pub control: u64,
}

impl Absent {
    /// Says which record could be read.
    #[must_use]
    pub fn new(control: u64) -> Self {
        Self { control }
    }
}

/// Why looking does not answer whether a write happened, whom to ask, and with what.
///
/// Nothing personal stands in it: the caller knows whom the write was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    reason: Reason,
    ask: Cow<'static, str>,
}

impl Why {
    /// A reason, with whom to ask and with what.
    #[must_use]
    pub fn new(reason: Reason, ask: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason,
            ask: ask.into(),
        }
    }

    /// What keeps a look from answering.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// Whom to ask, and with what.
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

/// What keeps a look from answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// The provider has no read that shows the write.
    NoRead,
    /// The write does not name anything by which it could be found.
    NotAddressed,
    /// The write has no marker, and nothing else tells it from the writes of others.
    NoMarker,
    /// Nothing that was sent is shown by a read in a form that can be compared.
    NothingToCompare,
    /// Some of what was sent shows, and some does not: another writer changed it since, or part of it was there before.
    Partly,
    /// There are several matches where one was meant: the write may have been made twice.
    Several,
    /// What the write was about is not there.
    Gone,
    /// The response can't be read in one way alone.
    Unclear,
    /// The provider's clock can't be compared with this machine's, so that no date in the response helps.
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
            Self::NothingToCompare => "no read shows what was sent in a form that can be compared",
            Self::Partly => "a part of what was sent shows",
            Self::Several => "there are several matches",
            Self::Gone => "what the write was about is not there",
            Self::Unclear => "the response can be read in more than one way",
            Self::Clocks => "the provider's clock can't be compared with this machine's",
            Self::OtherOperation => "the trace belongs to another operation",
        })
    }
}
