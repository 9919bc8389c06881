use std::fmt;

/// Whether a call that failed happened all the same.
///
/// | value | means | what to do |
/// |---|---|---|
/// | `NotSent` | nothing reached the provider | send it again freely |
/// | `Refused` | the provider said no and did nothing | fix what it names; after a 429, wait |
/// | `Unknown` | it may have happened | look before sending it again |
///
/// The order is that of growing doubt: a call with several attempts has the greatest `Delivery` among them, so a later
/// attempt never takes an `Unknown` back.
///
/// ```
/// use customer_api_core::Delivery;
///
/// assert!(Delivery::NotSent < Delivery::Refused && Delivery::Refused < Delivery::Unknown);
/// ```
#[expect(
    clippy::exhaustive_enums,
    reason = "callers must be made to decide all three cases"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// Nothing reached the provider.
    NotSent,
    /// The provider said no and did nothing.
    Refused,
    /// It may have happened.
    Unknown,
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "not sent",
            Self::Refused => "refused: nothing was done",
            Self::Unknown => "unknown: it may have happened, or may yet",
        })
    }
}
