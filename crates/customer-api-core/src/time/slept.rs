//! A machine that sleeps, for tests: its calendar clock continues, and its monotonic clock does not.

use std::{cell::Cell, time::Duration};

thread_local! {
    static SLEPT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// Lets the machine sleep for this long, as seen by the current thread.
pub fn sleep_with_the_machine(time: Duration) {
    SLEPT.set(SLEPT.get().saturating_add(time));
}

pub(super) fn by_now() -> Duration {
    SLEPT.get()
}
