//! What calls left behind that were dropped, in the order in which they were.

use std::{future::Future, pin::Pin};

use tokio::sync::{mpsc, oneshot};

type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A task that does what nobody waits for.
pub(super) struct Worker(mpsc::UnboundedSender<Job>);

impl Worker {
    /// Starts the task in the runtime of the caller. It ends with the last handle.
    pub(super) fn start() -> Self {
        let (sender, mut jobs) = mpsc::unbounded_channel::<Job>();
        tokio::spawn(async move {
            while let Some(job) = jobs.recv().await {
                job.await;
            }
        });
        Self(sender)
    }

    /// Leaves a job to the task. It is lost if the runtime is gone.
    pub(super) fn post(&self, job: impl Future<Output = ()> + Send + 'static) {
        drop(self.0.send(Box::pin(job)));
    }

    /// Waits until all jobs are done that were left so far.
    pub(super) async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        self.post(async move {
            let _ = done.send(());
        });
        drop(wait.await);
    }
}
