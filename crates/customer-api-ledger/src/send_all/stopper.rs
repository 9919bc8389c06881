use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Waker},
};

/// Stops a run gracefully: the run begins no further writes, and finishes the writes on their way.
///
/// Cheap to clone. Can be used from anywhere, such as a task that waits for Ctrl-C. A stopper can outlive its run. It then has no effect.
#[derive(Clone, Default)]
pub struct Stopper {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_stopped: bool,
    /// The task that polls the run. It may be waiting for the run's source.
    reader: Option<Waker>,
}

impl Stopper {
    /// Stops the run. A repeated call has no effect.
    ///
    /// Keep reading the results: the run still returns those of the writes on their way, and then ends.
    pub fn stop(&self) {
        let reader = {
            let mut state = self.lock();
            state.is_stopped = true;
            state.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Returns whether the run was stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.lock().is_stopped
    }

    /// Returns whether the run was stopped. If not, wakes the polling task when the run is stopped.
    pub(super) fn poll_stopped(&self, context: &Context<'_>) -> bool {
        let mut state = self.lock();
        if !state.is_stopped {
            let reader = context.waker();
            match &mut state.reader {
                Some(known) => known.clone_from(reader),
                none => *none = Some(reader.clone()),
            }
        }
        state.is_stopped
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A waker that panics leaves the data consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopper")
            .field("is_stopped", &self.is_stopped())
            .finish()
    }
}
