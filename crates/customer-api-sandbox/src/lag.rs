//! Reads that show a write only some time after it was made.

use std::time::Duration;

/// The states before the latest writes. Until the lag has passed, reads show the state before a
/// write. Without a lag, no state is kept.
#[derive(Debug)]
pub(crate) struct Lag<T> {
    time: Duration,
    /// Each earlier state, with the time of the write that changed the state. The earliest comes
    /// first.
    earlier: Vec<(Duration, T)>,
}

impl<T: Clone> Lag<T> {
    pub(crate) fn new(time: Duration) -> Self {
        Self {
            time,
            earlier: Vec::new(),
        }
    }

    pub(crate) fn set_time(&mut self, time: Duration) {
        self.time = time;
    }

    /// Keeps the state before a write.
    pub(crate) fn before_write(&mut self, state: &T, now: Duration) {
        if self.time.is_zero() {
            return;
        }
        let shown = now.saturating_sub(self.time);
        self.earlier.retain(|(written, _)| *written > shown);
        self.earlier.push((now, state.clone()));
    }

    /// Returns the state that reads show, given the present state.
    pub(crate) fn shown<'a>(&'a self, state: &'a T, now: Duration) -> &'a T {
        let shown = now.saturating_sub(self.time);
        let mut earlier = self.earlier.iter();
        earlier
            .find(|(written, _)| *written > shown)
            .map_or(state, |(_, before)| before)
    }

    /// Applies a change to the earlier states, as if the change had always been there.
    pub(crate) fn rewrite(&mut self, mut change: impl FnMut(&mut T)) {
        for (_, state) in &mut self.earlier {
            change(state);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn each_write_shows_when_its_time_has_passed() {
        let mut lag = Lag::new(at(10));
        lag.before_write(&0, at(100));
        lag.before_write(&1, at(105));
        let shown = |now| *lag.shown(&2, at(now));
        assert_eq!([105, 109, 110, 114, 115].map(shown), [0, 0, 1, 1, 2]);
        lag.before_write(&2, at(120));
        assert_eq!(lag.earlier.len(), 1);
    }

    #[test]
    fn without_a_lag_nothing_is_kept() {
        let mut lag = Lag::new(Duration::ZERO);
        lag.before_write(&0, at(100));
        assert_eq!(*lag.shown(&1, at(100)), 1);
        assert!(lag.earlier.is_empty());
    }

    #[test]
    fn what_was_there_always_was_there_before() {
        let mut lag = Lag::new(at(10));
        lag.before_write(&0, at(100));
        lag.rewrite(|state| *state += 7);
        assert_eq!(*lag.shown(&1, at(101)), 7);
    }
}
