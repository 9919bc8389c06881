use std::fmt;

/// Whether a failed call happened nevertheless.
///
/// | value | means | what to do |
/// |---|---|---|
/// | `NotSent` | nothing reached the provider | send it again freely |
/// | `Refused` | the provider refused the call and did nothing | fix the problem that the error names; after a 429, wait |
/// | `Unknown` | the call may have happened | look before sending it again |
///
/// The values are ordered by increasing uncertainty. A call with several attempts has the greatest `Delivery` of its attempts, so a later
/// attempt never revokes an `Unknown`. A 401 after which the client sends the call again with a new credential does not count.
///
/// In one case `Refused` does not prove that nothing was done: see [`Error::may_be_unasked`](crate::Error::may_be_unasked).
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
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Nothing reached the provider.
    NotSent,
    /// The provider refused the call and did nothing.
    Refused,
    /// The call may have happened.
    Unknown,
}

impl Delivery {
    /// A short name for metrics, database columns and logs: `not_sent`, `refused` or `unknown`.
    ///
    /// `serde` uses the same name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "not sent",
            Self::Refused => "refused: the provider did nothing",
            Self::Unknown => "unknown: the call may have happened, or may happen later",
        })
    }
}
