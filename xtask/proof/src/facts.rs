use std::time::Duration;

use serde_json::Value;

/// What a provider's own pages say that bears on the fate of a call. Written down here a second time on purpose: what the
/// crates do is judged by it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Facts {
    /// A 429 proves that nothing was done.
    pub throttling_comes_first: bool,
    /// How long to wait after a 429 that does not say.
    pub wait_when_throttled: Option<Duration>,
    /// The body of a 2xx that reports a failure in these words, if there are such.
    pub failure_in_2xx: Option<fn(&str) -> Value>,
    /// Operations of which a 2xx says that they were done: with a failure in its body, the response contradicts itself.
    pub done_by_status: &'static [&'static str],
    /// The operation that gives the credential, and so can renew it.
    pub login: Option<&'static str>,
    /// Reads for which a response without a body, or `null`, means that nothing was found or that nothing is known.
    pub may_find_nothing: &'static [&'static str],
    /// Reads that keep any JSON as it came, since no page says what they answer.
    pub keeps_any_json: &'static [&'static str],
}
