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

/// Keys in a row that came before, until something else gets its turn: a source that gives one key without end must not keep the
/// tasks from running.
const MAX_REPEATS: u32 = 64;

/// A run under way: sends as long as it is read.
///
/// It is a [`Stream`] too. Sending goes on in tasks of its own while the caller handles an outcome, up to the concurrency; a
/// further write is taken from the source only when an outcome has been read, so a slow reader slows the run down.
///
/// # Ending early
///
/// A run begins nothing further once it was [stopped](Stopper), its ledger failed, the login failed, or too many outcomes are
/// unknown; see [`Ending`]. What is on its way is finished then, and comes out of [`next`](Self::next) as ever.
///
/// **Dropping a run aborts what is on its way.** Keys whose write may have been sent become [`State::Unknown`], and the others are as
/// they were. To end without doubts, use a [`stopper`](Self::stopper) and read on to the end.
#[must_use = "a run sends only while it is read"]
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
    /// Keys of this run that the ledger would let begin again. One that comes twice must not.
    settled: HashMap<Key, State>,
    ready: VecDeque<Sent<O::Output>>,
    /// Keys in a row that came before in this run.
    repeats: u32,
    stopper: Stopper,
    progress: Progress,
    ending: Option<Ending>,
}

/// What a task tells at its end.
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

    /// What became of the next key, in the order in which they are done; `None` at the end.
    ///
    /// Dropping its future loses nothing.
    pub async fn next(&mut self) -> Option<Sent<O::Output>> {
        poll_fn(|context| self.poll_sent(context)).await
    }

    /// How far the run is. Counts what was given out by [`next`](Self::next), and what is on its way.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let ready = self.ready.len();
        Progress {
            in_flight: (self.in_flight.len() + ready) as u64,
            ..self.progress
        }
    }

    /// What stops the run gracefully, from anywhere.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Why the run begins nothing further, once that is so.
    #[must_use]
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    /// Reads the run to its end, and sums it up.
    pub async fn finish(mut self) -> RunSummary {
        while self.next().await.is_some() {}
        RunSummary {
            progress: self.progress,
            ending: self.ending.take().unwrap_or(Ending::Exhausted),
        }
    }

    fn poll_sent(&mut self, context: &mut Context<'_>) -> Poll<Option<Sent<O::Output>>> {
        loop {
            // First, so that the others are sent while the caller handles this one.
            self.fill(context);
            if let Some(sent) = self.ready.pop_front() {
                self.progress.count(&sent.outcome);
                return Poll::Ready(Some(sent));
            }
            match self.tasks.poll_join_next_with_id(context) {
                Poll::Ready(Some(joined)) => self.settle(joined),
                Poll::Ready(None) if self.ending.is_some() => return Poll::Ready(None),
                // The others had their turn.
                Poll::Ready(None) | Poll::Pending if self.repeats == MAX_REPEATS => {
                    self.repeats = 0;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                // The source has nothing yet, and wakes.
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
    }

    /// Takes from the source what may be sent now.
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
                        // One outcome at a time, however many there are of these.
                        return;
                    }
                    None => self.spawn(&runtime, key, write),
                },
            }
        }
    }

    /// What became of a key that came before in this run, where the ledger would not hold it back.
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

    /// Whether the ledger would let a key in this state begin again in this run, now or later.
    fn may_begin_again(&self, state: &State) -> bool {
        self.resend.may_ever_allow(state) || self.finder.is_some() && *state == State::Unknown
    }

    /// Takes in what a task told, and what follows from it for the run.
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
        // Those before were read, and counted.
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
        // What ends a run by force counts more than that its source is at its end, or that it was stopped.
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

/// The state in which a key that was not accepted is now.
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

/// Whether every further call would fail in the same way: no login, or a session that was renewed and refused again.
fn is_about_the_credential(error: &Error) -> bool {
    error.kind() == ErrorKind::Authentication || error.status() == Some(401)
}

fn is_forced(ending: &Ending) -> bool {
    !matches!(ending, Ending::Exhausted | Ending::Stopped)
}

/// Nothing in it is pinned.
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
