//! Counts the requests and changes of all servers of a sandbox.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// A kind of change other than a recorded request.
#[cfg(feature = "console")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Faults,
    State,
    Options,
    Clock,
    Connections,
    /// The requests were cleared.
    Requests,
}

#[cfg(feature = "console")]
impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Faults,
        Self::State,
        Self::Options,
        Self::Clock,
        Self::Connections,
        Self::Requests,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Faults => "faults",
            Self::State => "state",
            Self::Options => "options",
            Self::Clock => "clock",
            Self::Connections => "connections",
            Self::Requests => "requests",
        }
    }
}

/// Counts requests and changes. Each change wakes the readers of the events.
#[derive(Debug)]
pub(crate) struct Pulse {
    requests: AtomicU64,
    faults: AtomicU64,
    changes: watch::Sender<u64>,
    /// The number of the last change of each kind.
    #[cfg(feature = "console")]
    kinds: [AtomicU64; Kind::ALL.len()],
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            requests: AtomicU64::new(0),
            faults: AtomicU64::new(0),
            changes: watch::Sender::new(0),
            #[cfg(feature = "console")]
            kinds: Default::default(),
        }
    }
}

impl Pulse {
    /// Returns the number of the next request, from 1.
    pub(crate) fn next_request(&self) -> u64 {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Returns the number of the next scripted fault, from 1.
    pub(crate) fn next_fault(&self) -> u64 {
        self.faults.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Counts a change and returns its number, from 1.
    pub(crate) fn change(&self) -> u64 {
        let mut number = 0;
        self.changes.send_modify(|changes| {
            *changes += 1;
            number = *changes;
        });
        number
    }

    /// Counts a change of this kind.
    #[cfg(feature = "console")]
    pub(crate) fn change_of(&self, kind: Kind) {
        self.changes.send_modify(|changes| {
            *changes += 1;
            if let Some(last) = self.kinds.get(kind as usize) {
                last.store(*changes, Ordering::Relaxed);
            }
        });
    }

    /// Returns the number of the last change of this kind, or 0.
    #[cfg(feature = "console")]
    pub(crate) fn last_change_of(&self, kind: Kind) -> u64 {
        let last = self.kinds.get(kind as usize);
        last.map_or(0, |last| last.load(Ordering::Relaxed))
    }

    /// Returns a receiver that is woken by each change.
    #[cfg(feature = "console")]
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }
}
