//! A slot of a store in use, and what the store is told about it while nobody waits.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{runtime::Handle, sync::Notify};

use super::{Class, SharedQuota, SlotClaim, SlotStore};
use crate::{
    error::StoreError,
    rate_limit::{Feedback, Slot, penalty},
    telemetry,
    time::Stopwatch,
};

/// A claim that may have a slot. However it ends, the store is told.
pub(super) struct Held {
    claim: SlotClaim,
    store: Arc<dyn SlotStore>,
    class: Arc<Class>,
    reports: Arc<Reports>,
    runtime: Handle,
    /// Since before the slot was granted.
    watch: Stopwatch,
    start_within: Duration,
    end: End,
}

/// What the store is told when the claim is dropped.
#[derive(Clone, Copy)]
enum End {
    Released,
    Completed { stop: Option<Duration> },
    Nothing,
}

impl Held {
    /// A claim that is yet to be made.
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

    /// The claim is about to be made. Dropped from now on, it is released: it may have its slot.
    pub(super) fn asked(&mut self) {
        self.watch = Stopwatch::start();
        self.end = End::Released;
    }

    /// The store has said that the claim has no slot.
    pub(super) fn refused(&mut self) {
        self.end = End::Nothing;
    }

    /// The claim has its slot: from now on it counts as used, unless it is released.
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

/// What the store is being told at the moment.
#[derive(Default)]
pub(super) struct Reports {
    under_way: AtomicUsize,
    none_left: Notify,
}

impl Reports {
    /// Tells the store in the background. Lost if the runtime is gone; the slot comes back by itself then.
    fn send(self: &Arc<Self>, runtime: &Handle, report: impl Future<Output = ()> + Send + 'static) {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        let done = Done(Arc::clone(self));
        runtime.spawn(async move {
            report.await;
            drop(done);
        });
    }

    /// Waits until the store has been told everything.
    pub(super) async fn flush(&self) {
        loop {
            let none_left = self.none_left.notified();
            if self.under_way.load(Ordering::SeqCst) == 0 {
                return;
            }
            none_left.await;
        }
    }
}

/// Counts a report as over, even if its runtime ended before the report did.
struct Done(Arc<Reports>);

impl Drop for Done {
    fn drop(&mut self) {
        if self.0.under_way.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.none_left.notify_waiters();
        }
    }
}

/// A store's failure, kept for those who would only fail the same way.
#[derive(Clone, Debug)]
pub(super) struct Outage {
    pub(super) error: StoreError,
    pub(super) since: Stopwatch,
}
