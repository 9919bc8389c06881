//! How fast calls are made.

mod quota;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;

pub use quota::Quota;

use crate::{error::RuntimeError, time::Deadline};

/// Gives every attempt a permit, when its quota allows.
///
/// One limiter is shared by the clones of a client. A provider counts an account's calls from all machines, so an
/// implementation may well be remote.
///
/// ```
/// use async_trait::async_trait;
/// use customer_api_core::{
///     rate_limit::{Permit, RateLimitError, RateLimiter},
///     time::Deadline,
/// };
///
/// /// Lets nothing through during maintenance.
/// #[derive(Debug)]
/// struct Closed;
///
/// #[async_trait]
/// impl RateLimiter for Closed {
///     async fn acquire(&self, _class: &'static str, _deadline: &Deadline) -> Result<Permit, RateLimitError> {
///         Err(RateLimitError::new())
///     }
/// }
/// ```
#[async_trait]
pub trait RateLimiter: fmt::Debug + Send + Sync + 'static {
    /// Waits for a permit of this class, until the deadline at most.
    ///
    /// # Errors
    ///
    /// At once, if no permit will be free in time; nothing is sent then.
    async fn acquire(
        &self,
        class: &'static str,
        deadline: &Deadline,
    ) -> Result<Permit, RateLimitError>;

    /// A permit of this class, if one is free and nobody waits for it: asked before [`acquire`](Self::acquire), which may
    /// then be spared.
    fn try_acquire(&self, class: &'static str) -> Option<Permit> {
        let _ = class;
        None
    }
}

/// So that several clients can share one.
#[async_trait]
impl<L: RateLimiter + ?Sized> RateLimiter for Arc<L> {
    async fn acquire(
        &self,
        class: &'static str,
        deadline: &Deadline,
    ) -> Result<Permit, RateLimitError> {
        (**self).acquire(class, deadline).await
    }

    fn try_acquire(&self, class: &'static str) -> Option<Permit> {
        (**self).try_acquire(class)
    }
}

/// The right to make one attempt.
///
/// It is completed with what the provider answered. Dropping it counts as an attempt whose outcome nobody saw, so a call that is
/// dropped loses no permit. A permit whose attempt is never made is [released](Self::release).
#[must_use = "a permit is given back when it is dropped"]
pub struct Permit {
    slot: Option<Box<dyn Slot>>,
    is_used: bool,
}

/// What a permit holds in its limiter; dropping it gives it back.
///
/// ```
/// use std::sync::{
///     Arc,
///     atomic::{AtomicUsize, Ordering},
/// };
///
/// use customer_api_core::rate_limit::{Feedback, Permit, Slot};
///
/// /// One of the calls that are under way.
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
    /// Learns what became of the attempt.
    fn complete(self: Box<Self>, feedback: &Feedback);

    /// Takes back a slot that no attempt has used. It counts as used, unless the limiter says otherwise here.
    fn release(self: Box<Self>) {
        drop(self);
    }
}

/// What an attempt showed about the quota.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feedback {
    /// The HTTP status, if there was a response.
    pub status: Option<u16>,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
}

impl Permit {
    /// A permit that holds nothing.
    pub const fn free() -> Self {
        Self {
            slot: None,
            is_used: true,
        }
    }

    /// A permit that holds a slot.
    pub fn new(slot: impl Slot + 'static) -> Self {
        Self {
            slot: Some(Box::new(slot)),
            is_used: true,
        }
    }

    /// Gives the permit back along with what the attempt showed.
    pub fn complete(mut self, feedback: &Feedback) {
        if let Some(slot) = self.slot.take() {
            slot.complete(feedback);
        }
    }

    /// Gives the permit back without an attempt.
    pub fn release(self) {
        drop(self.reserved());
    }

    /// The same permit, which is released if it is dropped before its attempt [starts](Self::start).
    pub(crate) fn reserved(mut self) -> Self {
        self.is_used = false;
        self
    }

    /// From now on something may be sent.
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

/// No permit in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RateLimitError {
    retry_after: Option<Duration>,
    runtime: Option<RuntimeError>,
}

impl RateLimitError {
    /// It is not known when a permit will be free.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A permit will be free after this time.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// When a permit will be free.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

/// It could not be waited for a permit.
impl From<RuntimeError> for RateLimitError {
    fn from(error: RuntimeError) -> Self {
        Self {
            retry_after: None,
            runtime: Some(error),
        }
    }
}

impl fmt::Display for RateLimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.runtime {
            Some(error) => write!(f, "a permit can't be waited for: {error}"),
            None => f.write_str("the quota is used up until after the call's timeout"),
        }
    }
}

impl std::error::Error for RateLimitError {}

/// No limit.
#[expect(clippy::exhaustive_structs, reason = "it has nothing to configure")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Unlimited;

#[async_trait]
impl RateLimiter for Unlimited {
    async fn acquire(&self, _: &'static str, _: &Deadline) -> Result<Permit, RateLimitError> {
        Ok(Permit::free())
    }

    fn try_acquire(&self, _: &'static str) -> Option<Permit> {
        Some(Permit::free())
    }
}
