//! Checks whether a call can be made where it is awaited.
//!
//! tokio has no function that reports which drivers a runtime lacks. Without the driver, tokio panics at the first timer or the
//! first socket. Therefore both are made where a panic can be caught, before anything is sent. The program's panic hook is still
//! called for such a panic, and a program that aborts on panic ends.

use std::{
    any::Any,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    process,
    sync::atomic::{AtomicU32, Ordering},
    task::Poll,
    time::Duration,
};

use tokio::runtime::Handle;

use crate::error::RuntimeError;

/// Checks that the current thread is inside a tokio runtime that has time enabled.
pub(crate) fn check() -> Result<(), RuntimeError> {
    Handle::try_current().map_err(|_| RuntimeError::Missing)?;
    // The timer is neither polled nor kept, so nothing is registered.
    catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))).map_err(|_| RuntimeError::NoTime)
}

/// Polls a future that may open a socket.
pub(crate) fn with_io<F: Future + Unpin>(
    mut future: F,
) -> impl Future<Output = Result<F::Output, RuntimeError>> {
    poll_fn(move |context| {
        match catch_unwind(AssertUnwindSafe(|| Pin::new(&mut future).poll(context))) {
            Ok(poll) => poll.map(Ok),
            // The socket was not connected yet, so nothing was sent.
            Err(panic) if is_about_io(&*panic) => Poll::Ready(Err(RuntimeError::NoIo)),
            Err(panic) => resume_unwind(panic),
        }
    })
}

/// Whether this is tokio's panic about a socket in a runtime without I/O.
fn is_about_io(panic: &(dyn Any + Send)) -> bool {
    let text = match panic.downcast_ref::<String>() {
        Some(text) => Some(text.as_str()),
        None => panic.downcast_ref::<&str>().copied(),
    };
    text.is_some_and(|text| text.starts_with("A Tokio 1.x context was found, but IO is disabled"))
}

/// The process in which a client or a list works: the first process that used the client or the list.
///
/// After a fork, the child has the parent's memory, but not the threads that run the connections.
#[derive(Debug, Default)]
pub(crate) struct Home(AtomicU32);

impl Home {
    /// Checks that this process is the first one that used the client or the list.
    pub(crate) fn check(&self) -> Result<(), RuntimeError> {
        self.check_in(process::id())
    }

    fn check_in(&self, process: u32) -> Result<(), RuntimeError> {
        let home = match self.0.load(Ordering::Relaxed) {
            // No process has the number 0.
            0 => self
                .0
                .compare_exchange(0, process, Ordering::Relaxed, Ordering::Relaxed)
                .map_or_else(|other| other, |_| process),
            home => home,
        };
        if home == process {
            Ok(())
        } else {
            Err(RuntimeError::Forked)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_process_is_home() {
        let home = Home::default();
        assert_eq!(home.check_in(7), Ok(()));
        assert_eq!(home.check_in(8), Err(RuntimeError::Forked));
        assert_eq!(home.check_in(7), Ok(()));
    }

    #[test]
    #[should_panic(expected = "somebody else's")]
    fn a_panic_of_another_kind_goes_on() {
        let polled = Box::pin(async { panic!("somebody else's") });
        let mut future = std::pin::pin!(with_io(polled));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let _: Poll<Result<(), RuntimeError>> = future.as_mut().poll(&mut context);
    }
}
