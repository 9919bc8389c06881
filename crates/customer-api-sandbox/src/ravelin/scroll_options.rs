//! The switches of the list of all reviews, which comes in pages.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::options::RavelinOptions;
use crate::checked;
use crate::duration;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ScrollOptions {
    pub(super) since_parameter: (String, SinceFormat),
    pub(super) since_bound: SinceBound,
    #[serde(deserialize_with = "checked::at_least_one")]
    pub(super) page_size: usize,
    #[serde(rename = "scroll_life", with = "duration::required")]
    pub(super) life: Duration,
    #[serde(rename = "review_order")]
    pub(super) order: ReviewOrder,
    #[serde(rename = "late_follow_up")]
    pub(super) late: LateFollowUp,
    #[serde(rename = "scroll_course")]
    pub(super) course: ScrollCourse,
    pub(super) empty_page: EmptyPage,
    pub(super) empty_page_next: bool,
    #[serde(rename = "scroll_ids")]
    pub(super) ids: ScrollIds,
    pub(super) next_url: Option<String>,
    pub(super) refuse_unknown_query: bool,
}

impl Default for ScrollOptions {
    fn default() -> Self {
        Self {
            since_parameter: ("since".to_owned(), SinceFormat::Rfc3339),
            since_bound: SinceBound::Inclusive,
            page_size: 1000,
            life: Duration::from_secs(60),
            order: ReviewOrder::OldestFirst,
            late: LateFollowUp::NotFound,
            course: ScrollCourse::Complete,
            empty_page: EmptyPage::EmptyList,
            empty_page_next: true,
            ids: ScrollIds::New,
            next_url: None,
            refuse_unknown_query: false,
        }
    }
}

/// The switches of `allReviews`, the scroll of all customers' reviews.
impl RavelinOptions {
    /// Sets the name and the format of the query parameter for the start time. Without the parameter, all reviews match. A parameter
    /// that can't be read gets 400. The provider documents that there is such a parameter. Its name and format are inferred. Default:
    /// `since` in [`SinceFormat::Rfc3339`].
    pub fn since_parameter(mut self, name: impl Into<String>, format: SinceFormat) -> Self {
        self.scroll.since_parameter = (name.into(), format);
        self
    }

    /// Sets whether a review of exactly the start time is included, or whether the start time is ignored. Inferred. Default:
    /// [`SinceBound::Inclusive`].
    pub fn since_bound(mut self, bound: SinceBound) -> Self {
        self.scroll.since_bound = bound;
        self
    }

    /// Sets the maximum number of reviews on a page. Zero counts as one. Documented. Default: 1000.
    pub fn page_size(mut self, reviews: usize) -> Self {
        self.scroll.page_size = reviews.max(1);
        self
    }

    /// Sets how long after a response the next page can be requested, by the sandbox's clock. A request at exactly that time is too late.
    /// The lifetime starts when the response is sent. If no response is sent, it starts when the request is processed. Documented. Default:
    /// one minute.
    pub fn scroll_life(mut self, life: Duration) -> Self {
        self.scroll.life = life;
        self
    }

    /// Sets the order of the reviews. The provider's samples are oldest first, but the provider does not promise this order. Default:
    /// [`ReviewOrder::OldestFirst`].
    pub fn review_order(mut self, order: ReviewOrder) -> Self {
        self.scroll.order = order;
        self
    }

    /// Sets the response to a follow-up whose scroll has expired, has ended or never existed. Inferred. Default:
    /// [`LateFollowUp::NotFound`].
    pub fn late_follow_up(mut self, response: LateFollowUp) -> Self {
        self.scroll.late = response;
        self
    }

    /// Sets how the pages continue and end. [`ScrollCourse::Complete`], the default, is documented.
    pub fn scroll_course(mut self, course: ScrollCourse) -> Self {
        self.scroll.course = course;
        self
    }

    /// Sets the form of the member `reviews` on a page that has no reviews. Inferred. Default: [`EmptyPage::EmptyList`].
    pub fn empty_page(mut self, empty: EmptyPage) -> Self {
        self.scroll.empty_page = empty;
        self
    }

    /// Sets whether a page without reviews still names a next page. Inferred. Default: true.
    pub fn empty_page_next(mut self, named: bool) -> Self {
        self.scroll.empty_page_next = named;
        self
    }

    /// Sets whether each page has a different cursor. Inferred. Default: [`ScrollIds::New`].
    pub fn scroll_ids(mut self, ids: ScrollIds) -> Self {
        self.scroll.ids = ids;
        self
    }

    /// Sets the text before `?scroll_id=…` in a page's `next`, so that `next` can lead to another origin or path. Default: this server's
    /// own address and path, like the provider's sample.
    pub fn next_url(mut self, url: impl Into<String>) -> Self {
        self.scroll.next_url = Some(url.into());
        self
    }

    /// Sets whether an unknown query parameter gets 400, on any operation. The request log shows the parameter in either case.
    /// Inferred. Default: false.
    pub fn refuse_unknown_query(mut self, refused: bool) -> Self {
        self.scroll.refuse_unknown_query = refused;
        self
    }
}

/// The format of a time in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SinceFormat {
    /// RFC 3339, like the times in the responses: `2020-01-23T16:33:02Z`.
    Rfc3339,
    /// Whole seconds since the Unix epoch.
    UnixSeconds,
    /// Whole milliseconds since the Unix epoch.
    UnixMillis,
}

/// Which reviews match a start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SinceBound {
    /// Reviews of the start time and later.
    Inclusive,
    /// Only reviews later than the start time.
    Exclusive,
    /// All reviews, whatever the parameter is.
    Ignored,
}

/// The order of the reviews in a scroll.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReviewOrder {
    /// By timestamp. Reviews of the same time are in the order in which they arrived.
    OldestFirst,
    /// The reverse of [`OldestFirst`](Self::OldestFirst).
    NewestFirst,
    /// Shuffled. The seed determines the order.
    Shuffled(u64),
    /// In the order in which they arrived, whatever their timestamps.
    AsStored,
}

/// The response to a follow-up that comes too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LateFollowUp {
    /// 404 with the provider's error body.
    NotFound,
    /// 400 with the provider's error body.
    BadRequest,
    /// 200 and a page without reviews, which looks like the end.
    EmptyPage,
}

/// How the pages of a scroll continue and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScrollCourse {
    /// Each page names the next one, until a page has no reviews.
    Complete,
    /// The last page with reviews has a `meta` without `next`.
    EndsWithoutNext,
    /// The last page with reviews has no `meta`.
    EndsWithoutMeta,
    /// The last page with reviews repeats forever.
    LastPageForever,
    /// The first page repeats forever.
    FirstPageForever,
}

/// The form of the member `reviews` on a page that has no reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EmptyPage {
    /// `"reviews":[]`.
    EmptyList,
    /// `"reviews":null`.
    Null,
    /// No `reviews`.
    Missing,
}

/// The cursors of a scroll's pages. Any cursor of a scroll gets the scroll's next page, because the server keeps the position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScrollIds {
    /// Each page has a different cursor.
    New,
    /// All pages have the same cursor.
    Same,
}
