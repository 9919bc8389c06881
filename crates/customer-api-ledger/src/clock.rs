//! The clock of the wall, which is read here and nowhere else.

use std::time::{Duration, SystemTime};

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

/// The time by this machine's calendar.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the module that reads the clock"
)]
pub(crate) fn calendar() -> SystemTime {
    SystemTime::now()
}
