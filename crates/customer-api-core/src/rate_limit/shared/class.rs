//! The queue of callers inside one process. Only the caller at its head asks the store.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex as Queue, Notify},
    time::Instant,
};

use super::slot::Outage;
use crate::{
    error::StoreError,
    rate_limit::{RateLimitError, refuse_in_vain},
    time::{Deadline, Stopwatch, now},
};

/// How long to wait before a store that failed is asked again.
const OUTAGE: Duration = Duration::from_secs(1);

/// The longest pause before the store is asked again, whatever it reported.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The time that a reachable store may take to respond.
pub(super) const SLOW: Duration = Duration::from_millis(250);

/// The queue for the slots of one class.
pub(super) struct Class {
    slots: usize,
    window: Duration,
    /// The caller that has this lock is the head of the queue and asks the store. The other callers wait in the order in which they came.
    pub(super) turn: Queue<()>,
    /// Notifies the head that a slot was given back in this process.
    given_back: Notify,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The number of waiting callers, including the head.
    waiting: usize,
    /// The times at which the next slots may be free, according to the store's last response. The soonest is first.
    upcoming: Vec<Instant>,
    /// The time at which the store last reported `upcoming`.
    heard: Option<Instant>,
    /// Measures the time since the store was asked. `None` if no response is awaited.
    unanswered: Option<Stopwatch>,
    outage: Option<Outage>,
    /// The time until which the provider accepts no calls, according to the response to an attempt of this process. The stop is reported
    /// to the store in the background.
    stopped_until: Option<Instant>,
}

impl Class {
    pub(super) fn new(slots: usize, window: Duration) -> Self {
        Self {
            slots,
            window,
            turn: Queue::new(()),
            given_back: Notify::new(),
            state: Mutex::default(),
        }
    }

    /// Joins the queue. Refuses a caller that can't have a slot before its deadline.
    pub(super) fn enter(self: &Arc<Self>, deadline: &Deadline) -> Result<Waiting, RateLimitError> {
        let mut state = self.state();
        let now = now();
        let wait = state.soonest(self.slots, self.window, now);
        refuse_in_vain(wait.saturating_duration_since(now), deadline)?;
        state.waiting += 1;
        Ok(Waiting(Arc::clone(self)))
    }

    /// Keeps the times that the store reported, and returns how long to wait until a slot may be free.
    pub(super) fn keep(&self, waits: &[Duration]) -> Duration {
        let now = now();
        let mut state = self.state();
        state.answered();
        state.heard = Some(now);
        let free = |wait: &Duration| now.checked_add(*wait);
        state.upcoming = waits.iter().filter_map(free).collect();
        waits.first().copied().unwrap_or_default()
    }

    /// Records that the store is asked now.
    pub(super) fn asked(&self) {
        self.state().unanswered.get_or_insert_with(Stopwatch::start);
    }

    /// Returns whether the store has been asked, and has not responded within [`SLOW`].
    pub(super) fn is_unanswered(&self) -> bool {
        let since = self.state().unanswered;
        since.is_some_and(|since| since.elapsed() >= SLOW)
    }

    /// Records that the store granted a slot. The times that the store reported before are out of date.
    pub(super) fn granted(&self) {
        let mut state = self.state();
        state.answered();
        state.upcoming.clear();
    }

    /// Records that the store failed. The callers behind the head get the same error, because they would fail too.
    pub(super) fn failed(&self, error: &StoreError) {
        let mut state = self.state();
        state.answered();
        state.outage = Some(Outage {
            error: error.clone(),
            since: Stopwatch::start(),
        });
    }

    /// Returns the store's failure, if it is recent.
    pub(super) fn outage(&self) -> Option<StoreError> {
        let state = self.state();
        let outage = state.outage.as_ref()?;
        (outage.since.elapsed() < OUTAGE).then(|| outage.error.clone())
    }

    /// Records that the provider accepts no call for `wait`.
    pub(super) fn stop(&self, wait: Duration) {
        let mut state = self.state();
        state.stopped_until = state.stopped_until.max(Some(now() + wait));
    }

    /// Returns how much longer the provider accepts no call, according to the responses that this process received.
    pub(super) fn stopped(&self) -> Option<Duration> {
        let until = self.state().stopped_until?;
        let wait = until.saturating_duration_since(now());
        (!wait.is_zero()).then_some(wait)
    }

    /// Records that an attempt of this process is over, or was never made.
    pub(super) fn given_back(&self, is_unused: bool) {
        // The slot is free now, whatever the store reported before.
        if is_unused || self.window.is_zero() {
            self.state().upcoming.clear();
            self.given_back.notify_one();
        }
    }

    /// Waits until the store may respond differently.
    pub(super) async fn pause(&self, wait: Duration) {
        // The wait is limited, because another process may give back an unused slot at any time.
        let wait = wait.min(LONGEST_PAUSE);
        let _ = tokio::time::timeout(wait, self.given_back.notified()).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, so a poisoned lock still guards a valid state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answered(&mut self) {
        self.unanswered = None;
        self.outage = None;
    }

    /// Returns the times at which the next slots may be free. Returns no times if the store's report is too old: while no caller waits, the
    /// store is not asked, and another process may give a slot back.
    fn known(&self, now: Instant) -> &[Instant] {
        let age = self.heard.map(|heard| now.saturating_duration_since(heard));
        let is_kept_up = self.waiting > 0 || age.is_some_and(|age| age < LONGEST_PAUSE);
        if is_kept_up { &self.upcoming } else { &[] }
    }

    /// Returns the soonest time at which a caller who joins the queue now could have a slot, behind all waiting callers
    /// of this process.
    fn soonest(&self, slots: usize, window: Duration, now: Instant) -> Instant {
        let slots = slots.max(1);
        let (round, place) = (self.waiting / slots, self.waiting % slots);
        let stop = self.stopped_until.unwrap_or(now);
        let upcoming = self.known(now);
        let Some(last) = upcoming.last() else {
            return now.max(stop);
        };
        let first = stop.max(*upcoming.get(place).unwrap_or(last));
        let rounds = u32::try_from(round).unwrap_or(u32::MAX);
        first + window.saturating_mul(rounds)
    }
}

/// A place in the queue. The caller leaves the queue when this value is dropped, however the wait ends.
pub(super) struct Waiting(Arc<Class>);

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.waiting = state.waiting.saturating_sub(1);
    }
}
