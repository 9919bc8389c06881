//! The switches of the Ravelin server. There is a switch where the provider does not document its
//! behaviour, so that a client can be tried against each possible behaviour.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::scroll_options::ScrollOptions;
use crate::duration;
use crate::limit;

/// The switches of the Ravelin server, each with a default.
///
/// ```
/// use customer_api_sandbox::{NoReview, RavelinOptions};
///
/// let options = RavelinOptions::default()
///     .no_review(NoReview::NotFound)
///     .potential_labels(false);
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use = "options do nothing until they are handed to a builder"]
pub struct RavelinOptions {
    pub(super) secret_key: String,
    pub(super) callback_token: Option<String>,
    pub(super) no_review: NoReview,
    pub(super) no_reviews: NoReviews,
    pub(super) label_response: LabelResponse,
    pub(super) legacy_label_response: LegacyLabelResponse,
    pub(super) customer_labels_in_reviews: bool,
    pub(super) potential_labels: bool,
    pub(super) refund_abuse: bool,
    #[serde(with = "limit")]
    pub(super) customer_limit: Option<(u32, Duration)>,
    pub(super) unknown_fields: Option<u64>,
    pub(super) dates: bool,
    #[serde(with = "duration::required")]
    pub(super) shown_after: Duration,
    #[serde(flatten)]
    pub(super) scroll: ScrollOptions,
}

impl Default for RavelinOptions {
    fn default() -> Self {
        Self {
            secret_key: "sk_test_sandbox".to_owned(),
            callback_token: Some("sandbox-callback-token".to_owned()),
            no_review: NoReview::Null,
            no_reviews: NoReviews::NullList,
            label_response: LabelResponse::EventTimeNanos,
            legacy_label_response: LegacyLabelResponse::StatusAndTimestamp,
            customer_labels_in_reviews: true,
            potential_labels: true,
            refund_abuse: true,
            customer_limit: None,
            unknown_fields: Some(0),
            dates: true,
            shown_after: Duration::ZERO,
            scroll: ScrollOptions::default(),
        }
    }
}

