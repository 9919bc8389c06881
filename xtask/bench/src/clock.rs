//! The only module that reads the clocks.

use std::time::{Instant, SystemTime};

/// Reads the monotonic clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the only place that reads the monotonic clock"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// Returns the wall-clock time in the form of RFC 3339, in whole seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "the only place that reads the calendar's clock"
)]
pub(crate) fn date() -> String {
    let now = jiff::Timestamp::try_from(SystemTime::now()).unwrap_or_default();
    now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
