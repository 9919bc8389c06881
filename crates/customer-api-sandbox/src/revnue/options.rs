//! The switches of the Revnue server.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::duration;
use crate::limit;

/// The switches of the Revnue server, each with a default.
///
/// ```
/// use std::time::Duration;
/// use customer_api_sandbox::{RevnueListResponse, RevnueOptions};
///
/// let options = RevnueOptions::default()
///     .rate_limit(100, Duration::from_secs(60))
///     .list_response(RevnueListResponse::Pages(50));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use = "options do nothing until they are handed to a builder"]
pub struct RevnueOptions {
    pub(super) token: String,
    #[serde(with = "limit")]
    pub(super) rate_limit: Option<(usize, Duration)>,
    pub(super) retry_after: bool,
    pub(super) list_response: RevnueListResponse,
    pub(super) next_url: Option<String>,
    pub(super) write_response: RevnueWriteResponse,
    pub(super) patch: bool,
    pub(super) company_on_delete: bool,
    pub(super) trailing_slash: bool,
    pub(super) dates: bool,
    #[serde(with = "duration::required")]
    pub(super) shown_after: Duration,
}

impl Default for RevnueOptions {
    fn default() -> Self {
        Self {
            token: "revnue-sandbox-token".to_owned(),
            rate_limit: Some((20, Duration::from_secs(60))),
            retry_after: true,
            list_response: RevnueListResponse::Array,
            next_url: None,
            write_response: RevnueWriteResponse::ReadForm,
            patch: true,
            company_on_delete: false,
            trailing_slash: true,
            dates: true,
            shown_after: Duration::ZERO,
        }
    }
}

impl RevnueOptions {
    /// Sets the token that requests must carry, as `Authorization: Bearer <token>`. Default:
    /// `revnue-sandbox-token`.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = token.into();
        self
    }

    /// Sets how many requests the account can make per window of time, by the sandbox's clock. A
    /// request above the limit gets 429 and is not carried out. The provider documents both 20 and
    /// 100 per minute. Default: 20 in 60 s.
    pub fn rate_limit(mut self, requests: usize, window: Duration) -> Self {
        self.rate_limit = Some((requests, window));
        self
    }

    /// Accepts any number of requests.
    pub fn no_rate_limit(mut self) -> Self {
        self.rate_limit = None;
        self
    }

    /// Sets whether a 429 has a `Retry-After`, in whole seconds. Documented. Default: true.
    pub fn retry_after(mut self, present: bool) -> Self {
        self.retry_after = present;
        self
    }

    /// Sets the shape of a list. Not documented. Default: [`RevnueListResponse::Array`].
    pub fn list_response(mut self, response: RevnueListResponse) -> Self {
        self.list_response = response;
        self
    }

    /// Sets the text before the query in a link to the next page. Default: this server's own list.
    pub fn next_url(mut self, url: impl Into<String>) -> Self {
        self.next_url = Some(url.into());
        self
    }

    /// Sets the response to a creation, a replacement and an update. Not documented. Default:
    /// [`RevnueWriteResponse::ReadForm`].
    pub fn write_response(mut self, response: RevnueWriteResponse) -> Self {
        self.write_response = response;
        self
    }

    /// Sets whether the deployment accepts `PATCH`. If not, it returns 405. It is inferred that
    /// older deployments do not accept `PATCH`. Default: true.
    pub fn patch(mut self, known: bool) -> Self {
        self.patch = known;
        self
    }

    /// Sets whether a deletion must name the company. Only a third-party source requires the
    /// company. Default: false.
    pub fn company_on_delete(mut self, required: bool) -> Self {
        self.company_on_delete = required;
        self
    }

    /// Sets whether the paths of reads end with a slash. If not, they end without a slash, like the
    /// paths of writes. Documented. Default: true.
    pub fn trailing_slash(mut self, present: bool) -> Self {
        self.trailing_slash = present;
        self
    }

    /// Sets whether the provider's own responses have a `Date`, by the sandbox's clock. With
    /// [`clock_ahead`](crate::SandboxBuilder::clock_ahead),
    /// [`clock_behind`](crate::SandboxBuilder::clock_behind) or a
    /// [stepped clock](crate::SandboxBuilder::stepped_clock), the header is that of a provider
    /// whose clock differs from the client's. A response that a [`Fault`](crate::Fault) sends
    /// instead has no `Date`, unless the fault sets one. Inferred. Default: true.
    pub fn dates(mut self, dates: bool) -> Self {
        self.dates = dates;
        self
    }

    /// Sets the lag of the reads, by the sandbox's clock: for this time after a write through the
    /// API, the reads show customers as they were before the write. The reads show the effect of
    /// `seed_customer` and `remove_customer` immediately. Whether the provider's reads lag is not
    /// documented. Default: zero.
    pub fn shown_after(mut self, lag: Duration) -> Self {
        self.shown_after = lag;
        self
    }
}

/// The shape of a list of customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RevnueListResponse {
    /// `[…]`.
    Array,
    /// `{"results": […]}` with all customers.
    Results,
    /// `{"count", "next", "previous", "results"}` with this number of customers per page. Zero
    /// counts as one.
    Pages(usize),
    /// Only the first page: this number of customers, the `count` of all, and no `next`.
    FirstPageOnly(usize),
    /// `{"customers": […]}`, a shape that no client expects.
    Odd,
    /// One customer instead of a list, as in the provider's sample, or `{}`.
    OneObject,
}

/// The response to a creation, a replacement and an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RevnueWriteResponse {
    /// The customer in the form of the provider's reads.
    ReadForm,
    /// The customer in the form of the provider's writes: ids for category and country, a list of
    /// values.
    WriteForm,
    /// No body.
    EmptyBody,
}
