//! Limits how fast calls are made.

#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
pub mod conformance;
mod error;
mod permit;
mod quota;
mod shared;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;

pub use error::RateLimitError;
pub use permit::{Feedback, Permit, Slot};
pub use quota::Quota;
pub use shared::{SharedQuota, SlotClaim, SlotStore, Taken};

use crate::time::Deadline;

/// Grants permits. Every attempt needs a permit, and gets it as soon as the quota allows.
///
/// The clones of a client share one limiter. A provider counts an account's calls from all machines. A [`SharedQuota`] therefore counts the
/// calls in a store that the machines share.
///
/// ```
/// use async_trait::async_trait;
/// use customer_api_core::rate_limit::{Permit, PermitRequest, RateLimitError, RateLimiter};
///
/// /// Lets nothing through during maintenance.
/// #[derive(Debug)]
/// struct Closed;
///
/// #[async_trait]
/// impl RateLimiter for Closed {
///     async fn acquire(&self, _: &PermitRequest) -> Result<Permit, RateLimitError> {
///         Err(RateLimitError::new())
///     }
/// }
/// ```
#[async_trait]
pub trait RateLimiter: fmt::Debug + Send + Sync + 'static {
    /// Waits for a permit, at most until the deadline of the request.
    ///
    /// # Errors
    ///
    /// If no permit will be free by the deadline, or if the limiter can't be asked. `acquire` returns the error as soon as this is known.
    /// The client then sends nothing.
    async fn acquire(&self, request: &PermitRequest) -> Result<Permit, RateLimitError>;

    /// Returns a permit if one is free and no other call waits for it. The client calls this method first. It calls
    /// [`acquire`](Self::acquire) only if this method returns `None`.
    fn try_acquire(&self, request: &PermitRequest) -> Option<Permit> {
        let _ = request;
        None
    }
}

/// Lets several clients share one limiter.
#[async_trait]
impl<L: RateLimiter + ?Sized> RateLimiter for Arc<L> {
    async fn acquire(&self, request: &PermitRequest) -> Result<Permit, RateLimitError> {
        (**self).acquire(request).await
    }

    fn try_acquire(&self, request: &PermitRequest) -> Option<Permit> {
        (**self).try_acquire(request)
    }
}

/// A request for a permit.
#[derive(Clone, Copy, Debug)]
pub struct PermitRequest {
    class: &'static str,
    deadline: Deadline,
    longest_attempt: Duration,
}

impl PermitRequest {
    /// Creates a request for a permit for this class of calls. The wait for the permit ends at `deadline`. The attempt takes at most
    /// `longest_attempt`.
    #[must_use]
    pub fn new(class: &'static str, deadline: Deadline, longest_attempt: Duration) -> Self {
        Self {
            class,
            deadline,
            longest_attempt,
        }
    }

    /// The class of calls. A provider counts the calls of a class together.
    #[must_use]
    pub fn class(&self) -> &'static str {
        self.class
    }

    /// The time after which the permit is of no use.
    #[must_use]
    pub fn deadline(&self) -> &Deadline {
        &self.deadline
    }

    /// The longest time that the attempt can take, from its start.
    #[must_use]
    pub fn longest_attempt(&self) -> Duration {
        self.longest_attempt
    }
}

/// Does not limit calls.
#[expect(clippy::exhaustive_structs, reason = "it has nothing to configure")]
#[derive(Clone, Copy, Debug, Default)]
pub struct Unlimited;

#[async_trait]
impl RateLimiter for Unlimited {
    async fn acquire(&self, _: &PermitRequest) -> Result<Permit, RateLimitError> {
        Ok(Permit::free())
    }

    fn try_acquire(&self, _: &PermitRequest) -> Option<Permit> {
        Some(Permit::free())
    }
}

/// The cap on a penalty, in windows. A provider that asks for years must not stop a program.
const LONGEST_PENALTY: u32 = 10;

/// The cap on a penalty if [`LONGEST_PENALTY`] windows are shorter than this time.
const LEAST_LONGEST_PENALTY: Duration = Duration::from_secs(10 * 60);

/// The longest window. A much longer window could overflow a clock's time.
const LONGEST_WINDOW: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Returns how long a 429 stops a class: the time that the provider asks for, or one window if it asks for none. The result is capped.
fn penalty(asked: Option<Duration>, window: Duration) -> Duration {
    let longest = window.saturating_mul(LONGEST_PENALTY);
    asked
        .unwrap_or(window)
        .min(longest.max(LEAST_LONGEST_PENALTY))
}

/// Refuses a wait that leaves no time for an attempt.
fn refuse_in_vain(wait: Duration, deadline: &Deadline) -> Result<(), RateLimitError> {
    if !wait.is_zero() && wait >= deadline.remaining() {
        return Err(RateLimitError::new().with_retry_after(wait));
    }
    Ok(())
}
