use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

use futures_core::{Stream, future::BoxFuture};
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc},
    task::AbortHandle,
};
use tracing::Instrument as _;

use crate::{
    error::RuntimeError,
    runtime::{self, Home},
};

use super::{
    Page, PageSource, PagesError, PagesErrorKind, Progress,
    driver::{self, Message},
};
use crate::response::Unreadable;

/// Reads a list page by page.
///
/// A task reads ahead into a bounded buffer, from the first call of [`next_page`](Self::next_page) on; dropping this stops
/// it. After an error or the end there are no more pages.
pub struct Pages<I> {
    state: State<I>,
    progress: Progress,
    ended_without_notice: bool,
}

enum State<I> {
    /// The task, which is not running yet, and its end of the buffer.
    Idle(BoxFuture<'static, ()>, mpsc::Receiver<Message<I>>),
    Running {
        /// Where the task is.
        home: Home,
        _task: Task,
        pages: mpsc::Receiver<Message<I>>,
    },
    Over,
}

/// Stops the task when it is dropped.
struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sets up the reading of a list.
#[derive(Debug)]
#[must_use = "a reader is made by `build`"]
pub struct PagesBuilder<S> {
    source: S,
    read_ahead: usize,
    max_pages: u64,
}

impl<S: PageSource> PagesBuilder<S> {
    /// How many pages are kept for a consumer that is slower than the provider; 4 if this is not called, 1 at least.
    ///
    /// A cursor that dies is used in time only while there is a place for its page: give a slow consumer a larger buffer.
    pub fn read_ahead(mut self, pages: usize) -> Self {
        self.read_ahead = pages;
        self
    }

    /// How many pages there may be before it counts as a failure; 100,000 if this is not called.
    pub fn max_pages(mut self, pages: u64) -> Self {
        self.max_pages = pages;
        self
    }

    /// Makes the reader. Nothing is sent before its first page is asked for.
    pub fn build(self) -> Pages<S::Item> {
        let (consumer, pages) = mpsc::channel(self.read_ahead.clamp(1, Semaphore::MAX_PERMITS));
        let task = Box::pin(driver::read(self.source, self.max_pages, consumer));
        Pages {
            state: State::Idle(task, pages),
            progress: Progress::default(),
            ended_without_notice: false,
        }
    }
}

impl<I: Send + 'static> Pages<I> {
    /// Starts the reading of a source.
    pub fn builder<S: PageSource<Item = I>>(source: S) -> PagesBuilder<S> {
        PagesBuilder {
            source,
            read_ahead: 4,
            max_pages: 100_000,
        }
    }

    /// The next page, or `None` after the last one.
    ///
    /// Dropping the future loses nothing: the page stays in the buffer.
    ///
    /// # Errors
    ///
    /// Why the list could not be read further; [`progress`](PagesError::progress) counts what was delivered.
    pub async fn next_page(&mut self) -> Result<Option<Page<I>>, PagesError> {
        std::future::poll_fn(|context| self.poll_page(context)).await
    }

