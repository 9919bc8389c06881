use std::{
    collections::{HashMap, VecDeque},
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use customer_api_core::{Client, Error, ErrorKind, Operation};
use futures_core::Stream;
use tokio::{
    runtime::Handle,
    task::{Id, JoinError, JoinSet},
};

use super::{Ending, Progress, RunSummary, SendAll, Sent, SentOutcome, Source, Stopper};
use crate::{
    Key, LedgerError, LedgerList, Outcome, Resend, State,
    once::{End, Made, make},
    settle::{Finder, Looked},
};

/// The maximum number of consecutive repeated keys before the tasks get a turn. A source that repeats one key endlessly must not keep
/// the tasks from running.
const MAX_REPEATS: u32 = 64;

/// A run under way. It takes writes from the source only while the caller reads the run's results.
///
/// A run is also a [`Stream`]. While the caller handles a result, tasks of the run continue sending the writes that the run has taken, as
/// many as the concurrency allows. The run takes a further write only when the caller reads the next result. Therefore a slow caller slows
/// the run down.
///
/// # Ending early
///
/// A run begins no further writes once it has been [stopped](Stopper), its ledger or the login has failed, or too many outcomes are
/// unknown; see [`Ending`]. Writes on their way are then finished, and [`next`](Self::next) returns them as usual.
///
/// **Dropping a run aborts the writes on their way.** Keys whose write may have been sent become [`State::Unknown`]. The other keys are as
/// they were. To end without unknown outcomes, use a [`stopper`](Self::stopper), and read the remaining results.
#[must_use = "a run takes writes only while its results are read"]
pub struct Run<O: Operation> {
    client: Client<O::Service>,
    list: LedgerList,
    source: Source<O>,
    concurrency: usize,
    resend: Resend,
    max_unknown: u64,
    finder: Option<Finder<O>>,
    tasks: JoinSet<Done<O::Output>>,
    in_flight: HashMap<Id, Key>,
    /// Keys of this run that the ledger would allow to begin again. If the source yields such a key again, the run skips it.
    settled: HashMap<Key, State>,
    ready: VecDeque<Sent<O::Output>>,
    /// The number of consecutive keys of the source that had occurred before in this run.
    repeats: u32,
    stopper: Stopper,
    progress: Progress,
    ending: Option<Ending>,
}

/// The result of a task.
struct Done<T> {
    outcome: SentOutcome<T>,
    ledger: Result<(), LedgerError>,
    looked: Option<Looked>,
}

impl<O: Operation> Run<O> {
    pub(super) fn new(setup: SendAll<O>) -> Self {
        Self {
            client: setup.client,
            list: setup.list,
            source: setup.source,
            concurrency: setup.concurrency,
            resend: setup.resend,
            max_unknown: setup.max_unknown,
            finder: setup.finder,
            tasks: JoinSet::new(),
            in_flight: HashMap::new(),
            settled: HashMap::new(),
            ready: VecDeque::new(),
            repeats: 0,
            stopper: Stopper::default(),
            progress: Progress::default(),
            ending: None,
        }
    }

    /// Returns the next result; `None` at the end. The results come in the order in which the writes are done.
    ///
    /// Dropping the future loses no result.
    pub async fn next(&mut self) -> Option<Sent<O::Output>> {
        poll_fn(|context| self.poll_sent(context)).await
    }

    /// Returns the progress of the run. Counts the results that [`next`](Self::next) returned, and the writes on their way.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let ready = self.ready.len();
        Progress {
            in_flight: (self.in_flight.len() + ready) as u64,
            ..self.progress
        }
    }

    /// Returns a handle that stops the run gracefully, from anywhere.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Returns the reason why the run begins no further writes, or `None` while the run still begins writes.
    #[must_use]
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// Reads the remaining results, and returns the summary of the run.
    pub async fn finish(mut self) -> RunSummary {
        while self.next().await.is_some() {}
        RunSummary {
            progress: self.progress,
            ending: self.ending.take().unwrap_or(Ending::Exhausted),
        }
    }

    fn poll_sent(&mut self, context: &mut Context<'_>) -> Poll<Option<Sent<O::Output>>> {
        loop {
            // Takes writes first, so that they are sent while the caller handles the next result.
            self.fill(context);
            if let Some(sent) = self.ready.pop_front() {
                self.progress.count(&sent.outcome);
                return Poll::Ready(Some(sent));
            }
            match self.tasks.poll_join_next_with_id(context) {
                Poll::Ready(Some(joined)) => self.settle(joined),
                Poll::Ready(None) if self.ending.is_some() => return Poll::Ready(None),
                // The tasks had their turn.
                Poll::Ready(None) | Poll::Pending if self.repeats == MAX_REPEATS => {
                    self.repeats = 0;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                // The source has no item yet. It will wake this task.
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Takes from the source the writes that may be sent now.
    fn fill(&mut self, context: &mut Context<'_>) {
        while self.ending.is_none()
            && self.in_flight.len() < self.concurrency
            && self.repeats < MAX_REPEATS
        {
            if self.stopper.poll_stopped(context) {
                self.ending = Some(Ending::Stopped);
                return;
            }
            let Ok(runtime) = Handle::try_current() else {
                self.ending = Some(Ending::NoRuntime);
                return;
            };
            match self.source.as_mut().poll_next(context) {
                Poll::Pending => return,
                Poll::Ready(None) => self.ending = Some(Ending::Exhausted),
                Poll::Ready(Some((key, write))) => match self.known(&key) {
                    Some(state) => {
                        self.ready.push_back(Sent {
                            key,
                            outcome: SentOutcome::Skipped(state),
                            is_recorded: true,
                            looked: None,
                        });
                        self.repeats += 1;
                        // Returns one outcome at a time, even if many keys are repeated.
                        return;
                    }
                    None => self.spawn(&runtime, key, write),
                },
            }
        }
    }

    /// Returns the state of a key of this run whose write is on its way, or has ended in a state in which the ledger would allow the key to
    /// begin again.
    fn known(&self, key: &Key) -> Option<State> {
        let is_in_flight = || self.in_flight.values().any(|other| other == key);
        match self.settled.get(key) {
            Some(state) => Some(state.clone()),
            None => is_in_flight().then_some(State::Sending),
        }
    }

    fn spawn(&mut self, runtime: &Handle, key: Key, write: O) {
        let (call, list) = (self.client.call(write), self.list.clone());
        let (name, resend, finder) = (key.clone(), self.resend, self.finder.clone());
        let task = async move { Done::of(make(call, &list, name, resend, finder.as_ref()).await) };
        let task = self.tasks.spawn_on(task, runtime);
        self.in_flight.insert(task.id(), key);
    }

    /// Returns whether the ledger would allow a key in this state to begin again in this run, now or later.
    fn may_begin_again(&self, state: &State) -> bool {
        self.resend.may_ever_allow(state) || self.finder.is_some() && *state == State::Unknown
    }

    /// Processes the result of a task, and its consequences for the run.
    fn settle(&mut self, joined: Result<(Id, Done<O::Output>), JoinError>) {
        self.repeats = 0;
        let (id, done) = match joined {
            Ok(done) => done,
            Err(error) => {
                let done = Done {
                    outcome: SentOutcome::Lost,
                    ledger: Ok(()),
                    looked: None,
                };
                (error.id(), done)
            }
        };
        let Some(key) = self.in_flight.remove(&id) else {
            return;
        };
        let Done {
            outcome,
            ledger,
            looked,
        } = done;
        let is_recorded = ledger.is_ok() && !matches!(outcome, SentOutcome::Lost);
        if let Some(state) = state_of(&outcome).filter(|state| self.may_begin_again(state)) {
            self.settled.insert(key.clone(), state);
        }
        // All earlier outcomes of this run have been read, so the progress counts them.
        let is_unknown = matches!(outcome, SentOutcome::Unknown(_) | SentOutcome::Lost);
        let unknown = self.progress.unknown + u64::from(is_unknown);
        let ending = if let Err(error) = ledger {
            Some(Ending::LedgerFailed(error))
        } else if outcome.error().is_some_and(is_about_the_credential) {
            Some(Ending::Unauthorized)
        } else if unknown > self.max_unknown {
            Some(Ending::TooManyUnknown)
        } else {
            None
        };
        // A forced end takes precedence over the end of the source, and over a stop.
        if let Some(ending) = ending {
            if !self.ending.as_ref().is_some_and(is_forced) {
                self.ending = Some(ending);
            }
        }
        self.ready.push_back(Sent {
            key,
            outcome,
            is_recorded,
            looked,
        });
    }
}

impl<T> Done<T> {
    fn of(made: Made<T>) -> Self {
        let (outcome, ledger) = match made.end {
            End::Found(entry) => (SentOutcome::Found(entry), Ok(())),
            End::Known(entry) => (SentOutcome::Skipped(entry.state), Ok(())),
            End::KeyReused(entry) => (SentOutcome::KeyReused(entry), Ok(())),
            End::NotBegun(error) => (SentOutcome::NotBegun(error.clone()), Err(error)),
            End::Called {
                result,
                in_doubt,
                recorded,
            } => match result {
                Ok(output) => (SentOutcome::Accepted(output), recorded),
                Err(error) if in_doubt => (SentOutcome::Unknown(error), recorded),
                Err(error) => (SentOutcome::of_error(error), recorded),
            },
        };
        Self {
            outcome,
            ledger,
            looked: made.looked,
        }
    }
}

/// Returns the state of a key after a refusal, a failure or an unknown outcome.
fn state_of<T>(outcome: &SentOutcome<T>) -> Option<State> {
    match outcome {
        SentOutcome::Refused(error) => Some(Outcome::of_error(error).state().clone()),
        SentOutcome::NotSent(_) | SentOutcome::NotBegun(_) => Some(State::NotSent),
        SentOutcome::Unknown(_) | SentOutcome::Lost => Some(State::Unknown),
        SentOutcome::Accepted(_)
        | SentOutcome::Found(_)
        | SentOutcome::Skipped(_)
        | SentOutcome::KeyReused(_) => None,
    }
}

/// Returns whether every further call would fail in the same way: the login failed, or the session was renewed and rejected again.
fn is_about_the_credential(error: &Error) -> bool {
    error.kind() == ErrorKind::Authentication || error.status() == Some(401)
}

fn is_forced(ending: &Ending) -> bool {
    !matches!(ending, Ending::Exhausted | Ending::Stopped)
}

/// No field is structurally pinned.
impl<O: Operation> Unpin for Run<O> {}

impl<O: Operation> Stream for Run<O> {
    type Item = Sent<O::Output>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Sent<O::Output>>> {
        self.poll_sent(context)
    }
}

impl<O: Operation> fmt::Debug for Run<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("list", &self.list)
            .field("progress", &self.progress())
            .field("ending", &self.ending)
            .finish_non_exhaustive()
    }
}
