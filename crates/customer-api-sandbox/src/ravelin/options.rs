//! The switches of the Ravelin server. What the provider does not document is a switch, so that a
//! client can be tried against each way in which the provider may behave.

use std::time::Duration;

use super::scroll_options::ScrollOptions;

/// The switches of the Ravelin server, each with a default.
///
/// ```
/// use customer_api_sandbox::{NoReview, RavelinOptions};
///
/// let options = RavelinOptions::default()
///     .no_review(NoReview::NotFound)
///     .potential_labels(false);
/// ```
#[derive(Debug, Clone)]
#[must_use = "options do nothing until they are handed to a builder"]
pub struct RavelinOptions {
    pub(super) secret_key: String,
    pub(super) no_review: NoReview,
    pub(super) no_reviews: NoReviews,
    pub(super) label_response: LabelResponse,
    pub(super) legacy_label_response: LegacyLabelResponse,
    pub(super) customer_labels_in_reviews: bool,
    pub(super) potential_labels: bool,
    pub(super) refund_abuse: bool,
    pub(super) customer_limit: Option<(u32, Duration)>,
    pub(super) unknown_fields: Option<u64>,
    pub(super) dates: bool,
    pub(super) shown_after: Duration,
    pub(super) scroll: ScrollOptions,
}

impl Default for RavelinOptions {
    fn default() -> Self {
        Self {
            secret_key: "sk_test_sandbox".to_owned(),
            no_review: NoReview::Null,
            no_reviews: NoReviews::NullList,
            label_response: LabelResponse::EventTimeNanos,
            legacy_label_response: LegacyLabelResponse::StatusAndTimestamp,
            customer_labels_in_reviews: true,
            potential_labels: true,
            refund_abuse: true,
            customer_limit: None,
            unknown_fields: Some(0),
            dates: false,
            shown_after: Duration::ZERO,
            scroll: ScrollOptions::default(),
        }
    }
}

impl RavelinOptions {
    /// The key that requests must carry. Default: `sk_test_sandbox`.
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = key.into();
        self
    }

    /// What the last review of a customer without reviews is. Not documented; default:
    /// [`NoReview::Null`].
    pub fn no_review(mut self, response: NoReview) -> Self {
        self.no_review = response;
        self
    }

    /// What all reviews of a customer without reviews are. Not documented; default:
    /// [`NoReviews::NullList`].
    pub fn no_reviews(mut self, response: NoReviews) -> Self {
        self.no_reviews = response;
        self
    }

    /// Which of the published versions responses a label. Which one is current is not documented;
    /// default: [`LabelResponse::EventTimeNanos`].
    pub fn label_response(mut self, response: LabelResponse) -> Self {
        self.label_response = response;
        self
    }

    /// How the deprecated endpoint answers a label. Not documented; default:
    /// [`LegacyLabelResponse::StatusAndTimestamp`].
    pub fn legacy_label_response(mut self, response: LegacyLabelResponse) -> Self {
        self.legacy_label_response = response;
        self
    }

    /// Whether the reads, which belong to the deprecated endpoint, show what was written through
    /// its successor. Not documented; default: true.
    pub fn customer_labels_in_reviews(mut self, shown: bool) -> Self {
        self.customer_labels_in_reviews = shown;
        self
    }

    /// Whether the account may use `POTENTIALLY_FRAUDSTER` and `POTENTIALLY_GENUINE`; without, they
    /// are answered with 400. That the provider enables them by account is documented for the
    /// successor endpoint, and inferred for the deprecated one. Default: true.
    pub fn potential_labels(mut self, enabled: bool) -> Self {
        self.potential_labels = enabled;
        self
    }

    /// Whether labels of the category `REFUND_ABUSE` are taken; without, they are answered with
    /// 400. The published versions of the provider's guide disagree. Default: true.
    pub fn refund_abuse(mut self, enabled: bool) -> Self {
        self.refund_abuse = enabled;
        self
    }

    /// How many labels a customer may get in a window of time, by the sandbox's clock. One more is
    /// dropped and answered with 200 and `"source":"RATE_LIMIT"`. The provider documents 50 events a
    /// minute, but not whether labels count. Default: no limit.
    pub fn customer_limit(mut self, labels: u32, window: Duration) -> Self {
        self.customer_limit = Some((labels, window));
        self
    }

    /// The seed of the random unknown fields in every JSON object of a response, or `None` for
    /// answers without. The provider's own sandbox adds them (documented). Default: seed 0.
    pub fn unknown_fields(mut self, seed: Option<u64>) -> Self {
        self.unknown_fields = seed;
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

    /// How long a label that was written through the API is not shown by the reads of one customer,
    /// by the sandbox's clock. Whether the provider's reads lag is not documented. Default: no time.
    pub fn shown_after(mut self, lag: Duration) -> Self {
        self.shown_after = lag;
        self
    }
}

/// What `lastReview` answers for a customer without reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// 400 "Customer not found" with a trace id, as a third-party sample has it.
    BadRequest,
}

/// What `customerReviews` answers for a customer without reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// 400 "Customer not found" with a trace id, as a third-party sample has it.
    BadRequest,
}

/// How `labelCustomer` responses, by the published versions of the provider's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LabelResponse {
    /// Version A: what was stored, under names of its own, and `timestamp` with nine fractional
    /// digits.
    Full,
    /// Version B: `eventTime` with nine fractional digits.
    EventTimeNanos,
    /// Version C: `eventTime` with whole seconds.
    EventTimeSeconds,
}

/// How `legacyLabelCustomer` responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LegacyLabelResponse {
    /// 200 and `{"status":200,"timestamp":<Unix seconds>}`.
    StatusAndTimestamp,
    /// 200 and `null`.
    Null,
    /// 204.
    NoContent,
}
