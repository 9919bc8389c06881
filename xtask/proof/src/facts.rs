use std::time::Duration;

use serde_json::Value;

/// The statements in a provider's own pages that affect the outcome of a call. They are deliberately written here a
/// second time, because the tests compare the crates' behaviour with them.
#[derive(Debug)]
#[non_exhaustive]
pub struct Facts {
    /// Whether a 429 proves that nothing was done.
    pub throttling_comes_first: bool,
    /// The wait after a 429 that does not state one.
    pub wait_when_throttled: Option<Duration>,
    /// The body of a 2xx that reports a failure in the provider's words, if there is one.
    pub failure_in_2xx: Option<fn(&str) -> Value>,
    /// Operations for which a 2xx means that they were done. If such a response also reports a failure in its body, it
    /// contradicts itself.
    pub done_by_status: &'static [&'static str],
    /// The operation that returns the credential, and so can renew it.
    pub login: Option<&'static str>,
    /// Reads for which a response without a body, or `null`, means that nothing was found or that nothing is known.
    pub may_find_nothing: &'static [&'static str],
    /// Reads that keep any JSON as it arrived, because no page documents their response.
    pub keeps_any_json: &'static [&'static str],
}
