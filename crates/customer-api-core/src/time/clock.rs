//! The one place where the clocks are read. All other code gets the time from here, so that tests can pause the clocks.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header::DATE};

use tokio::time::{Instant, Sleep};

/// The monotonic clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the monotonic clock"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Returns the response's `Date`, which is the time by the provider's clock. Without a `Date`, returns the time by this machine's
/// clock.
///
/// A moment that the provider names is compared with this time, because the provider's clock and this machine's clock can differ.
pub(crate) fn senders_clock(headers: &HeaderMap) -> SystemTime {
    date(headers).unwrap_or_else(wall_clock)
}

/// Returns the moment that a response's `Date` names, in whole seconds.
pub(crate) fn date(headers: &HeaderMap) -> Option<SystemTime> {
    let date = headers.get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(date).ok()
}

/// Returns the time by this machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the calendar clock"
)]
pub(crate) fn wall_clock() -> SystemTime {
    let now = SystemTime::now();
    #[cfg(feature = "test-util")]
    let now = now + super::slept::by_now();
    now
}

/// Measures how much time passes, including the time for which the machine sleeps.
///
/// On some systems a monotonic clock stops while the machine sleeps. The calendar clock can be set forward or back. The stopwatch
/// reports the larger of the two elapsed times. A limit that is measured with the stopwatch may therefore end too early. An early
/// end is harmless, and a late end is not.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    start: Instant,
    calendar: SystemTime,
}

impl Stopwatch {
    /// Starts now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            start: now(),
            calendar: wall_clock(),
        }
    }

    /// The time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.until(now(), wall_clock())
    }

    fn until(&self, monotonic: Instant, calendar: SystemTime) -> Duration {
        let awake = monotonic.saturating_duration_since(self.start);
        // An error means that the calendar clock was set back. The calendar clock is then ignored.
        let passed = calendar.duration_since(self.calendar);
        awake.max(passed.unwrap_or_default())
    }
}

/// The moment by which a call must be over, with all its attempts and waits.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    start: Instant,
    limit: Duration,
}

impl Deadline {
    /// Creates a deadline that is `limit` from now.
    #[must_use]
    pub fn after(limit: Duration) -> Self {
        Self {
            start: now(),
            limit,
        }
    }

    /// Returns the earlier of two deadlines: this one, and the one that is `limit` after the beginning of the call.
    pub(crate) fn no_later_than(&self, limit: Duration) -> Self {
        Self {
            start: self.start,
            limit: self.limit.min(limit),
        }
    }

    /// The time from the beginning of the call to the deadline.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// Sleeps until this much time has passed since the call began.
    pub(crate) fn sleep(&self, until: Duration) -> Sleep {
        match self.start.checked_add(until) {
            Some(end) => tokio::time::sleep_until(end),
            // The end is later than the clock can represent. tokio sleeps for as long as it can.
            None => tokio::time::sleep(until),
        }
    }

    /// The time that is left; zero once the deadline has passed.
    #[must_use]
    pub fn remaining(&self) -> Duration {
        self.limit.saturating_sub(self.elapsed())
    }

    /// The time since the call began.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        now().saturating_duration_since(self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whichever_clock_passed_more_counts() {
        let second = Duration::from_secs(1);
        let watch = Stopwatch::start();
        let (monotonic, calendar) = (watch.start, watch.calendar);
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