    /// The next page, or `None` after the last one, in a program without a runtime.
    ///
    /// # Errors
    ///
    /// As of [`next_page`](Self::next_page); and [`PagesErrorKind::InsideRuntime`] inside an async runtime, where nothing is sent.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait_page(&mut self) -> Result<Option<Page<I>>, PagesError> {
        crate::blocking::wait(self.next_page()).unwrap_or_else(|error| {
            Err(PagesError::from(error).with_progress(self.progress.clone()))
        })
    }

    /// The items one by one, as a stream. It ends after the first error.
    #[must_use]
    pub fn into_items(self) -> Items<I> {
        Items {
            pages: self,
            page: Vec::new().into_iter(),
            unreadable: Vec::new(),
        }
    }

    /// What was delivered so far.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// Whether the list ended although the provider did not mark the end as it promises to.
    #[must_use]
    pub fn ended_without_notice(&self) -> bool {
        self.ended_without_notice
    }

    fn poll_page(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Page<I>>, PagesError>> {
        if let Err(failure) = self.start() {
            return Poll::Ready(Err(failure));
        }
        let State::Running { home, pages, .. } = &mut self.state else {
            return Poll::Ready(Ok(None));
        };
        if home.check().is_err() {
            let reason = "the list was begun before this process was forked off";
            return Poll::Ready(Err(
                self.fail(PagesError::new(PagesErrorKind::Stopped, reason))
            ));
        }
        match ready!(pages.poll_recv(context)) {
            Some(Message::Page {
                page,
                newest,
                is_last,
            }) => {
                self.count(&page, newest);
                if is_last {
                    self.state = State::Over;
                }
                // A last page without anything tells only that the list is over.
                let is_empty = page.items.is_empty() && page.unreadable.is_empty();
                Poll::Ready(Ok((!is_empty).then_some(page)))
            }
            Some(Message::Failed(failure)) => Poll::Ready(Err(self.fail(failure))),
            None => {
                let reason =
                    "the task that reads pages is gone: it panicked, or its runtime was shut down";
                Poll::Ready(Err(
                    self.fail(PagesError::new(PagesErrorKind::Stopped, reason))
                ))
            }
        }
    }

    fn fail(&mut self, failure: PagesError) -> PagesError {
        self.state = State::Over;
        failure.with_progress(self.progress.clone())
    }

    fn start(&mut self) -> Result<(), PagesError> {
        if !matches!(self.state, State::Idle(..)) {
            return Ok(());
        }
        let no_runtime =
            |error: RuntimeError| PagesError::new(PagesErrorKind::NoRuntime, error.to_string());
        runtime::check().map_err(no_runtime)?;
        let runtime = Handle::try_current().map_err(|_| no_runtime(RuntimeError::Missing))?;
        let home = Home::default();
        home.check().map_err(no_runtime)?;
        if let State::Idle(task, pages) = std::mem::replace(&mut self.state, State::Over) {
            let task = runtime.spawn(task.in_current_span());
            self.state = State::Running {
                home,
                _task: Task(task.abort_handle()),
                pages,
            };
        }
        Ok(())
    }

    fn count(&mut self, page: &Page<I>, newest: Option<crate::Timestamp>) {
        self.progress.pages = page.number;
        self.progress.items += u64::try_from(page.items.len()).unwrap_or(u64::MAX);
        self.progress.unreadable += u64::try_from(page.unreadable.len()).unwrap_or(u64::MAX);
        self.progress.newest = self.progress.newest.take().max(newest);
        self.ended_without_notice = page.ends_without_notice;
    }
}

impl<I> fmt::Debug for Pages<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("progress", &self.progress)
            .finish_non_exhaustive()
    }
}

/// The items of a list one by one; see [`Pages::into_items`].
pub struct Items<I> {
    pages: Pages<I>,
    page: vec::IntoIter<I>,
    unreadable: Vec<Unreadable>,
}

/// How many unreadable parts are kept beside the items: a list without end must not fill the memory.
const KEPT: usize = 1_000;

impl<I: Send + 'static> Items<I> {
    /// The next item, or `None` after the last one.
    ///
    /// # Errors
    ///
    /// Why the list could not be read further.
    pub async fn next_item(&mut self) -> Result<Option<I>, PagesError> {
        std::future::poll_fn(|context| self.poll_item(context)).await
    }

    /// The items one by one in a program without a runtime, as an iterator. It ends after the first error.
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait(self) -> crate::blocking::Iter<Self> {
        crate::blocking::iter(self)
    }

    /// What was delivered so far, counted by whole pages.
    #[must_use]
    pub fn progress(&self) -> &Progress {
        self.pages.progress()
    }

    /// What in the pages so far is not as documented, and what became of it; see [`Page::unreadable`].
    ///
    /// The first 1,000 are kept; [`Progress::unreadable`] counts them all. Read the list page by page where every one matters.
    #[must_use]
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// Whether the list ended although the provider did not mark the end as it promises to.
    #[must_use]
    pub fn ended_without_notice(&self) -> bool {
        self.pages.ended_without_notice()
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<I>, PagesError>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Ok(Some(item)));
            }
            match ready!(self.pages.poll_page(context)) {
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

/// Nothing in it is pinned.
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
            .field("progress", &self.pages.progress)
            .finish_non_exhaustive()
    }
}
