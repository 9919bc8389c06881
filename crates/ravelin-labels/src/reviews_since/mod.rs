//! All reviews of all customers since a point in time.

mod bookmark;
mod resume;
mod scroll;

use std::time::Duration;

use customer_api_core::{
    Timestamp,
    pages::{Items, List, Page, PagesError, Progress},
};

pub use self::bookmark::Bookmark;
use self::{
    bookmark::{Place, Skip},
    scroll::{Scroll, Settings},
};
use crate::{Client, Review};

/// All reviews of all customers since a point in time, page by page. Created by [`Client::reviews_since`].
///
/// The provider's cursor expires after a minute, and every call advances it on the server (inferred). Therefore a task requests the next
/// page as soon as the previous page has arrived and the [buffer](Self::read_ahead) has room for one more. The task sends no request when
/// the minute is nearly over. It never repeats a request that the provider may have received.
///
/// The list ends only with a page whose list is empty, or with a page without a link to the next one. A page whose list is missing or
/// `null` is an error.
///
/// If a review can't be read, for example because its time has no offset, the page reports the review ([`Page::unreadable`]), and the list
/// continues. If the list resumes, the review counts as delivered.
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
/// The [`progress`](PagesError::progress) of a [`PagesError`] shows what was delivered before the error.
///
/// | [kind](PagesError::kind) | what happened |
/// |---|---|
/// | `Expired` | the caller was too slow for the buffer, and the cursor's minute was over |
/// | `Interrupted` | a follow-up could not be sent, or failed after the provider may have received it |
/// | `Stopped` | the task that reads ahead has ended because its runtime was shut down |
/// | `ParameterIgnored` | a review is older than the start time: the provider did not understand the parameter |
/// | `ForeignLink` | `meta.next` leads to another host or path; it was not followed |
/// | `Repeated`, `TooManyPages` | the provider's pages form a loop, or never end |
/// | `ResumeImpossible` | the list could not resume without losing or duplicating reviews |
/// | `Call` | the first page could not be read, or the key was refused |
/// | `NoRuntime`, `InsideRuntime` | the call was awaited outside a tokio runtime with time and I/O, or a blocking wait was made inside one |
#[derive(Debug)]
pub struct ReviewsSince {
    list: List<Scroll>,
    bookmark: Bookmark,
}

/// The format in which the provider expects a point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SinceFormat {
    /// `2020-01-23T16:33:02Z`, the format of times in the provider's responses.
    Rfc3339,
    /// Whole seconds since 1970, the format of times in requests on the provider's older pages.
    UnixSeconds,
    /// Milliseconds since 1970, the format of times in requests on the provider's newer pages.
    UnixMillis,
}

/// What the list does when it breaks off.
///
/// This setting is for a list that breaks off while its process runs. After a crash, continue with [`Client::reviews_after`].
///
/// Before the list resumes, it waits for as long as the provider asks, or for 20 s after a 429 without a `Retry-After`, and at least for
/// the back-off. If the provider asks for more than a minute, the list ends, and the error of the call contains the requested wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resume {
    /// Reports an error.
    #[default]
    Off,
    /// Starts again one second before the newest delivered review, and skips the reviews that were already delivered.
    ///
    /// Cheap, but correct only if the provider lists reviews from the oldest to the newest. The provider's samples show this order, but no
    /// page promises it. Older reviews that would come later in the list are **lost without an error**. If the reviews so far contradict
    /// that order, the list ends with an error. If the reviews do not prove that order yet, or the time of one of them can't be read, the
    /// list is read again from its start time, as with [`FromStart`](Self::FromStart). If the new reading lacks a delivered review of
    /// the newest second, the list also ends with an error.
    FromNewest,
    /// Starts again at the start time, and skips as many reviews as were delivered. If the skipped reviews are not the delivered ones in
    /// the same order, the list ends with an error.
    ///
    /// Correct for any order that does not change from one reading to the next.
    FromStart,
}

impl Client {
    /// Reads all reviews of all customers since a point in time.
    ///
    /// The provider does not document the name and the format of the parameter for the start time. The default is `since` in RFC 3339,
    /// which is **unverified**: see [`ReviewsSince::parameter`]. A review that is older than the start time, compared in whole seconds, is
    /// an error. Therefore, if the provider ignores the parameter and sends older reviews, the list ends with an error.
    ///
    /// See <https://developer.ravelin.com/merchant/api/endpoints/deprecated/label/index.html>.
    #[must_use]
    pub fn reviews_since(&self, since: Timestamp) -> ReviewsSince {
        self.reviews_after(Bookmark {
            since,
            place: Place::default(),
        })
    }

