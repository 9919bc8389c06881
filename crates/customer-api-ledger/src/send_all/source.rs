use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

/// A stream of an iterator's items. Created by [`iter`].
pub struct Iter<I>(I);

/// Makes a stream from an iterator, for [`send_all`](crate::ClientExt::send_all).
///
/// The iterator runs in the task that reads the run's results. It must not block for long: it can read a file, but not a slow network.
pub fn iter<I: IntoIterator>(iterator: I) -> Iter<I::IntoIter> {
    Iter(iterator.into_iter())
}

/// No field is structurally pinned.
impl<I> Unpin for Iter<I> {}

impl<I: Iterator> Stream for Iter<I> {
    type Item = I::Item;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<I::Item>> {
        Poll::Ready(self.0.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<I> fmt::Debug for Iter<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iter").finish_non_exhaustive()
    }
}
