//! The switches of the list of all reviews, which comes in pages.

use std::time::Duration;

use super::options::RavelinOptions;

#[derive(Debug, Clone)]
pub(super) struct ScrollOptions {
    pub(super) since_parameter: (String, SinceFormat),
    pub(super) since_bound: SinceBound,
    pub(super) page_size: usize,
    pub(super) life: Duration,
    pub(super) order: ReviewOrder,
    pub(super) late: LateFollowUp,
    pub(super) course: ScrollCourse,
    pub(super) empty_page: EmptyPage,
    pub(super) empty_page_next: bool,
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

/// The switches of `allReviews`, the scroll over all customers' reviews.
impl RavelinOptions {
    /// The query parameter that says since when, and how it is written. A first page without it
    /// starts with the oldest review; one that can't be read is answered with 400. That such a
    /// parameter exists is documented, its name and format are inferred. Default: `since` in
    /// [`SinceFormat::Rfc3339`].
    pub fn since_parameter(mut self, name: impl Into<String>, format: SinceFormat) -> Self {
        self.scroll.since_parameter = (name.into(), format);
        self
    }

    /// What becomes of a review made at the very time that was asked for, or of the parameter as a
    /// whole. Inferred; default: [`SinceBound::Inclusive`].
    pub fn since_bound(mut self, bound: SinceBound) -> Self {
        self.scroll.since_bound = bound;
        self
    }

    /// How many reviews a page has at most, at least one. Documented; default: 1000.
    pub fn page_size(mut self, reviews: usize) -> Self {
        self.scroll.page_size = reviews.max(1);
        self
    }

    /// How long after a response the next page can be asked for, by the sandbox's clock. A request
    /// exactly then comes too late, and a response that never leaves counts as it is processed. Documented; default: one minute.
    pub fn scroll_life(mut self, life: Duration) -> Self {
        self.scroll.life = life;
        self
    }

    /// The order of the reviews. The provider's samples are oldest first, which nobody promises;
    /// default: [`ReviewOrder::OldestFirst`].
    pub fn review_order(mut self, order: ReviewOrder) -> Self {
        self.scroll.order = order;
        self
    }

    /// What a follow-up gets whose scroll is dead, or never lived. Inferred; default:
    /// [`LateFollowUp::NotFound`].
    pub fn late_follow_up(mut self, response: LateFollowUp) -> Self {
        self.scroll.late = response;
        self
    }

    /// How the pages go on and end. [`ScrollCourse::Complete`], the default, is documented.
    pub fn scroll_course(mut self, course: ScrollCourse) -> Self {
        self.scroll.course = course;
        self
    }

    /// What stands for the reviews on a page without any. Inferred; default:
    /// [`EmptyPage::EmptyList`].
    pub fn empty_page(mut self, empty: EmptyPage) -> Self {
        self.scroll.empty_page = empty;
        self
    }

    /// Whether a page without reviews still names a next one. Inferred; default: true.
    pub fn empty_page_next(mut self, named: bool) -> Self {
        self.scroll.empty_page_next = named;
        self
    }

    /// Whether each page has a cursor of its own. Inferred; default: [`ScrollIds::New`].
    pub fn scroll_ids(mut self, ids: ScrollIds) -> Self {
        self.scroll.ids = ids;
        self
    }

    /// What stands before `?scroll_id=…` in a page's `next`, so that it can lead to another
    /// origin or path. Default: this server's own address and path, as the provider's sample has it.
    pub fn next_url(mut self, url: impl Into<String>) -> Self {
        self.scroll.next_url = Some(url.into());
        self
    }

    /// Whether a query parameter that the operation is not known to have is answered with 400, on
    /// any operation. Either way it shows in the request log. Inferred; default: false.
    pub fn refuse_unknown_query(mut self, refused: bool) -> Self {
        self.scroll.refuse_unknown_query = refused;
        self
    }
}

/// How a point in time is written in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SinceFormat {
    /// RFC 3339, as the responses write theirs: `2020-01-23T16:33:02Z`.
    Rfc3339,
    /// Whole seconds since the Unix epoch.
    UnixSeconds,
    /// Whole milliseconds since the Unix epoch.
    UnixMillis,
}

/// What "since" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SinceBound {
    /// Reviews of that time and later.
    Inclusive,
    /// Later reviews alone.
    Exclusive,
    /// Nothing: all reviews are answered, whatever the parameter says.
    Ignored,
}

/// The order in which a scroll gives its reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReviewOrder {
    /// By timestamp; reviews of the same time as they came.
    OldestFirst,
    /// The reverse of that.
    NewestFirst,
    /// Shuffled; the seed decides how.
    Shuffled(u64),
    /// As they came, whatever their timestamps.
    AsStored,
}

/// What a follow-up gets that comes too late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LateFollowUp {
    /// 404 with the provider's error body.
    NotFound,
    /// 400 with the provider's error body.
    BadRequest,
    /// 200 and a page without reviews, which looks like the end.
    EmptyPage,
}

/// How the pages of a scroll go on and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScrollCourse {
    /// Each page names the next one, until one has no reviews.
    Complete,
    /// The last page with reviews has a `meta` without `next`.
    EndsWithoutNext,
    /// The last page with reviews has no `meta`.
    EndsWithoutMeta,
    /// The last page with reviews comes again and again.
    LastPageForever,
    /// The first page comes again and again.
    FirstPageForever,
}

/// What stands for the reviews on a page without any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmptyPage {
    /// `"reviews":[]`.
    EmptyList,
    /// `"reviews":null`.
    Null,
    /// No `reviews`.
    Missing,
}

/// The cursors of a scroll's pages. Any cursor of a scroll gets its next page, whichever that is:
/// the position is the server's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScrollIds {
    /// Each page has another one.
    New,
    /// All pages have the same.
    Same,
}
