//! The clocks, which are read here and nowhere else.

use std::time::{Duration, Instant, SystemTime};

use customer_api_core::Timestamp;

/// The time now, for the record. Nothing is decided by it but whether a refusal's wait is over.
pub(crate) fn now() -> Option<Timestamp> {
    after(Duration::ZERO)
}

/// The time that is `nanoseconds` after 1970.
#[cfg(feature = "file")]
pub(crate) fn at(nanoseconds: i64) -> Option<Timestamp> {
    let distance = Duration::from_nanos(nanoseconds.unsigned_abs());
    let time = if nanoseconds < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    };
    Timestamp::try_from(time?).ok()
}

/// The time after this wait.
pub(crate) fn after(wait: Duration) -> Option<Timestamp> {
    Timestamp::try_from(calendar().checked_add(wait)?).ok()
}

/// Measures a time, with what the machine slept in it.
///
/// Some systems stop their monotonic clock while the machine sleeps, and the calendar may be set. Whichever passed more counts: a calendar
/// that was set forward makes a time too long, and never too short.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch {
    monotonic: Instant,
    calendar: SystemTime,
}

impl Stopwatch {
    /// Measures from now on.
    pub(crate) fn start() -> Self {
        Self {
            monotonic: monotonic(),
            calendar: calendar(),
        }
    }

    /// The time since it was started.
    pub(crate) fn elapsed(&self) -> Duration {
        self.until(monotonic(), calendar())
    }

    fn until(&self, monotonic: Instant, calendar: SystemTime) -> Duration {
        let awake = monotonic.saturating_duration_since(self.monotonic);
        // Set back: it says nothing.
        let passed = calendar.duration_since(self.calendar);
        awake.max(passed.unwrap_or_default())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the module that reads the clocks"
)]
fn monotonic() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the module that reads the clocks"
)]
fn calendar() -> SystemTime {
    let now = SystemTime::now();
    #[cfg(test)]
    let now = now + tests::slept();
    now
}

#[cfg(test)]
pub(crate) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        static SLEPT: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    /// As a machine that sleeps: the calendar goes on, and the monotonic clock does not.
    pub(crate) fn sleep_with_the_machine(time: Duration) {
        SLEPT.set(SLEPT.get() + time);
    }

    pub(super) fn slept() -> Duration {
        SLEPT.get()
    }

    #[test]
    fn whichever_clock_passed_more_counts() {
        let second = Duration::from_secs(1);
        let watch = Stopwatch::start();
        let (monotonic, calendar) = (watch.monotonic, watch.calendar);
        let cases = [
            (monotonic + second, calendar + second * 9, second * 9),
            (monotonic + second * 9, calendar + second, second * 9),
            (monotonic + second, calendar - second * 9, second),
            (monotonic, calendar, Duration::ZERO),
        ];
        for (monotonic, calendar, passed) in cases {
            assert_eq!(watch.until(monotonic, calendar), passed);
        }
    }
}
