use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    sync::{Mutex as Queue, Notify},
    time::Instant,
};

use super::{
    Feedback, LONGEST_WINDOW, Permit, PermitRequest, RateLimitError, RateLimiter, Slot, penalty,
    refuse_in_vain,
};
use crate::{
    runtime,
    time::{Deadline, now},
};

/// Allows a number of attempts per window, for each class of calls.
///
/// A slot becomes free one window after its attempt was completed or dropped, or immediately if no attempt was started. The next request of
/// a slot is therefore sent at least one window after the response to its previous request. However long requests take on their way, the
/// provider never receives more than the quota in any window. The one exception is a request that was given up without a response: it can
/// arrive later.
///
/// Waiting is fair: first come, first served. A wait that can't end before the call's deadline is refused immediately. A 429
/// stops the class for as long as its `Retry-After` asks, or for one window if it has none. The stop is capped at ten windows
/// or ten minutes, whichever is longer.
///
/// The quota counts the calls of this process only. If several processes share an account, use a [`SharedQuota`](super::SharedQuota), or
/// give each process a part of the quota.
///
/// ```
/// use std::time::Duration;
///
/// use customer_api_core::rate_limit::Quota;
///
/// let twenty_a_minute = Quota::per_window(20, Duration::from_secs(60));
/// ```
#[derive(Clone)]
pub struct Quota {
    slots: usize,
    window: Duration,
    classes: Arc<Mutex<HashMap<&'static str, Arc<Class>>>>,
}

/// The slots of one class.
struct Class {
    slots: usize,
    window: Duration,
    /// The caller that has this lock gets the next slot. All other callers wait in the order in which they came.
    turn: Queue<()>,
    /// Notifies the next caller that a slot was given back.
    given_back: Notify,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Attempts in progress.
    in_use: usize,
    /// The times at which the slots of ended attempts become free, soonest first. Until then, such a slot is cooling.
    cooling: VecDeque<Instant>,
    /// The number of waiting callers, the next one included.
    waiting: usize,
    /// The time until which the provider accepts no call.
    stopped_until: Option<Instant>,
}

impl Quota {
    /// Allows `attempts` attempts per `window`. 0 attempts count as 1. The window is capped at one year.
    #[must_use]
    pub fn per_window(attempts: usize, window: Duration) -> Self {
        Self {
            slots: attempts.max(1),
            window: window.min(LONGEST_WINDOW),
            classes: Arc::default(),
        }
    }

    /// Allows up to `calls` calls in flight at the same time, without a limit on their rate. 0 counts as 1.
    #[must_use]
    pub fn in_flight(calls: usize) -> Self {
        Self::per_window(calls, Duration::ZERO)
    }

    fn class(&self, name: &'static str) -> Arc<Class> {
        let mut classes = self.classes.lock().unwrap_or_else(PoisonError::into_inner);
        let class = classes
            .entry(name)
            .or_insert_with(|| Arc::new(Class::new(self.slots, self.window)));
        Arc::clone(class)
    }
}

#[async_trait]
impl RateLimiter for Quota {
    async fn acquire(&self, request: &PermitRequest) -> Result<Permit, RateLimitError> {
        runtime::check()?;
        let (class, deadline) = (self.class(request.class()), request.deadline());
        let waiting = class.enter(deadline)?;
        // The timeout is needed because it is unknown when the attempts in progress will end.
        tokio::time::timeout(deadline.remaining(), class.wait(waiting, deadline))
            .await
            .unwrap_or_else(|_| Err(RateLimitError::new()))
    }

    fn try_acquire(&self, request: &PermitRequest) -> Option<Permit> {
        let class = self.class(request.class());
        let is_taken = class.state().take_unless_waited_for(&class, now());
        is_taken.then(|| Permit::new(Held::new(class)))
    }
}

impl Class {
    fn new(slots: usize, window: Duration) -> Self {
        Self {
            slots,
            window,
            turn: Queue::new(()),
            given_back: Notify::new(),
            state: Mutex::default(),
        }
    }

    /// Joins the queue, unless it is certain that no slot will be free in time.
    fn enter(self: &Arc<Self>, deadline: &Deadline) -> Result<Waiting, RateLimitError> {
        let mut state = self.state();
        let now = now();
        let wait = state.soonest(self, now).saturating_duration_since(now);
        refuse_in_vain(wait, deadline)?;
        state.waiting += 1;
        Ok(Waiting {
            class: Arc::clone(self),
            is_over: false,
        })
    }

