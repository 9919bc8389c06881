//! A slot in use. The end of its use is reported to the store in the background.

use std::{
    collections::BTreeSet,
    future::Future,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, sync::Notify};

use super::{Class, SharedQuota, SlotClaim, SlotStore};
use crate::{
    error::StoreError,
    rate_limit::{Feedback, Permit, Slot, penalty},
    telemetry,
    time::Stopwatch,
};

/// A claim on a slot. When the claim is dropped, the store gets a report, unless the claim neither can have a slot nor reports a stop.
pub(super) struct Held {
    claim: SlotClaim,
    store: Arc<dyn SlotStore>,
    class: Arc<Class>,
    reports: Arc<Reports>,
    runtime: Handle,
    /// Started before the slot was granted.
    watch: Stopwatch,
    start_within: Duration,
    end: End,
}

/// The report that the store gets when the claim is dropped.
#[derive(Clone, Copy)]
enum End {
    Released,
    Completed { stop: Option<Duration> },
    Nothing,
}

impl Held {
    /// Creates a claim for which the store has not been asked yet.
    pub(super) fn new(
        claim: SlotClaim,
        quota: &SharedQuota,
        class: Arc<Class>,
        runtime: Handle,
    ) -> Self {
        Self {
            claim,
            store: Arc::clone(&quota.store),
            class,
            reports: Arc::clone(&quota.reports),
            runtime,
            watch: Stopwatch::start(),
            start_within: quota.start_within,
            end: End::Nothing,
        }
    }

    pub(super) fn claim(&self) -> &SlotClaim {
        &self.claim
    }

    /// Marks that the store is about to be asked. If the claim is dropped from now on, it is released, because it may have a slot.
    pub(super) fn asked(&mut self) {
        self.watch = Stopwatch::start();
        self.end = End::Released;
    }

    /// Marks that the store granted no slot.
    pub(super) fn refused(&mut self) {
        self.end = End::Nothing;
    }

    /// Marks that the claim has a slot. From now on the slot counts as used, unless it is released.
    pub(super) fn granted(mut self) -> Self {
        self.end = End::Completed { stop: None };
        self
    }
}

impl Slot for Held {
    fn complete(mut self: Box<Self>, feedback: &Feedback) {
        let stop = (feedback.status == Some(429))
            .then(|| penalty(feedback.retry_after, self.claim.window));
        if let Some(wait) = stop {
            self.class.stop(wait);
        }
        self.end = End::Completed { stop };
    }

    fn release(mut self: Box<Self>) {
        self.end = End::Released;
    }

    fn is_expired(&self) -> bool {
        self.watch.elapsed() > self.start_within
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let end = self.end;
        if matches!(end, End::Nothing) {
            return;
        }
        let (store, claim) = (Arc::clone(&self.store), self.claim.clone());
        let class = Arc::clone(&self.class);
        self.reports.send(&self.runtime, async move {
            let told = match end {
                End::Released => store.release(&claim).await,
                End::Completed { stop } => store.complete(&claim, stop).await,
                End::Nothing => Ok(()),
            };
            if let Err(error) = told {
                telemetry::slot_not_reported(claim.class(), &error);
            }
            class.given_back(matches!(end, End::Released));
        });
    }
}

/// A permit of this process's own share, for an attempt that the store does not count. The store gets a report only after a 429, because a
/// 429 stops all processes.
pub(super) struct Share {
    permit: Permit,
    /// A claim without a slot, to report a stop.
    held: Held,
}

impl Share {
    pub(super) fn new(permit: Permit, held: Held) -> Self {
        Self { permit, held }
    }
}

impl Slot for Share {
    fn complete(self: Box<Self>, feedback: &Feedback) {
        self.permit.complete(feedback);
        if feedback.status == Some(429) {
            Box::new(self.held).complete(feedback);
        }
    }

    fn release(self: Box<Self>) {
        self.permit.release();
    }

    fn is_expired(&self) -> bool {
        self.permit.is_expired()
    }
}

/// The reports to the store that are in progress.
#[derive(Default)]
pub(super) struct Reports {
    /// The numbers of the reports, in the order in which the reports began.
    under_way: Mutex<BTreeSet<u64>>,
    begun: AtomicU64,
    one_less: Notify,
}

impl Reports {
    /// Sends a report in the background. If the runtime is gone, the report is lost, and the slot becomes free when the
    /// claim's [`hold`](SlotClaim::hold) has passed.
    fn send(self: &Arc<Self>, runtime: &Handle, report: impl Future<Output = ()> + Send + 'static) {
        let done = Done(Arc::clone(self), self.begin());
        runtime.spawn(async move {
            report.await;
            drop(done);
        });
    }

    fn begin(&self) -> u64 {
        let mut under_way = self.under_way();
        let number = self.begun.fetch_add(1, Ordering::Relaxed);
        under_way.insert(number);
        number
    }

    /// Waits until all reports that have begun by now are done. Later reports are not waited for, because a busy program
    /// always has some.
    pub(super) async fn flush(&self) {
        let end = self.begun.load(Ordering::Relaxed);
        loop {
            let one_less = self.one_less.notified();
            let first = self.under_way().first().copied();
            if first.is_none_or(|first| first >= end) {
                return;
            }
            one_less.await;
        }
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        // Nothing panics while it holds the lock, so a poisoned lock still guards a valid state.
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts a report as over, even if its runtime ended before the report did.
struct Done(Arc<Reports>, u64);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.under_way().remove(&self.1);
        self.0.one_less.notify_waiters();
    }
}

/// A store's failure, kept for the callers that would fail too.
#[derive(Clone, Debug)]
pub(super) struct Outage {
    pub(super) error: StoreError,
    pub(super) since: Stopwatch,
}
