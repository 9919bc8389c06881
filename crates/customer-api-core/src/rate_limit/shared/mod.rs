//! A quota that many processes share through a store.

mod class;
mod slot;
mod store;

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::runtime::Handle;

pub use self::store::{SlotClaim, SlotStore, Taken};
use self::{
    class::{Class, SLOW},
    slot::{Held, Reports, Share},
};
use super::{LONGEST_WINDOW, Permit, PermitRequest, RateLimitError, RateLimiter, refuse_in_vain};
use crate::{
    error::{RuntimeError, StoreError},
    runtime,
    time::Deadline,
};

/// How long after its permit an attempt can start. Steps before the attempt, such as a ledger lookup, take time.
const START_WITHIN: Duration = Duration::from_secs(15);

/// The first pause before the store is asked again, if the store can't report when a slot will be free. Each further pause is twice as
/// long.
const POLL: Duration = Duration::from_millis(2);

/// The longest such pause.
const SLOWEST_POLL: Duration = Duration::from_millis(250);

/// Allows a number of attempts per window to all processes together, for each class of calls.
///
/// The rule is that of [`Quota`](super::Quota): a slot is free again one window after its attempt was completed. The slots
/// are kept in a [`SlotStore`]. Processes that use the same store and the same name share them. Give all processes the same
/// number of attempts and the same window, because each process counts by its own values.
///
/// - Waiting is fair inside a process. Between processes, the first one that asks gets the slot.
/// - If one process gets a 429, the quota is stopped for all of them.
/// - The slot of a process that dies becomes free automatically, after the longest attempt, plus the time within which the
///   attempt must [start](Self::start_within), plus one window.
/// - While the store can't be reached, calls fail with [`RateLimitError::unavailable`] and nothing is sent. The exception is
///   a process that has its own share by [`when_unreachable`](Self::when_unreachable).
///
/// Cheap to clone.
#[derive(Clone)]
pub struct SharedQuota {
    name: String,
    slots: usize,
    window: Duration,
    start_within: Duration,
    fallback: Option<Arc<dyn RateLimiter>>,
    store: Arc<dyn SlotStore>,
    classes: Arc<Mutex<HashMap<&'static str, Arc<Class>>>>,
    reports: Arc<Reports>,
}

impl SharedQuota {
    /// Allows `attempts` attempts per `window` to all processes that share the quota of this name. 0 `attempts` count as 1. A
    /// `window` longer than one year counts as one year.
    ///
    /// Name the quota after the account that the provider counts, not after the program.
    #[must_use]
    pub fn per_window(
        store: impl SlotStore,
        name: impl Into<String>,
        attempts: usize,
        window: Duration,
    ) -> Self {
        Self {
            name: name.into(),
            slots: attempts.max(1),
            window: window.min(LONGEST_WINDOW),
            start_within: START_WITHIN,
            fallback: None,
            store: Arc::new(store),
            classes: Arc::default(),
            reports: Arc::default(),
        }
    }

    /// Allows at most `calls` calls in flight at the same time. When one of them completes, the next call can start immediately. 0
    /// `calls` count as 1.
    ///
    /// A waiting process asks the store repeatedly. The pauses between the requests grow from 2 ms to 250 ms.
    #[must_use]
    pub fn in_flight(store: impl SlotStore, name: impl Into<String>, calls: usize) -> Self {
        Self::per_window(store, name, calls, Duration::ZERO)
    }

    /// Sets how long after its permit an attempt can start: 15 s by default. A later attempt is not sent, because another
    /// process may have the slot by then.
    ///
    /// The time covers the steps before an attempt, such as asking a ledger. A longer time also delays
    /// the moment at which the slot of a process that died becomes free.
    #[must_use]
    pub fn start_within(mut self, time: Duration) -> Self {
        self.start_within = time;
        self
    }

    /// Sets the limiter for the calls of this process while the store can't be reached, such as the process's share of the
    /// quota.
    ///
    /// Without this limiter, nothing is sent while the store can't be reached. The shares of all processes together should not exceed the
    /// quota.
    #[must_use]
    pub fn when_unreachable(mut self, limiter: impl RateLimiter) -> Self {
        self.fallback = Some(Arc::new(limiter));
        self
    }

