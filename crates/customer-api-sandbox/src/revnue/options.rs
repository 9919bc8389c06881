//! The switches of the Revnue server.

use std::time::Duration;

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
#[derive(Debug, Clone)]
#[must_use = "options do nothing until they are handed to a builder"]
pub struct RevnueOptions {
    pub(super) token: String,
    pub(super) rate_limit: Option<(usize, Duration)>,
    pub(super) retry_after: bool,
    pub(super) list_response: RevnueListResponse,
    pub(super) next_url: Option<String>,
    pub(super) write_response: RevnueWriteResponse,
    pub(super) patch: bool,
    pub(super) company_on_delete: bool,
    pub(super) trailing_slash: bool,
    pub(super) dates: bool,
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
            dates: false,
            shown_after: Duration::ZERO,
        }
    }
}

impl RevnueOptions {
    /// The token that requests must carry, as `Authorization: Bearer <token>`. Default:
    /// `revnue-sandbox-token`.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = token.into();
        self
    }

    /// How many requests the account may make in a window of time, by the sandbox's clock. One
    /// more is answered with 429 and not carried out. The provider documents both 20 and 100 a
    /// minute. Default: 20 in 60 s.
    pub fn rate_limit(mut self, requests: usize, window: Duration) -> Self {
        self.rate_limit = Some((requests, window));
        self
    }

    /// Takes any number of requests.
    pub fn no_rate_limit(mut self) -> Self {
        self.rate_limit = None;
        self
    }

    /// Whether a 429 has a `Retry-After`, in whole seconds. Documented; default: true.
    pub fn retry_after(mut self, present: bool) -> Self {
        self.retry_after = present;
        self
    }

    /// The shape of a list. Not documented; default: [`RevnueListResponse::Array`].
    pub fn list_response(mut self, response: RevnueListResponse) -> Self {
        self.list_response = response;
        self
    }

    /// What stands before the query in a link to the next page. Default: this server's own list.
    pub fn next_url(mut self, url: impl Into<String>) -> Self {
        self.next_url = Some(url.into());
        self
    }

    /// What a creation, a replacement and an update response. Not documented; default:
    /// [`RevnueWriteResponse::ReadForm`].
    pub fn write_response(mut self, response: RevnueWriteResponse) -> Self {
        self.write_response = response;
        self
    }

    /// Whether the deployment knows `PATCH`; without, it answers 405. That older ones don't is
    /// inferred. Default: true.
    pub fn patch(mut self, known: bool) -> Self {
        self.patch = known;
        self
    }

    /// Whether a deletion needs the company. Third-party; default: false.
    pub fn company_on_delete(mut self, required: bool) -> Self {
        self.company_on_delete = required;
        self
    }

    /// Whether the paths of reads end with a slash; without, they end like those of writes.
    /// Documented; default: true.
    pub fn trailing_slash(mut self, present: bool) -> Self {
        self.trailing_slash = present;
        self
    }

    /// Whether the provider's own responses carry a `Date`, by the sandbox's clock: with
    /// [`clock_ahead`](crate::SandboxBuilder::clock_ahead),
    /// [`clock_behind`](crate::SandboxBuilder::clock_behind) or a
    /// [stepped clock](crate::SandboxBuilder::stepped_clock), it is that of a provider whose clock
    /// differs from the client's. What a [`Fault`](crate::Fault) shows instead of a response has
    /// none, unless it sets one. Inferred; default: false.
    pub fn dates(mut self, dates: bool) -> Self {
        self.dates = dates;
        self
    }

    /// How long a write through the API is not shown by the reads, by the sandbox's clock: until
    /// then they show customers as they were before it. What is seeded or removed behind the
    /// client's back shows at once. Whether the provider's reads lag is not documented. Default: no
    /// time.
    pub fn shown_after(mut self, lag: Duration) -> Self {
        self.shown_after = lag;
        self
    }
}

/// The shape of a list of customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevnueListResponse {
    /// `[…]`.
    Array,
    /// `{"results": […]}` with everything.
    Results,
    /// `{"count", "next", "previous", "results"}` with so many customers a page, one at least.
    Pages(usize),
    /// The first page only: so many customers, the `count` of all, and no `next`.
    FirstPageOnly(usize),
    /// `{"customers": […]}`, a shape that nobody expects.
    Odd,
    /// One customer instead of a list, as the provider's sample shows it, or `{}`.
    OneObject,
}

/// What a creation, a replacement and an update response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevnueWriteResponse {
    /// The customer as a read shows it.
    ReadForm,
    /// The customer as it was written: ids for category and country, a list of values.
    WriteForm,
    /// No body.
    EmptyBody,
}