    /// Waits for the caller's turn, and then for a slot.
    async fn wait(
        self: &Arc<Self>,
        mut waiting: Waiting,
        deadline: &Deadline,
    ) -> Result<Permit, RateLimitError> {
        let _turn = self.turn.lock().await;
        while let Some(until) = self.take(&mut waiting, deadline)? {
            // A slot that is given back can be free sooner than the cooling ones.
            let given_back = self.given_back.notified();
            match until {
                Some(until) => drop(tokio::time::timeout_at(until, given_back).await),
                None => given_back.await,
            }
        }
        Ok(Permit::new(Held::new(Arc::clone(self))))
    }

    /// Takes a slot for the caller whose turn it is. If there is none, returns how long to wait: `Some(Some(time))` until that time,
    /// `Some(None)` until a slot is given back.
    ///
    /// One lock covers the change, so that a caller is never counted both as waiting and as holding a slot.
    fn take(
        &self,
        waiting: &mut Waiting,
        deadline: &Deadline,
    ) -> Result<Option<Option<Instant>>, RateLimitError> {
        let mut state = self.state();
        let now = now();
        let until = match (state.stopped(now), state.is_free(self, now)) {
            (Some(stopped), _) => Some(stopped),
            (None, false) => state.cooling.front().copied(),
            (None, true) => {
                state.in_use += 1;
                state.leave();
                waiting.is_over = true;
                return Ok(None);
            }
        };
        let wait = until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now));
        refuse_in_vain(wait, deadline)?;
        Ok(Some(until))
    }

    fn give_back(&self, is_used: bool) {
        let mut state = self.state();
        state.in_use = state.in_use.saturating_sub(1);
        if is_used {
            state.cooling.push_back(now() + self.window);
        }
        drop(state);
        self.given_back.notify_one();
    }

    fn stop(&self, asked: Option<Duration>) {
        let wait = penalty(asked, self.window);
        let mut state = self.state();
        state.stopped_until = state.stopped_until.max(Some(now() + wait));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, so a poisoned lock still guards a valid state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Frees the slots whose window is over.
    fn cool(&mut self, now: Instant) {
        while self.cooling.front().is_some_and(|free| *free <= now) {
            self.cooling.pop_front();
        }
    }

    fn is_free(&mut self, class: &Class, now: Instant) -> bool {
        self.cool(now);
        self.in_use + self.cooling.len() < class.slots
    }

    /// Returns the time until which the provider accepts no call, if that time is later than now.
    fn stopped(&self, now: Instant) -> Option<Instant> {
        self.stopped_until.filter(|until| *until > now)
    }

    /// Takes a slot if one is free and no caller waits for it.
    fn take_unless_waited_for(&mut self, class: &Class, now: Instant) -> bool {
        let is_taken = self.waiting == 0 && self.stopped(now).is_none() && self.is_free(class, now);
        self.in_use += usize::from(is_taken);
        is_taken
    }

    /// Reduces the number of waiting callers by one.
    fn leave(&mut self) {
        self.waiting = self.waiting.saturating_sub(1);
    }

    /// Returns the earliest time at which a caller that joins the queue now could get a slot.
    ///
    /// The callers in the queue get the free slots first, then the cooling slots, then the slots in use, which become free one window from
    /// now at the earliest. No caller gets a slot while the provider accepts no call. After all slots have served one caller each, every
    /// further round of callers is one window later.
    fn soonest(&mut self, class: &Class, now: Instant) -> Instant {
        self.cool(now);
        let (round, place) = (self.waiting / class.slots, self.waiting % class.slots);
        let free = class.slots.saturating_sub(self.in_use + self.cooling.len());
        let first = match place.checked_sub(free) {
            None => now,
            Some(place) => self
                .cooling
                .get(place)
                .copied()
                .unwrap_or(now + class.window),
        };
        let rounds = u32::try_from(round).unwrap_or(u32::MAX);
        let first = self.stopped_until.map_or(first, |until| first.max(until));
        first + class.window.saturating_mul(rounds)
    }
}

/// A caller's place in the queue. When the place is dropped, the caller leaves the queue. A caller that has taken a slot has already left
/// the queue.
struct Waiting {
    class: Arc<Class>,
    is_over: bool,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if !self.is_over {
            self.class.state().leave();
        }
    }
}

/// A slot in use. Dropping the slot starts its window, unless the slot was released.
struct Held {
    class: Arc<Class>,
    is_used: bool,
}

impl Held {
    fn new(class: Arc<Class>) -> Self {
        Self {
            class,
            is_used: true,
        }
    }
}

impl Slot for Held {
    fn complete(self: Box<Self>, feedback: &Feedback) {
        if feedback.status == Some(429) {
            self.class.stop(feedback.retry_after);
        }
    }

    fn release(mut self: Box<Self>) {
        self.is_used = false;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.class.give_back(self.is_used);
    }
}

impl fmt::Debug for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Quota({} attempts in {:?})", self.slots, self.window)
    }
}
