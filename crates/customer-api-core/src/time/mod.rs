//! Points in time as providers write them, and the one place where the clocks are read.

mod clock;
mod date;
mod timestamp;

pub use clock::Deadline;
pub(crate) use clock::{now, wall_clock};
pub use date::Date;
pub use timestamp::Timestamp;

/// A text that is no point in time in the expected format. The text itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct TimeError {
    expected: &'static str,
}