impl RavelinOptions {
    /// Sets the key that requests must carry. Default: `sk_test_sandbox`.
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = key.into();
        self
    }

    /// Sets the token of [callbacks](crate::Server::review_callback). With `None`, callbacks have no token. The provider documents that
    /// the token is optional. Default: `sandbox-callback-token`.
    pub fn callback_token(mut self, token: Option<&str>) -> Self {
        self.callback_token = token.map(str::to_owned);
        self
    }

    /// Sets the response of `lastReview` for a customer without reviews. Not documented. Default:
    /// [`NoReview::Null`].
    pub fn no_review(mut self, response: NoReview) -> Self {
        self.no_review = response;
        self
    }

    /// Sets the response of `customerReviews` for a customer without reviews. Not documented.
    /// Default: [`NoReviews::NullList`].
    pub fn no_reviews(mut self, response: NoReviews) -> Self {
        self.no_reviews = response;
        self
    }

    /// Sets the response to a label. The provider has published several versions of this response, and does not document which version is
    /// current. Default: [`LabelResponse::EventTimeNanos`].
    pub fn label_response(mut self, response: LabelResponse) -> Self {
        self.label_response = response;
        self
    }

    /// Sets the response of the deprecated endpoint to a label. Not documented. Default:
    /// [`LegacyLabelResponse::StatusAndTimestamp`].
    pub fn legacy_label_response(mut self, response: LegacyLabelResponse) -> Self {
        self.legacy_label_response = response;
        self
    }

    /// Sets whether `lastReview`, `customerReviews` and `allReviews`, which belong to the deprecated endpoint, show labels that were
    /// written through the successor endpoint. Not documented. Default: true.
    pub fn customer_labels_in_reviews(mut self, shown: bool) -> Self {
        self.customer_labels_in_reviews = shown;
        self
    }

    /// Sets whether the account can use `POTENTIALLY_FRAUDSTER` and `POTENTIALLY_GENUINE`. If not,
    /// these labels get 400. The provider enables them per account. This is documented for the
    /// successor endpoint, and inferred for the deprecated endpoint. Default: true.
    pub fn potential_labels(mut self, enabled: bool) -> Self {
        self.potential_labels = enabled;
        self
    }

    /// Sets whether labels of the category `REFUND_ABUSE` are accepted. If not, these labels get 400.
    /// The published versions of the provider's guide disagree. Default: true.
    pub fn refund_abuse(mut self, enabled: bool) -> Self {
        self.refund_abuse = enabled;
        self
    }

    /// Sets how many labels a customer can get per window of time, by the sandbox's clock. A label
    /// above the limit is dropped and gets 200 with `"source":"RATE_LIMIT"`. The provider documents
    /// 50 events per minute, but not whether labels count. Default: no limit.
    pub fn customer_limit(mut self, labels: u32, window: Duration) -> Self {
        self.customer_limit = Some((labels, window));
        self
    }

    /// Sets the seed of the random unknown fields in every JSON object of a response. With `None`,
    /// responses have no unknown fields. The provider's own sandbox adds such fields (documented).
    /// Default: seed 0.
    pub fn unknown_fields(mut self, seed: Option<u64>) -> Self {
        self.unknown_fields = seed;
        self
    }

    /// Sets whether the provider's own responses have a `Date`, by the sandbox's clock. With
    /// [`clock_ahead`](crate::SandboxBuilder::clock_ahead),
    /// [`clock_behind`](crate::SandboxBuilder::clock_behind) or a
    /// [stepped clock](crate::SandboxBuilder::stepped_clock), the header is that of a provider whose
    /// clock differs from the client's. A response that a [`Fault`](crate::Fault) sends instead has
    /// no `Date`, unless the fault sets one. Inferred. Default: true.
    pub fn dates(mut self, dates: bool) -> Self {
        self.dates = dates;
        self
    }

    /// Sets how long `lastReview` and `customerReviews` omit a label that was written through the API, by the sandbox's clock. Whether the
    /// provider shows labels late is not documented. Default: zero, so that a label is shown immediately.
    pub fn shown_after(mut self, lag: Duration) -> Self {
        self.shown_after = lag;
        self
    }
}

/// The response of `lastReview` for a customer without reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoReview {
    /// 200 and `null`.
    Null,
    /// 200 without a body.
    EmptyBody,
    /// 200 and an object that has the customer's id but no label.
    WithoutLabel,
    /// 404 with the provider's error body.
    NotFound,
    /// 400 "Customer not found" with a trace id, as in a third-party sample.
    BadRequest,
}

/// The response of `customerReviews` for a customer without reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoReviews {
    /// 200 and `{"reviews":null}`.
    NullList,
    /// 200 and `{"reviews":[]}`.
    EmptyList,
    /// 200 and an object without `reviews`.
    MissingList,
    /// 200 and `null`.
    Null,
    /// 200 without a body.
    EmptyBody,
    /// 404 with the provider's error body.
    NotFound,
    /// 400 "Customer not found" with a trace id, as in a third-party sample.
    BadRequest,
}

/// The response of `labelCustomer`, by the published versions of the provider's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LabelResponse {
    /// Version A: the stored fields, under different names, and `timestamp` with nine fractional
    /// digits.
    Full,
    /// Version B: `eventTime` with nine fractional digits.
    EventTimeNanos,
    /// Version C: `eventTime` with whole seconds.
    EventTimeSeconds,
}

/// The response of `legacyLabelCustomer`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LegacyLabelResponse {
    /// 200 and `{"status":200,"timestamp":<Unix seconds>}`.
    StatusAndTimestamp,
    /// 200 and `null`.
    Null,
    /// 204.
    NoContent,
}
