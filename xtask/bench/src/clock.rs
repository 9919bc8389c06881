//! The one place where the clocks are read.

use std::time::{Instant, SystemTime};

/// The monotonic clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the monotonic clock"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The calendar's clock, to the second, as RFC 3339 writes it.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the calendar's clock"
)]
pub(crate) fn date() -> String {
    let now = jiff::Timestamp::try_from(SystemTime::now()).unwrap_or_default();
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