    /// Waits for the reports to the store about all attempts that were over when this method was called. Call this before the program
    /// ends: a slot whose end was not reported to the store becomes free later.
    ///
    /// A report runs in the runtime in which its permit was requested. While that runtime makes no progress, this method waits.
    pub async fn flush(&self) {
        self.reports.flush().await;
    }

    fn class(&self, name: &'static str) -> Arc<Class> {
        let mut classes = self.classes.lock().unwrap_or_else(PoisonError::into_inner);
        let class = classes
            .entry(name)
            .or_insert_with(|| Arc::new(Class::new(self.slots, self.window)));
        Arc::clone(class)
    }

    /// Creates a claim for which the store has not been asked yet.
    fn held(&self, class: &Arc<Class>, request: &PermitRequest) -> Result<Held, RateLimitError> {
        let runtime = Handle::try_current().map_err(|_| RuntimeError::Missing)?;
        let times = [self.start_within, request.longest_attempt()];
        let capped = times.map(|time| time.min(LONGEST_WINDOW));
        let hold = capped.iter().sum::<Duration>() + self.window;
        let claim = SlotClaim::new(&*self.name, request.class(), self.slots, self.window, hold);
        Ok(Held::new(claim, self, Arc::clone(class), runtime))
    }

    /// Asks the store. If there is a fallback, leaves a part of the call's time for the fallback.
    async fn take(&self, claim: &SlotClaim, deadline: &Deadline) -> Result<Taken, StoreError> {
        let taken = self.store.take(claim);
        if self.fallback.is_none() {
            return taken.await;
        }
        let limit = (deadline.remaining() / 2).max(SLOW);
        let taken = tokio::time::timeout(limit, taken).await;
        taken.unwrap_or_else(|_| Err(no_answer()))
    }

    /// Waits for the caller's turn in this process, and then for a slot of the store.
    async fn wait(
        &self,
        class: &Arc<Class>,
        request: &PermitRequest,
    ) -> Result<Result<Permit, StoreError>, RateLimitError> {
        let _waiting = class.enter(request.deadline())?;
        let _turn = class.turn.lock().await;
        let mut held = self.held(class, request)?;
        let mut poll = POLL;
        loop {
            // A stop that the provider asked for applies even if the store can't be reached.
            if let Some(wait) = class.stopped() {
                refuse_in_vain(wait, request.deadline())?;
                class.pause(wait).await;
                continue;
            }
            if let Some(error) = class.outage() {
                return Ok(Err(error));
            }
            held.asked();
            class.asked();
            let waits = match self.take(held.claim(), request.deadline()).await {
                Ok(Taken::Granted) => {
                    class.granted();
                    return Ok(Ok(Permit::new(held.granted())));
                }
                Ok(Taken::Full(waits)) => waits,
                Err(error) => {
                    class.failed(&error);
                    return Ok(Err(error));
                }
            };
            held.refused();
            let soonest = class.keep(&waits);
            refuse_in_vain(soonest, request.deadline())?;
            class.pause(soonest.max(poll)).await;
            // Without a window, a slot is free as soon as an attempt of any process ends, so the store can't report when. Then each pause is
            // twice as long as the one before it.
            poll = if soonest > poll {
                POLL
            } else {
                (poll * 2).min(SLOWEST_POLL)
            };
        }
    }
}

fn no_answer() -> StoreError {
    StoreError::new("the store did not respond within the call's time")
}

#[async_trait]
impl RateLimiter for SharedQuota {
    async fn acquire(&self, request: &PermitRequest) -> Result<Permit, RateLimitError> {
        runtime::check()?;
        let class = self.class(request.class());
        let wait = self.wait(&class, request);
        let outcome = tokio::time::timeout(request.deadline().remaining(), wait).await;
        let error = match outcome {
            Ok(outcome) => match outcome? {
                Ok(permit) => return Ok(permit),
                Err(error) => error,
            },
            Err(_) if class.is_unanswered() => {
                return Err(RateLimitError::unavailable(no_answer()));
            }
            Err(_) => return Err(RateLimitError::new()),
        };
        let Some(fallback) = &self.fallback else {
            return Err(RateLimitError::unavailable(error));
        };
        let permit = fallback.acquire(request).await?;
        Ok(Permit::new(Share::new(permit, self.held(&class, request)?)))
    }
}

impl fmt::Debug for SharedQuota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SharedQuota({:?}, {} attempts in {:?}, {:?})",
            self.name, self.slots, self.window, self.store
        )
    }
}
