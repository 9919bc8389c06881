//! The queue inside one process. Only its head asks the store.

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

/// For how long a store that failed is not asked again.
const OUTAGE: Duration = Duration::from_secs(1);

/// After which time the store is asked again in any case.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a store takes at most that can be reached.
pub(super) const SLOW: Duration = Duration::from_millis(250);

/// Those who wait for a slot of one class.
pub(super) struct Class {
    slots: usize,
    window: Duration,
    /// Who holds it asks the store. The others wait in the order in which they came.
    pub(super) turn: Queue<()>,
    /// Tells the head that a slot was given back in this process.
    given_back: Notify,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Those who wait, the head included.
    waiting: usize,
    /// When the next slots may be free, by the store's last response; the soonest first.
    upcoming: Vec<Instant>,
    /// When it said so.
    heard: Option<Instant>,
    /// Since when the store has been asked and has not answered.
    unanswered: Option<Stopwatch>,
    outage: Option<Outage>,
    /// Until when the provider wants no call, as an attempt of this process was told: the store hears of it later.
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

    /// Joins the queue, unless the turn can't come in time.
    pub(super) fn enter(self: &Arc<Self>, deadline: &Deadline) -> Result<Waiting, RateLimitError> {
        let mut state = self.state();
        let now = now();
        let wait = state.soonest(self.slots, self.window, now);
        refuse_in_vain(wait.saturating_duration_since(now), deadline)?;
        state.waiting += 1;
        Ok(Waiting(Arc::clone(self)))
    }

    /// Keeps what the store said, and gives when the head may have a slot.
    pub(super) fn keep(&self, waits: &[Duration]) -> Duration {
        let now = now();
        let mut state = self.state();
        state.answered();
        state.heard = Some(now);
        let free = |wait: &Duration| now.checked_add(*wait);
        state.upcoming = waits.iter().filter_map(free).collect();
        waits.first().copied().unwrap_or_default()
    }

    /// The store is asked now.
    pub(super) fn asked(&self) {
        self.state().unanswered.get_or_insert_with(Stopwatch::start);
    }

    /// Whether the store has left a question open for longer than an answer takes.
    pub(super) fn is_unanswered(&self) -> bool {
        let since = self.state().unanswered;
        since.is_some_and(|since| since.elapsed() >= SLOW)
    }

    /// The store granted a slot: what it said before is over.
    pub(super) fn granted(&self) {
        let mut state = self.state();
        state.answered();
        state.upcoming.clear();
    }

    /// The store failed: those who wait behind would only fail the same way.
    pub(super) fn failed(&self, error: &StoreError) {
        let mut state = self.state();
        state.answered();
        state.outage = Some(Outage {
            error: error.clone(),
            since: Stopwatch::start(),
        });
    }

    /// How the store failed just now.
    pub(super) fn outage(&self) -> Option<StoreError> {
        let state = self.state();
        let outage = state.outage.as_ref()?;
        (outage.since.elapsed() < OUTAGE).then(|| outage.error.clone())
    }

    /// The provider wants no call for so long.
    pub(super) fn stop(&self, wait: Duration) {
        let mut state = self.state();
        state.stopped_until = state.stopped_until.max(Some(now() + wait));
    }

    /// How long the provider wants no call yet, as this process knows.
    pub(super) fn stopped(&self) -> Option<Duration> {
        let until = self.state().stopped_until?;
        let wait = until.saturating_duration_since(now());
        (!wait.is_zero()).then_some(wait)
    }

    /// An attempt of this process is over, or was never made.
    pub(super) fn given_back(&self, is_unused: bool) {
        // The slot is free at once, whatever the store said before.
        if is_unused || self.window.is_zero() {
            self.state().upcoming.clear();
            self.given_back.notify_one();
        }
    }

    /// Waits until the store may say something else.
    pub(super) async fn pause(&self, wait: Duration) {
        // Another process may have given a slot back that it has not used.
        let wait = wait.min(LONGEST_PAUSE);
        let _ = tokio::time::timeout(wait, self.given_back.notified()).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, so a poisoned one is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answered(&mut self) {
        self.unanswered = None;
        self.outage = None;
    }

    /// When the next slots may be free. While nobody waits, nobody asks, and what the store said gets old: another process may
    /// have given a slot back since.
    fn known(&self, now: Instant) -> &[Instant] {
        let age = self.heard.map(|heard| now.saturating_duration_since(heard));
        let is_kept_up = self.waiting > 0 || age.is_some_and(|age| age < LONGEST_PAUSE);
        if is_kept_up { &self.upcoming } else { &[] }
    }

    /// When the next one who comes could have a slot at the soonest, behind all who wait in this process.
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

/// A place in the queue, which is left however the wait ends.
pub(super) struct Waiting(Arc<Class>);

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.waiting = state.waiting.saturating_sub(1);
    }
}
