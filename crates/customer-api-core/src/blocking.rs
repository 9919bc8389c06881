//! The same calls for programs without a runtime.
//!
//! | to do | without a runtime |
//! |---|---|
//! | a call | [`Call::wait`](crate::Call::wait), [`Call::wait_response`](crate::Call::wait_response) |
//! | a list, page by page | [`Pages::wait_page`](crate::pages::Pages::wait_page); a provider's reader has it too |
//! | a list, item by item | [`Items::wait`](crate::pages::Items::wait), an iterator |
//! | any other future or stream | [`wait`], [`iter`] |
//!
//! Futures run on the caller's thread. What they leave to tasks, such as connections and the reading ahead of lists, runs on one
//! further thread, which all clients of the process share; it is started by the first wait, and ends with the process.
//!
//! Inside an async runtime a wait would hold up everything else there, so it is an error instead:
//! [`BlockingError::InsideRuntime`]. Nothing is sent then.

use std::{
    fmt,
    future::IntoFuture,
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use futures_core::Stream;
use tokio::runtime::{Builder, Handle, Runtime};

use crate::{Delivery, Error, ErrorKind, error::Failure};

/// Why nothing can be waited for here. Nothing was done.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlockingError {
    /// This thread belongs to an async runtime, which a wait would hold up. Await instead; on a thread of tokio's
    /// `spawn_blocking`, use `Handle::current().block_on(…)`.
    #[error(
        "a blocking call inside an async runtime: await it instead, or on a thread of `spawn_blocking` use `Handle::block_on`"
    )]
    InsideRuntime,
    /// The runtime behind blocking calls could not be made.
    #[error("the runtime behind blocking calls could not be made")]
    NoRuntime(#[source] Arc<io::Error>),
}

/// The runtime of all blocking calls.
static RUNTIME: OnceLock<Runtime> = OnceLock::new();

/// Waits for a future on this thread, and gives its output.
///
/// For whatever has no `wait` of its own:
///
/// ```
/// use customer_api_core::blocking;
///
/// let answer = blocking::wait(async { 42 })?;
/// assert_eq!(answer, 42);
/// # Ok::<(), blocking::BlockingError>(())
/// ```
///
/// # Errors
///
/// If this thread belongs to an async runtime, or no runtime can be made. The future was not begun then.
pub fn wait<F: IntoFuture>(future: F) -> Result<F::Output, BlockingError> {
    let runtime = match Handle::try_current() {
        Ok(_) => return Err(BlockingError::InsideRuntime),
        Err(_) => kept(&RUNTIME, make)?,
    };
    // An async block, so that a future is made inside the runtime too.
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

/// The items of a stream, waited for one by one; made by [`iter`].
///
/// Where waiting is not possible, it gives the [`BlockingError`] once, and ends.
#[must_use = "nothing is read until it is iterated over"]
pub struct Iter<S> {
    stream: S,
    is_over: bool,
}

impl<S> Iter<S> {
    /// The stream, for what it tells beside its items, such as its progress.
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

/// The runtime that is there, or one that is made. What failed once may work later.
fn kept(
    place: &OnceLock<Runtime>,
    make: impl FnOnce() -> io::Result<Runtime>,
) -> Result<&Runtime, BlockingError> {
    if let Some(runtime) = place.get() {
        return Ok(runtime);
    }
    let made = make().map_err(|error| BlockingError::NoRuntime(Arc::new(error)))?;
    // Of two that were made at once, one is dropped, which no task has seen.
    Ok(place.get_or_init(|| made))
}

fn make() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        // It reads ahead and keeps connections; the futures themselves run on the callers' threads.
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
    use std::error::Error as _;

    use super::*;

    #[test]
    fn a_runtime_that_can_not_be_made_is_an_error_and_may_be_made_later() {
        let place = OnceLock::new();
        let no_threads = || Err(io::Error::other("no threads left"));
        let error = Error::from(kept(&place, no_threads).unwrap_err());
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::NoRuntime, Delivery::NotSent)
        );
        let cause = error.source().and_then(|source| source.source());
        assert_eq!(cause.unwrap().to_string(), "no threads left");

        let made = kept(&place, make).unwrap();
        assert_eq!(made.block_on(async { 7 }), 7);
        assert!(std::ptr::eq(kept(&place, no_threads).unwrap(), made));
    }
}
