//! The clock of the wall, which is read here and nowhere else.

use std::time::Duration;

use customer_api_core::Timestamp;

/// The time now, for the record. Nothing is decided by it but whether a refusal's wait is over.
pub(crate) fn now() -> Option<Timestamp> {
    after(Duration::ZERO)
}

/// The time after this wait.
pub(crate) fn after(wait: Duration) -> Option<Timestamp> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the module that reads the clock"
    )]
    let now = std::time::SystemTime::now();
    Timestamp::try_from(now.checked_add(wait)?).ok()
}
