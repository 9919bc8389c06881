use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

use futures_core::Stream;

use super::{PagesError, Progress, reader::Reader};
use crate::response::Unreadable;

/// The items of a list, one by one. Made by [`List::into_items`](super::List::into_items).
pub struct Items<I> {
    reader: Reader<I>,
    page: vec::IntoIter<I>,
    unreadable: Vec<Unreadable>,
}

/// The maximum number of unreadable parts that are kept. An endless list must not fill the memory.
const KEPT: usize = 1_000;

impl<I: Send + 'static> Items<I> {
    pub(super) fn new(reader: Reader<I>) -> Self {
        Self {
            reader,
            page: Vec::new().into_iter(),
            unreadable: Vec::new(),
        }
    }

    /// Returns the next item, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// The reason why the list could not be read further.
    pub async fn next_item(&mut self) -> Result<Option<I>, PagesError> {
        std::future::poll_fn(|context| self.poll_item(context)).await
    }

    /// Returns an iterator over the items, for a program without a runtime. The iterator ends after the first error.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait(self) -> crate::blocking::Iter<Self> {
        crate::blocking::iter(self)
    }

    /// What was delivered so far, counted in whole pages.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.reader.progress()
    }

    /// The parts of the pages so far that are not as documented, and how each was handled; see
    /// [`Page::unreadable`](super::Page::unreadable).
    ///
    /// Only the first 1,000 parts are kept, but [`Progress::unreadable`] counts all. If you need every part, read the list page by
    /// page.
    #[must_use]
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// Whether the list ended although the provider did not mark the end as it promises to.
    #[must_use]
    pub fn ended_without_notice(&self) -> bool {
        self.reader.ended_without_notice()
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<I>, PagesError>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Ok(Some(item)));
            }
            match ready!(self.reader.poll_page(context)) {
                Ok(Some(page)) => {
                    let room = KEPT.saturating_sub(self.unreadable.len());
                    self.unreadable
                        .extend(page.unreadable.into_iter().take(room));
                    self.page = page.items.into_iter();
                }
                Ok(None) => return Poll::Ready(Ok(None)),
                Err(failure) => return Poll::Ready(Err(failure)),
            }
        }
    }
}

/// No field is pinned.
impl<I> Unpin for Items<I> {}

impl<I: Send + 'static> Stream for Items<I> {
    type Item = Result<I, PagesError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context).map(Result::transpose)
    }
}

impl<I> fmt::Debug for Items<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("progress", self.reader.progress())
            .finish_non_exhaustive()
    }
}
