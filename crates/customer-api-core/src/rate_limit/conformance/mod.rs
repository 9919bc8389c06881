//! The rules of every [`RateLimiter`] that allows a number of attempts per window, as a suite that an implementation runs in
//! its own tests.
//!
//! ```
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use customer_api_core::rate_limit::{Quota, conformance};
//!
//! let window = Duration::from_millis(500);
//! let quota = Quota::per_window(3, window);
//! conformance::check(&quota, &quota.clone(), 3, window).await?;
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run()).unwrap();
//! ```
//!
//! The suite takes about ten windows. A [`SlotStore`](super::SlotStore) has rules of its own, which [`check_store`] checks. The behaviour
//! of a shared limiter whose store fails needs separate tests.

mod store;

use std::time::Duration;

pub use self::store::check_store;
use super::{Feedback, Permit, PermitRequest, RateLimitError, RateLimiter};
pub use crate::conformance::Violation;
use crate::{
    conformance::{Checked, holds, violation},
    time::{Deadline, Stopwatch},
};

/// Checks a limiter through two handles, such as those of two machines. Together, the handles allow `attempts` attempts per `window`. The
/// window should be at least half a second.
///
/// Uses classes of calls whose names begin with `conformance-`.
///
/// # Errors
///
/// The first rule that the limiter breaks.
pub async fn check<L: RateLimiter>(
    one: &L,
    other: &L,
    attempts: usize,
    window: Duration,
) -> Result<(), Violation> {
    let suite = Suite {
        handles: [one, other],
        attempts,
        window,
    };
    suite.no_more_than_the_quota().await?;
    suite.unused_permits().await?;
    suite.long_attempts().await?;
    suite.waits().await?;
    suite.stops().await
}

struct Suite<'l, L> {
    handles: [&'l L; 2],
    attempts: usize,
    window: Duration,
}

fn granted(outcome: Result<Permit, RateLimitError>) -> Result<Permit, Violation> {
    outcome.map_err(|error| violation("a permit is granted while one is free", &error))
}

/// The feedback of an attempt that succeeded.
const SUCCESS: Feedback = Feedback {
    status: Some(200),
    retry_after: None,
};

impl<L: RateLimiter> Suite<'_, L> {
    /// Asks one handle for a permit: the first handle if `number` is even, otherwise the other one.
    async fn ask(
        &self,
        number: usize,
        class: &'static str,
        wait: Duration,
    ) -> Result<Permit, RateLimitError> {
        let request = PermitRequest::new(class, Deadline::after(wait), self.window * 8);
        let [one, other] = self.handles;
        if number % 2 == 0 {
            one.acquire(&request).await
        } else {
            other.acquire(&request).await
        }
    }

    /// Takes all permits of the class.
    async fn all(&self, class: &'static str) -> Result<Vec<Permit>, Violation> {
        let mut permits = Vec::new();
        for number in 0..self.attempts {
            permits.push(granted(self.ask(number, class, self.window * 4).await)?);
        }
        Ok(permits)
    }

    async fn no_more_than_the_quota(&self) -> Checked {
        let class = "conformance-quota";
        let permits = self.all(class).await?;
        for number in 0..2 {
            let watch = Stopwatch::start();
            let outcome = self.ask(number, class, self.window / 4).await;
            let rule = "a request that can't get a permit in time is refused immediately";
            let is_quick = watch.elapsed() < self.window / 4;
            holds(rule, outcome.is_err() && is_quick, &outcome)?;
        }
        let other = self.ask(0, "conformance-other", self.window).await;
        granted(other)?.complete(&SUCCESS);
        let watch = Stopwatch::start();
        for permit in permits {
            permit.complete(&SUCCESS);
        }
        granted(self.ask(1, class, self.window * 4).await)?.complete(&SUCCESS);
        let waited = watch.elapsed();
        let rule = "a slot is free again one window after its attempt";
        holds(rule, waited >= self.window.mul_f64(0.98), &waited)?;
        let rule = "a slot is free again soon after its window";
        holds(rule, waited < self.window * 2, &waited)
    }

    async fn unused_permits(&self) -> Checked {
        let class = "conformance-unused";
        let mut permits = self.all(class).await?;
        if let Some(permit) = permits.drain(..1).next() {
            permit.release();
        }
        let watch = Stopwatch::start();
        let next = granted(self.ask(0, class, self.window * 4).await)?;
        let rule = "a slot that was released is free immediately";
        let is_quick = watch.elapsed() < self.window.mul_f64(0.9);
        holds(rule, is_quick, &watch.elapsed())?;
        // These permits are dropped without feedback, so the results of their attempts are unknown to the limiter.
        drop(next);
        drop(permits);
        let outcome = self.ask(1, class, self.window / 2).await;
        let rule = "a permit that was dropped counts as used";
        holds(rule, outcome.is_err(), &outcome)
    }

    async fn long_attempts(&self) -> Checked {
        let class = "conformance-long";
        let permits = self.all(class).await?;
        // Longer than a window, but shorter than the longest attempt that the request for the permit allows.
        tokio::time::sleep(self.window.mul_f64(1.5)).await;
        for number in 0..2 {
            let outcome = self.ask(number, class, self.window / 4).await;
            let rule = "an attempt keeps its slot, even if it takes longer than a window";
            holds(rule, outcome.is_err(), &outcome)?;
        }
        drop(permits);
        Ok(())
    }

    async fn waits(&self) -> Checked {
        let class = "conformance-waits";
        let permits = self.all(class).await?;
        let deadline = Deadline::after(self.window * 4);
        let request = PermitRequest::new(class, deadline, self.window);
        for handle in self.handles {
            // Waits briefly, so that the limiter can register the caller, and then gives up.
            let wait = handle.acquire(&request);
            let _ = tokio::time::timeout(self.window / 20, wait).await;
        }
        for permit in permits {
            permit.complete(&SUCCESS);
        }
        let permits = self.all(class).await;
        let rule = "a caller that gives up waiting takes no slot";
        permits
            .map(drop)
            .map_err(|error| violation(rule, &error.to_string()))
    }

    async fn stops(&self) -> Checked {
        let class = "conformance-stops";
        granted(self.ask(0, class, self.window).await)?.complete(&Feedback {
            status: Some(429),
            retry_after: Some(self.window * 2),
        });
        let watch = Stopwatch::start();
        granted(self.ask(0, class, self.window * 8).await)?.complete(&SUCCESS);
        let waited = watch.elapsed();
        let rule = "a 429 stops the class for the time in its Retry-After";
        holds(rule, waited >= self.window.mul_f64(1.9), &waited)?;
        let longer = granted(self.ask(0, class, self.window * 8).await)?;
        // With one attempt per window, no other attempt can be under way.
        let shorter = if self.attempts > 1 {
            Some(granted(self.ask(1, class, self.window * 8).await)?)
        } else {
            None
        };
        longer.complete(&Feedback {
            status: Some(429),
            retry_after: Some(self.window * 8),
        });
        // A limiter can process the 429 in the background.
        tokio::time::sleep(self.window / 2).await;
        if let Some(shorter) = shorter {
            shorter.complete(&Feedback {
                status: Some(429),
                retry_after: Some(self.window / 4),
            });
            tokio::time::sleep(self.window / 2).await;
        }
        for number in 0..2 {
            let outcome = self.ask(number, class, self.window * 2).await;
            let rule =
                "the longest stop applies to all handles, and callers that can't wait are refused";
            holds(rule, outcome.is_err(), &outcome)?;
        }
        Ok(())
    }
}
