//! Calls for programs without a runtime.
//!
//! | to do | without a runtime |
//! |---|---|
//! | a call | [`Call::wait`](crate::Call::wait), [`Call::wait_response`](crate::Call::wait_response) |
//! | a list, page by page | [`List::wait_page`](crate::pages::List::wait_page), which a provider's own list has too |
//! | a list, item by item | [`Items::wait`](crate::pages::Items::wait), an iterator |
//! | any other future or stream | [`wait`], [`iter`] |
//!
//! Futures run on the caller's thread. Their tasks, such as those that drive connections or read lists ahead, run on one further thread,
//! which all clients of the process share. The first wait starts that thread. The thread ends with the process.
//!
//! After a `fork`, only the parent has that thread. The child starts its own with its first wait. A client that the parent used before the
//! fork does not work in the child: its calls fail with the kind [`NoRuntime`](crate::ErrorKind::NoRuntime), and nothing is sent, because
//! the client's connections and its count of the quota belong to the parent. Make the child's clients in the child. A client that was built
//! but not used before the fork also works. Work that was begun before the fork can't be finished in the child: a list returns an error,
//! and any other future may wait forever. Fork while no other thread is waiting.
//!
//! Inside an async runtime, a wait would block other tasks. Therefore the wait returns the error [`BlockingError::InsideRuntime`]
//! there, and nothing is sent.

use std::{
    fmt,
    future::IntoFuture,
    io,
    pin::Pin,
    process,
    sync::{Arc, OnceLock},
};

use futures_core::Stream;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::{Delivery, Error, ErrorKind, error::Failure};

/// The reason why a blocking call can't wait here. Nothing was done.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlockingError {
    /// This thread belongs to an async runtime, which a wait would block. Await instead. On a thread of tokio's `spawn_blocking`, use
    /// `Handle::current().block_on(…)`.
    #[error(
        "a blocking call inside an async runtime: await it instead, or on a thread of `spawn_blocking` use `Handle::block_on`"
    )]
    InsideRuntime,
    /// The runtime behind blocking calls could not be made.
    #[error("the runtime behind blocking calls could not be made: {0}")]
    NoRuntime(Arc<io::Error>),
}

/// The runtime of all blocking calls.
static RUNTIME: Place = Place(OnceLock::new());

/// Waits for a future on this thread and returns its output.
///
/// Use this for futures that have no `wait` method:
///
/// ```
/// use customer_api_core::blocking;
///
/// let response = blocking::wait(async { 42 })?;
/// assert_eq!(response, 42);
/// # Ok::<(), blocking::BlockingError>(())
/// ```
///
/// # Errors
///
/// If this thread belongs to an async runtime, or if no runtime can be made. In both cases, the future was not started.
pub fn wait<F: IntoFuture>(future: F) -> Result<F::Output, BlockingError> {
    let runtime = match Handle::try_current() {
        Ok(_) => return Err(BlockingError::InsideRuntime),
        Err(_) => kept(&RUNTIME, process::id(), make)?,
    };
    // In the async block, `into_future` also runs inside the runtime.
    Ok(runtime.block_on(async { future.await }))
}

/// Reads a stream on this thread, such as [`Items`](crate::pages::Items).
pub fn iter<S, T, E>(stream: S) -> Iter<S>
where
    S: Stream<Item = Result<T, E>> + Unpin,
    E: From<BlockingError>,
{
    Iter {
        stream,
        is_over: false,
    }
}

/// An iterator that waits for the items of a stream one by one. [`iter`] creates it.
///
/// If waiting is not possible, the iterator returns the [`BlockingError`] once and ends.
#[must_use = "nothing is read until it is iterated over"]
pub struct Iter<S> {
    stream: S,
    is_over: bool,
}

impl<S> Iter<S> {
    /// Returns the stream, for its other information, such as its progress.
    #[must_use]
    pub fn stream(&self) -> &S {
        &self.stream
    }
}

impl<S, T, E> Iterator for Iter<S>
where
    S: Stream<Item = Result<T, E>> + Unpin,
    E: From<BlockingError>,
{
    type Item = Result<T, E>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let stream = &mut self.stream;
        let next = std::future::poll_fn(|context| Pin::new(&mut *stream).poll_next(context));
        let item = wait(next).unwrap_or_else(|error| {
            self.is_over = true;
            Some(Err(error.into()))
        });
        self.is_over |= item.is_none();
        item
    }
}

impl<S> fmt::Debug for Iter<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter")
            .field("is_over", &self.is_over)
            .finish_non_exhaustive()
    }
}

/// The place of a runtime in a list. Each generation of forked processes adds its own runtime to the list. No entry is ever dropped. The
/// list is read without a lock: if a thread of the parent held a lock during the fork, the child could never take that lock.
struct Place(OnceLock<Kept>);

struct Kept {
    runtime: Runtime,
    /// The process that runs the runtime's threads.
    process: u32,
    next: Box<Place>,
}

/// Returns the runtime of this process, or makes one. After a failure, the next call tries again.
fn kept(
    place: &Place,
    process: u32,
    make: impl FnOnce() -> io::Result<Runtime>,
) -> Result<&Runtime, BlockingError> {
    let mut place = place;
    while let Some(kept) = place.0.get() {
        if kept.process == process {
            return Ok(&kept.runtime);
        }
        place = &kept.next;
    }
    let runtime = make().map_err(|error| BlockingError::NoRuntime(Arc::new(error)))?;
    let made = Kept {
        runtime,
        process,
        next: Box::new(Place(OnceLock::new())),
    };
    // If two threads made a runtime at the same time, one of the two is dropped. No task has used it.
    Ok(&place.0.get_or_init(|| made).runtime)
}

fn make() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        // This thread reads ahead and serves connections. The futures themselves run on the callers' threads.
        .worker_threads(1)
        .thread_name("customer-api-blocking")
        .enable_all()
        .build()
}

impl BlockingError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::InsideRuntime => ErrorKind::InsideRuntime,
            Self::NoRuntime(_) => ErrorKind::NoRuntime,
        }
    }
}

impl From<BlockingError> for Failure {
    fn from(error: BlockingError) -> Self {
        Self::new(error.kind(), Delivery::NotSent).with_source(error)
    }
}

impl From<BlockingError> for Error {
    fn from(error: BlockingError) -> Self {
        Self::without_call(Failure::from(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_that_can_not_be_made_is_an_error_and_may_be_made_later() {
        let place = Place(OnceLock::new());
        let no_threads = || Err(io::Error::other("no threads left"));
        let error = Error::from(kept(&place, 7, no_threads).unwrap_err());
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::NoRuntime, Delivery::NotSent)
        );
        assert!(error.to_string().ends_with(": no threads left"), "{error}");

        let made = kept(&place, 7, make).unwrap();
        assert_eq!(made.block_on(async { 7 }), 7);
        assert!(std::ptr::eq(kept(&place, 7, no_threads).unwrap(), made));
    }

    #[test]
    fn each_process_has_a_runtime_of_its_own() {
        let place = Place(OnceLock::new());
        let (parents, childs) = (
            kept(&place, 7, make).unwrap(),
            kept(&place, 8, make).unwrap(),
        );
        assert!(!std::ptr::eq(parents, childs));
        let unused = || Err(io::Error::other("one is there"));
        assert!(std::ptr::eq(kept(&place, 7, unused).unwrap(), parents));
        assert!(std::ptr::eq(kept(&place, 8, unused).unwrap(), childs));
    }
}
