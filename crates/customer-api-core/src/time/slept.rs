//! Simulates a machine that sleeps, for tests: the calendar clock continues, and the monotonic clock stops.

use std::{cell::Cell, time::Duration};

thread_local! {
    static SLEPT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Simulates that the machine sleeps for this long, for the current thread only.
pub fn sleep_with_the_machine(time: Duration) {
    SLEPT.set(SLEPT.get().saturating_add(time));
}

pub(super) fn by_now() -> Duration {
    SLEPT.get()
}
