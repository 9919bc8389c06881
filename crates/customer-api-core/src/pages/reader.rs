//! The consumer's end of the task that reads ahead.

use std::task::{Context, Poll, ready};

use futures_core::future::BoxFuture;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc},
    task::AbortHandle,
};
use tracing::Instrument as _;

use super::{
    Page, PageSource, PagesError, PagesErrorKind, Progress,
    driver::{self, Message},
};
use crate::{
    Timestamp,
    error::RuntimeError,
    runtime::{self, Home},
};

/// Takes pages from the task. Starts the task when the first page is requested, and stops it when dropped.
pub(super) struct Reader<I> {
    state: State<I>,
    progress: Progress,
    ended_without_notice: bool,
}

enum State<I> {
    /// The task, which is not running yet, and the receiving end of its buffer.
    Idle(BoxFuture<'static, ()>, mpsc::Receiver<Message<I>>),
    Running {
        /// The process that the task runs in.
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

/// A reader without pages.
impl<I> Default for Reader<I> {
    fn default() -> Self {
        Self {
            state: State::Over,
            progress: Progress::default(),
            ended_without_notice: false,
        }
    }
}

impl<I> Reader<I> {
    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    pub(super) fn ended_without_notice(&self) -> bool {
        self.ended_without_notice
    }
}

impl<I: Send + 'static> Reader<I> {
    /// Creates a reader. Nothing is sent before a page is requested.
    pub(super) fn new<S: PageSource<Item = I>>(
        source: S,
        read_ahead: usize,
        max_pages: u64,
    ) -> Self {
        let (consumer, pages) = mpsc::channel(read_ahead.clamp(1, Semaphore::MAX_PERMITS));
        let task = Box::pin(driver::read(source, max_pages, consumer));
        Self {
            state: State::Idle(task, pages),
            ..Self::default()
        }
    }

    pub(super) async fn next_page(&mut self) -> Result<Option<Page<I>>, PagesError> {
        std::future::poll_fn(|context| self.poll_page(context)).await
    }

    #[cfg(feature = "blocking")]
    pub(super) fn wait_page(&mut self) -> Result<Option<Page<I>>, PagesError> {
        crate::blocking::wait(self.next_page()).unwrap_or_else(|error| {
            Err(PagesError::from(error).with_progress(self.progress.clone()))
        })
    }

    pub(super) fn poll_page(
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
            let reason = "the list was started before this process was forked";
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
                // A last page with neither items nor unreadable records only marks the end of the list.
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

    fn count(&mut self, page: &Page<I>, newest: Option<Timestamp>) {
        self.progress.pages = page.number;
        self.progress.items += u64::try_from(page.items.len()).unwrap_or(u64::MAX);
        self.progress.unreadable += u64::try_from(page.unreadable.len()).unwrap_or(u64::MAX);
        self.progress.newest = self.progress.newest.take().max(newest);
        self.ended_without_notice = page.ends_without_notice;
    }
}
