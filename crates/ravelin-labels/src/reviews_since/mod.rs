//! All reviews of all customers since a point in time.

mod resume;
mod scroll;

use std::time::Duration;

use customer_api_core::{
    Timestamp,
    pages::{Items, List, Page, PagesError, Progress},
};

use self::scroll::{Scroll, Settings};
use crate::{Client, Review};

/// All reviews of all customers since a point in time, page by page; made by [`Client::reviews_since`].
///
/// The provider's cursor lives for a minute and moves on the server with every call (inferred). So a task asks for the next
/// page as soon as one has arrived and has a place in the [buffer](Self::read_ahead), never once the minute is nearly over,
/// and never again once a request for it may have been received.
///
/// Only a page whose list is empty, or one that leads nowhere, ends the list. A page whose list is missing or `null` is an error.
///
/// A review that can't be read, such as one whose time has no offset, is reported by its page ([`Page::unreadable`]), and the list goes
/// on; it counts as delivered where the list is taken up again.
///
/// ```no_run
/// use ravelin_labels::{Client, Resume, Timestamp};
///
/// # async fn run(ravelin: Client, since: Timestamp) -> Result<(), Box<dyn std::error::Error>> {
/// let mut reviews = ravelin.reviews_since(since).resume(Resume::FromStart);
/// while let Some(page) = reviews.next_page().await? {
///     println!("page {} has {} reviews", page.number, page.items.len());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// A [`PagesError`] tells its [`progress`](PagesError::progress): what was delivered before it.
///
/// | [kind](PagesError::kind) | what happened |
/// |---|---|
/// | `Expired` | the consumer was too slow for the buffer, and the cursor's minute was over |
/// | `Interrupted` | a follow-up failed after it may have been received, or could not be sent |
/// | `Stopped` | the task that reads ahead is gone: its runtime was shut down |
/// | `ParameterIgnored` | a response is older than the asked time: the provider did not understand the parameter |
/// | `ForeignLink` | `meta.next` leads to another host or path; it was not followed |
/// | `Repeated`, `TooManyPages` | the provider goes round in circles, or never ends |
/// | `ResumeImpossible` | the list could not be taken up again without losing or doubling reviews |
/// | `Call` | the first page could not be read, or the key was refused |
/// | `NoRuntime`, `InsideRuntime` | it was awaited outside a tokio runtime with time and I/O, or waited for inside one |
#[derive(Debug)]
pub struct ReviewsSince(List<Scroll>);

/// How the provider wants a point in time to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SinceFormat {
    /// `2020-01-23T16:33:02Z`, as the provider writes times in its responses.
    Rfc3339,
    /// Whole seconds since 1970, as the provider's older pages write times in requests.
    UnixSeconds,
    /// Milliseconds since 1970, as the provider's newer pages write times in requests.
    UnixMillis,
}

/// What to do when the list breaks off.
///
/// Before it begins again, it waits as long as the provider asks, or 20 s after a 429 that does not say, and at least for the
/// back-off. If the provider asks for more than a minute, the list ends, and the error of the call tells for how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resume {
    /// Report it.
    #[default]
    Off,
    /// Begin again one second before the newest review that was delivered, and leave out what was delivered already.
    ///
    /// Cheap, and right only if the provider lists reviews from the oldest to the newest, as its samples do and no page
    /// promises: reviews that would come later in the list though they are older are **lost without an error**. If what
    /// arrived so far does not show that order, the list is read again from its start as by [`FromStart`](Self::FromStart)
    /// while little was delivered, and is an error otherwise. It is an error, too, if the new reading lacks what was
    /// delivered of the newest second.
    FromNewest,
    /// Begin again at the asked time, and leave out as many reviews as were delivered, if they are the same in the same
    /// order; if not, that is an error.
    ///
    /// Right for any order that does not change from one reading to the next.
    FromStart,
}

impl Client {
    /// Reads all reviews of all customers since a point in time.
    ///
    /// The provider does not document the name and the format of the parameter that says since when. By default it is
    /// `since` in RFC 3339, which is **unverified**: see [`ReviewsSince::parameter`]. A response that is older than the
    /// asked time, compared at whole seconds, is an error, so a parameter that is ignored does not pass as a full history.
    ///
    /// See <https://developer.ravelin.com/merchant/api/endpoints/deprecated/label/index.html>.
    #[must_use]
    pub fn reviews_since(&self, since: Timestamp) -> ReviewsSince {
        let settings = Settings {
            since,
            parameter: "since".to_owned(),
            format: SinceFormat::Rfc3339,
            cursor_life: Duration::from_secs(60),
            rebase_links: false,
            resume: Resume::Off,
        };
        ReviewsSince(List::new(Scroll::new(self.clone(), settings)))
    }
}

impl ReviewsSince {
    /// Names the parameter that says since when, and its format.
    #[must_use]
    pub fn parameter(self, name: impl Into<String>, format: SinceFormat) -> Self {
        Self(self.0.set(|scroll| {
            scroll.settings.parameter = name.into();
            scroll.settings.format = format;
        }))
    }

    /// How many pages are kept for a consumer that is slower than the provider; 4 by default. A page has 1000 reviews.
    #[must_use]
    pub fn read_ahead(self, pages: usize) -> Self {
        Self(self.0.read_ahead(pages))
    }

    /// What to do when the list breaks off; by default it is reported.
    #[must_use]
    pub fn resume(self, resume: Resume) -> Self {
        Self(self.0.set(|scroll| scroll.settings.resume = resume))
    }

    /// How many pages there may be before it counts as a failure; 100,000 by default.
    #[must_use]
    pub fn max_pages(self, pages: u64) -> Self {
        Self(self.0.max_pages(pages))
    }

    /// How long the provider keeps a cursor; a minute by default. No follow-up is sent in the last twelfth of it (5 s), with as
    /// much time before that for connecting as the client allows (5 s by default, a quarter of the life at most).
    #[must_use]
    pub fn cursor_life(self, life: Duration) -> Self {
        Self(self.0.set(|scroll| scroll.settings.cursor_life = life))
    }

    /// Takes only the query of `meta.next` and puts it behind the client's own base URL, for a client behind a gateway: the
    /// provider names its own host there. Without this, a link to another host is an error.
    #[must_use]
    pub fn rebase_links(self, rebase: bool) -> Self {
        Self(self.0.set(|scroll| scroll.settings.rebase_links = rebase))
    }

    /// The next page, or `None` after the last one. Nothing is sent before the first call; settings made after it have no
    /// effect. After an error there are no more pages: `None` is the end of the list only where no error came before it.
    ///
    /// # Errors
    ///
    /// See the table [above](Self).
    pub async fn next_page(&mut self) -> Result<Option<Page<Review>>, PagesError> {
        self.0.next_page().await
    }

    /// The next page, or `None` after the last one, in a program without a runtime.
    ///
    /// # Errors
    ///
    /// As of [`next_page`](Self::next_page); and of kind `InsideRuntime`, with nothing sent, inside an async runtime.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait_page(&mut self) -> Result<Option<Page<Review>>, PagesError> {
        self.0.wait_page()
    }

    /// The reviews one by one, as a [`Stream`](Items).
    #[must_use]
    pub fn into_items(self) -> Items<Review> {
        self.0.into_items()
    }

    /// What was delivered so far.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.0.progress()
    }

    /// Whether the list ended with a page that has reviews and no link, though the provider promises an empty page at the end.
    #[must_use]
    pub fn ended_without_empty_page(&self) -> bool {
        self.0.ended_without_notice()
    }
}
