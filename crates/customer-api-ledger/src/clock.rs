//! The wall clock. Only this module reads it.

use std::time::{Duration, SystemTime};

use customer_api_core::Timestamp;

/// Returns the current time, which an entry stores as the beginning of its write. The ledger also
/// compares this time with the end of the wait after a temporary refusal.
pub(crate) fn now() -> Option<Timestamp> {
    after(Duration::ZERO)
}

/// Returns the time that is `nanoseconds` after the Unix epoch. A negative number leads to a time before the epoch.
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

/// Returns the time at the end of a wait that begins now.
pub(crate) fn after(wait: Duration) -> Option<Timestamp> {
    Timestamp::try_from(calendar().checked_add(wait)?).ok()
}

/// Returns the time of this machine's wall clock.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the module that reads the clock"
)]
pub(crate) fn calendar() -> SystemTime {
    SystemTime::now()
}
