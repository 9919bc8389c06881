//! Records the outcomes and withdrawals of dropped calls, in the order of the drops.

use std::{future::Future, pin::Pin};

use tokio::sync::{mpsc, oneshot};

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A task for jobs without a waiting caller.
pub(super) struct Worker(mpsc::UnboundedSender<Job>);

impl Worker {
    /// Starts the task in the caller's runtime. The task ends when the last handle is dropped.
    pub(super) fn start() -> Self {
        let (sender, mut jobs) = mpsc::unbounded_channel::<Job>();
        tokio::spawn(async move {
            while let Some(job) = jobs.recv().await {
                job.await;
            }
        });
        Self(sender)
    }

    /// Gives a job to the task. The job is lost if the runtime has ended.
    pub(super) fn post(&self, job: impl Future<Output = ()> + Send + 'static) {
        drop(self.0.send(Box::pin(job)));
    }

    /// Waits until all jobs given so far are done.
    pub(super) async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        self.post(async move {
            let _ = done.send(());
        });
        drop(wait.await);
    }
}
