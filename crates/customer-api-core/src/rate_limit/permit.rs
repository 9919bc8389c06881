use std::{fmt, time::Duration};

/// The right to make one attempt.
///
/// Complete the permit with the result of the attempt. Dropping the permit counts as an attempt with an unknown result, so that the slot of
/// a dropped call becomes free again. If the attempt is never made, [release](Self::release) the permit.
#[must_use = "a permit is given back when it is dropped"]
pub struct Permit {
    slot: Option<Box<dyn Slot>>,
    is_used: bool,
}

/// The slot that a permit holds in its limiter. Dropping the slot gives it back.
///
/// ```
/// use std::sync::{
///     Arc,
///     atomic::{AtomicUsize, Ordering},
/// };
///
/// use customer_api_core::rate_limit::{Feedback, Permit, Slot};
///
/// /// One of the calls in progress.
/// struct UnderWay(Arc<AtomicUsize>);
///
/// impl Slot for UnderWay {
///     fn complete(self: Box<Self>, feedback: &Feedback) {
///         // A limiter that learns would look at `feedback.status` and `feedback.retry_after`.
///     }
/// }
///
/// impl Drop for UnderWay {
///     fn drop(&mut self) {
///         self.0.fetch_sub(1, Ordering::SeqCst);
///     }
/// }
///
/// let calls = Arc::new(AtomicUsize::new(1));
/// drop(Permit::new(UnderWay(calls.clone())));
/// assert_eq!(calls.load(Ordering::SeqCst), 0);
/// ```
pub trait Slot: Send {
    /// Reports the result of the attempt.
    fn complete(self: Box<Self>, feedback: &Feedback);

    /// Takes back a slot that no attempt has used. By default, the slot counts as used.
    fn release(self: Box<Self>) {
        drop(self);
    }

    /// Whether too much time has passed since the slot was granted, so that another attempt may have the slot by now.
    ///
    /// Called right before the attempt starts. Nothing is sent on an expired slot.
    fn is_expired(&self) -> bool {
        false
    }
}

/// The result of an attempt, as far as it concerns the quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feedback {
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
}

impl Permit {
    /// Creates a permit without a slot.
    pub const fn free() -> Self {
        Self {
            slot: None,
            is_used: true,
        }
    }

    /// Creates a permit that holds a slot.
    pub fn new(slot: impl Slot + 'static) -> Self {
        Self {
            slot: Some(Box::new(slot)),
            is_used: true,
        }
    }

    /// Gives the permit back with the result of the attempt.
    pub fn complete(mut self, feedback: &Feedback) {
        if let Some(slot) = self.slot.take() {
            slot.complete(feedback);
        }
    }

    /// Gives the permit back without an attempt.
    pub fn release(self) {
        drop(self.reserved());
    }

    /// Returns the same permit, which is released if it is dropped before its attempt [starts](Self::start).
    pub(crate) fn reserved(mut self) -> Self {
        self.is_used = false;
        self
    }

    /// Whether it is too late to start an attempt with this permit.
    pub(crate) fn is_expired(&self) -> bool {
        self.slot.as_ref().is_some_and(|slot| slot.is_expired())
    }

    /// Marks the permit as used: from now on something can be sent.
    pub(crate) fn start(&mut self) {
        self.is_used = true;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take_if(|_| !self.is_used) {
            slot.release();
        }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Permit")
    }
}
