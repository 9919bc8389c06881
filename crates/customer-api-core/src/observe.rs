//! Reports attempts and calls to an observer in the program, for metrics.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use crate::{Delivery, ErrorKind, operation::info::OperationInfo};

/// Receives a report of every attempt and every call when it ends, for metrics. See
/// [`ClientBuilder::observer`](crate::ClientBuilder::observer).
///
/// The methods run on the task of the call, so they must be fast: the call returns after them. A panic in a method is caught and does
/// not change the outcome of the call, unless the program aborts on panics. A call whose future is dropped is not reported.
///
/// ```
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// use customer_api_core::{
///     Delivery,
///     observe::{CallEnd, Observer},
/// };
///
/// /// Counts the writes and reads whose outcome is unknown.
/// #[derive(Debug, Default)]
/// struct Unknowns(AtomicU64);
///
/// impl Observer for Unknowns {
///     fn call_ended(&self, call: &CallEnd) {
///         if call.delivery == Some(Delivery::Unknown) {
///             self.0.fetch_add(1, Ordering::Relaxed);
///         }
///     }
/// }
/// ```
pub trait Observer: fmt::Debug + Send + Sync + 'static {
    /// Called when an attempt has ended, with a response or with a failure.
    fn attempt_ended(&self, attempt: &AttemptEnd) {
        let _ = attempt;
    }

    /// Called when a call has ended, after all its attempts and waits.
    fn call_ended(&self, call: &CallEnd) {
        let _ = call;
    }
}

/// Runs a method of an observer and catches a panic of the method. The call may have happened, so its outcome must reach the caller.
pub(crate) fn tell(what: impl FnOnce()) {
    let _ = catch_unwind(AssertUnwindSafe(what));
}

/// How an attempt ended. Contains no value of a request or response.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AttemptEnd {
    /// The name of the provider.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static OperationInfo,
    /// The number of the attempt within its call, from 1.
    pub number: u32,
    /// The status of the response; `None` if no head of a response arrived.
    pub status: Option<u16>,
    /// What failed; `None` if the attempt succeeded.
    pub kind: Option<ErrorKind>,
    /// Whether the failed attempt may have happened; `None` if the attempt succeeded.
    pub delivery: Option<Delivery>,
    /// The time from sending the request to the end of the response.
    pub elapsed: Duration,
}

/// How a call ended. Contains no value of a request or response.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CallEnd {
    /// The name of the provider.
    pub service: &'static str,
    /// The operation.
    pub operation: &'static OperationInfo,
    /// The number of attempts that were made.
    pub attempts: u32,
    /// The status of the response to the last attempt; `None` if no head of that response arrived, even if an earlier attempt had one.
    pub status: Option<u16>,
    /// What failed; `None` if the call succeeded.
    pub kind: Option<ErrorKind>,
    /// Whether the failed call may have happened; `None` if the call succeeded.
    pub delivery: Option<Delivery>,
    /// The time of the call, with all its attempts and waits.
    pub elapsed: Duration,
}