    /// Continues an earlier process's list after its [bookmark](ReviewsSince::bookmark).
    ///
    /// The provider's cursor expires after a minute, and the provider's reviews have no id. Therefore the list is read again from its start
    /// time, and the reviews up to the bookmark are skipped. If the skipped reviews are not the delivered ones in the same order, the list
    /// ends with an error of kind [`ResumeImpossible`](customer_api_core::pages::PagesErrorKind::ResumeImpossible) before it delivers
    /// anything. In that case, start a new export. Resuming is correct for any order that does not change from one reading to the next. New
    /// reviews may be added at the end.
    ///
    /// The settings of the earlier list are not in the bookmark: set [`parameter`](ReviewsSince::parameter) and the others again.
    /// [`progress`](ReviewsSince::progress) and the numbers of pages count only what this list delivers. A record that can't be
    /// read may be reported a second time if it is listed directly before or after the last review that the bookmark counts.
    ///
    /// ```no_run
    /// use ravelin_labels::{Bookmark, Client, Resume, Timestamp};
    ///
    /// # async fn run(ravelin: Client, stored: Option<String>, since: Timestamp) -> Result<(), Box<dyn std::error::Error>> {
    /// let reviews = match stored {
    ///     Some(json) => ravelin.reviews_after(serde_json::from_str(&json)?),
    ///     None => ravelin.reviews_since(since),
    /// };
    /// let mut reviews = reviews.resume(Resume::FromStart);
    /// while let Some(page) = reviews.next_page().await? {
    ///     let bookmark: String = serde_json::to_string(reviews.bookmark())?;
    ///     // Store the page and the bookmark in one transaction.
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn reviews_after(&self, bookmark: Bookmark) -> ReviewsSince {
        let settings = Settings {
            since: bookmark.since.clone(),
            parameter: "since".to_owned(),
            format: SinceFormat::Rfc3339,
            cursor_life: Duration::from_secs(60),
            rebase_links: false,
            resume: Resume::Off,
        };
        let skip = Skip::until(bookmark.place);
        ReviewsSince {
            list: List::new(Scroll::new(self.clone(), settings, skip)),
            bookmark,
        }
    }
}

impl ReviewsSince {
    /// Sets the name and the format of the parameter for the start time.
    #[must_use]
    pub fn parameter(self, name: impl Into<String>, format: SinceFormat) -> Self {
        self.change(|list| {
            list.set(|scroll| {
                scroll.settings.parameter = name.into();
                scroll.settings.format = format;
            })
        })
    }

    /// Sets how many pages are buffered for a caller that is slower than the provider. 4 by default. A page has 1000 reviews.
    #[must_use]
    pub fn read_ahead(self, pages: usize) -> Self {
        self.change(|list| list.read_ahead(pages))
    }

    /// Sets what the list does when it breaks off. By default, the list ends with an error.
    #[must_use]
    pub fn resume(self, resume: Resume) -> Self {
        self.change(|list| list.set(|scroll| scroll.settings.resume = resume))
    }

    /// Sets the maximum number of pages. More pages are an error. 100,000 by default.
    #[must_use]
    pub fn max_pages(self, pages: u64) -> Self {
        self.change(|list| list.max_pages(pages))
    }

    /// Sets how long the provider keeps a cursor. A minute by default. No follow-up is sent in the last twelfth of that time (5 s).
    /// In addition, the client's connect timeout is subtracted (5 s by default, a quarter of the cursor's life at most).
    #[must_use]
    pub fn cursor_life(self, life: Duration) -> Self {
        self.change(|list| list.set(|scroll| scroll.settings.cursor_life = life))
    }

    /// Takes only the query of `meta.next`, and appends it to the client's own base URL. Use it for a client behind a gateway, because
    /// `meta.next` names the provider's own host. Without this setting, a link to another host is an error.
    #[must_use]
    pub fn rebase_links(self, rebase: bool) -> Self {
        self.change(|list| list.set(|scroll| scroll.settings.rebase_links = rebase))
    }

    /// Returns the next page, or `None` after the last one. Nothing is sent before the first call. Later settings have no effect. After an
    /// error there are no more pages: `None` means the end of the list only if no error came before it.
    ///
    /// # Errors
    ///
    /// See the table [above](Self).
    pub async fn next_page(&mut self) -> Result<Option<Page<Review>>, PagesError> {
        let page = self.list.next_page().await;
        self.pass(page)
    }

    /// Returns the next page, or `None` after the last one, in a program without a runtime.
    ///
    /// # Errors
    ///
    /// The same errors as [`next_page`](Self::next_page). Inside an async runtime, nothing is sent, and the error is of kind
    /// `InsideRuntime`.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait_page(&mut self) -> Result<Option<Page<Review>>, PagesError> {
        let page = self.list.wait_page();
        self.pass(page)
    }

    /// Returns the reviews one by one, as a [`Stream`](Items). A stream has no [bookmark](Self::bookmark).
    #[must_use]
    pub fn into_items(self) -> Items<Review> {
        self.list.into_items()
    }

    /// Returns the position of the list: after the last page that [`next_page`](Self::next_page) returned.
    ///
    /// [`Client::reviews_after`] continues from this position, in this or another process. Store the bookmark with the page, so that a
    /// crash can't separate them.
    #[must_use]
    pub fn bookmark(&self) -> &Bookmark {
        &self.bookmark
    }

    /// Returns the counts of delivered pages, items and unreadable parts, for reports. To continue in another process, store the
    /// [bookmark](Self::bookmark): the time of the newest review does not show which reviews are still to come.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.list.progress()
    }

    /// Whether the list ended with a page that has reviews but no link. The provider promises an empty page at the end.
    #[must_use]
    pub fn ended_without_empty_page(&self) -> bool {
        self.list.ended_without_notice()
    }

    fn change(self, change: impl FnOnce(List<Scroll>) -> List<Scroll>) -> Self {
        Self {
            list: change(self.list),
            bookmark: self.bookmark,
        }
    }

    fn pass(
        &mut self,
        page: Result<Option<Page<Review>>, PagesError>,
    ) -> Result<Option<Page<Review>>, PagesError> {
        if let Ok(Some(page)) = &page {
            self.bookmark.place.pass(&page.items);
        }
        page
    }
}
