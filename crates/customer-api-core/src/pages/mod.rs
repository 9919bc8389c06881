//! Lists that come in pages.
//!
//! A [`PageSource`] fetches the pages of a provider's list. [`List`] reads the pages in a separate task, ahead of its consumer.
//! Anything that could make a list end early, repeat pages or lose a page is returned as a typed [`PagesError`], never as a
//! shorter list.

mod driver;
mod error;
mod guard;
mod items;
mod link;
mod list;
mod reader;

use async_trait::async_trait;

pub use error::{PagesError, PagesErrorKind, Progress};
pub use items::Items;
pub use link::NextLink;
pub use list::List;

use crate::{Timestamp, response::Unreadable};

/// Fetches the pages of a provider's list.
///
/// A cursor is the value that leads to the next page: an offset, a link, an id. The documentation of [`List`] shows a source that
/// makes calls.
///
/// ```
/// use async_trait::async_trait;
/// use customer_api_core::pages::{Fetched, List, PageSource, PagesError};
///
/// /// Counts to ten, three numbers per page.
/// struct Counting;
///
/// #[async_trait]
/// impl PageSource for Counting {
///     type Item = u32;
///     type Cursor = u32;
///
///     async fn fetch(&mut self, cursor: Option<&u32>) -> Result<Fetched<u32, u32>, PagesError> {
///         let start = cursor.copied().unwrap_or(1);
///         let items: Vec<u32> = (start..=10).take(3).collect();
///         Ok(if items.is_empty() { Fetched::end() } else { Fetched::page(items, start + 3) })
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), PagesError> {
/// let mut numbers = List::new(Counting);
/// let mut sum = 0;
/// while let Some(page) = numbers.next_page().await? {
///     sum += page.items.iter().sum::<u32>();
/// }
/// assert_eq!(sum, 55);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait PageSource: Send + 'static {
    /// The type of the list's items.
    type Item: Send + 'static;

    /// The value that leads to the next page.
    type Cursor: std::hash::Hash + Send + Sync + 'static;

    /// Fetches the page that a cursor leads to, or the first one.
    ///
    /// The list calls `fetch` as soon as the buffer has room for the page, so that a cursor with a short life is used in time.
    ///
    /// # Errors
    ///
    /// The reason why there is no such page.
    async fn fetch(
        &mut self,
        cursor: Option<&Self::Cursor>,
    ) -> Result<Fetched<Self::Item, Self::Cursor>, PagesError>;

    /// Decides whether to start again after a failure. After `Ok`, [`fetch`](Self::fetch) is called for the first page again, and
    /// the source must omit the items that it returned before.
    ///
    /// # Errors
    ///
    /// The failure that the list returns, usually the given one.
    fn restart(&mut self, failure: PagesError) -> Result<(), PagesError> {
        Err(failure)
    }

    /// Returns whether the provider may return the same cursor on consecutive pages. If not, a repeated cursor is an error.
    fn keeps_cursor(&self) -> bool {
        false
    }
}

/// A page as it was fetched.
#[derive(Debug)]
pub struct Fetched<I, C> {
    items: Vec<I>,
    unreadable: Vec<Unreadable>,
    next: Next<C>,
    fingerprint: Option<u64>,
    total: Option<u64>,
    newest: Option<Timestamp>,
}

#[derive(Debug)]
enum Next<C> {
    Cursor(C),
    End,
    EndWithoutNotice,
}

impl<I, C> Fetched<I, C> {
    fn new(items: Vec<I>, next: Next<C>) -> Self {
        Self {
            items,
            unreadable: Vec::new(),
            next,
            fingerprint: None,
            total: None,
            newest: None,
        }
    }

    /// Creates a page that leads to another one. The page can be empty.
    #[must_use]
    pub fn page(items: Vec<I>, next: C) -> Self {
        Self::new(items, Next::Cursor(next))
    }

    /// Creates a page that the provider marks as the last.
    #[must_use]
    pub fn last(items: Vec<I>) -> Self {
        Self::new(items, Next::End)
    }

    /// Creates the last page of a list from a provider that promises to mark the last page, but did not mark this one.
    #[must_use]
    pub fn last_without_notice(items: Vec<I>) -> Self {
        Self::new(items, Next::EndWithoutNotice)
    }

    /// Creates the end of a list, without a page.
    #[must_use]
    pub fn end() -> Self {
        Self::last(Vec::new())
    }

    /// Adds the parts of the page's response that are not as documented: see
    /// [`Response::into_parts`](crate::Response::into_parts).
    ///
    /// A record that can't be read is part of the list. A page that contains only such records is not empty.
    #[must_use]
    pub fn unreadable(mut self, unreadable: Vec<Unreadable>) -> Self {
        self.unreadable = unreadable;
        self
    }

    /// Adds a hash of the page's content. The list uses the hash to detect a repeated page.
    ///
    /// The hash must differ between any two pages of a correct list. Therefore do not add a hash to a page without items.
    #[must_use]
    pub fn fingerprint(mut self, hash: u64) -> Self {
        self.fingerprint = Some(hash);
        self
    }

    /// Adds the total number of items in the list, as this page reports it. If the list was not read from its beginning,
    /// subtract the items before the first fetched page.
    ///
    /// A list with more than twice as many items is an error, because the list seems never to end. A total that is not greater
    /// than the number of the page's own items is ignored, because it may count only the items of this page.
    #[must_use]
    pub fn total(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self
    }

    /// Adds the newest time among the items. This time becomes part of the list's [`Progress`].
    #[must_use]
    pub fn newest(mut self, newest: Option<Timestamp>) -> Self {
        self.newest = newest;
        self
    }
}

/// A page as it reaches its consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<I> {
    /// The items of the page, except [records that can't be read](Self::unreadable).
    pub items: Vec<I>,
    unreadable: Vec<Unreadable>,
    /// The page's number, from 1.
    pub number: u64,
    /// Whether the list ends with this page, without the end mark that the provider promises.
    pub ends_without_notice: bool,
}

impl<I> Page<I> {
    /// The parts of the page that are not as documented, and how each was handled: values that were read in another form,
    /// values that were omitted, and records that were omitted from the list. Empty for nearly all pages.
    #[must_use]
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }
}
