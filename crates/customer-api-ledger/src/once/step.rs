//! The claim of a call, from its first attempt to its outcome.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use customer_api_core::{
    async_trait,
    before_send::{BeforeSend, Upcoming, Withheld},
    time::Stopwatch,
};

use crate::{Claim, Entry, Intent, Key, LedgerError, LedgerErrorKind, LedgerList, Outcome, Resend};

/// The claim of one call, shared by the call's step and by the caller. When both have dropped this value, its `Drop` passes the outcome to
/// the ledger, as far as the outcome is known by then.
pub(super) struct Held {
    list: LedgerList,
    key: Key,
    resend: Resend,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    phase: Phase,
    /// An attempt may have happened, regardless of later attempts. Therefore the claim is no longer withdrawn.
    may_have_happened: bool,
    stop: Option<Stop>,
    lease: Option<Lease>,
}

/// How long the call may send attempts. The ledger ends a claim after the call's time plus a grace period. This module does not rely on the
/// grace period.
///
/// The call's own clock stops while the machine sleeps. The ledger's clock does not.
#[derive(Clone, Copy)]
struct Lease {
    since: Stopwatch,
    time: Duration,
}

impl Lease {
    fn is_over(&self) -> bool {
        self.since.elapsed() > self.time
    }
}

/// The progress of a claim.
#[derive(Default)]
enum Phase {
    /// The key is as it was before.
    #[default]
    Idle,
    /// The claim may be on record. Nothing was sent under the claim.
    Asked(Claim),
    /// An attempt was allowed to start under the claim.
    LetGo(Claim),
    /// The call has ended, and this outcome is to be recorded.
    Over(Claim, Outcome),
}

/// The reason why an attempt was not allowed to start.
#[derive(Clone, Debug)]
pub(super) enum Stop {
    Known(Entry),
    KeyReused(Entry),
    Failed(LedgerError),
}

impl Held {
    pub(super) fn new(list: LedgerList, key: Key, resend: Resend) -> Arc<Self> {
        Arc::new(Self {
            list,
            key,
            resend,
            state: Mutex::default(),
        })
    }

    /// Returns why the call was not sent, if the ledger prevented it.
    pub(super) fn stopped(&self) -> Option<Stop> {
        self.state().stop.take()
    }

    /// Records the outcome, and returns the resulting state of the key. For a call that sent nothing, records no outcome. The key of such a
    /// call is as it was before, or an error is returned.
    pub(super) async fn finish(
        &self,
        outcome: Outcome,
    ) -> Result<Option<crate::State>, LedgerError> {
        let (claim, was_let_go) = {
            let mut state = self.state();
            match std::mem::take(&mut state.phase) {
                Phase::LetGo(claim) => {
                    state.phase = Phase::Over(claim.clone(), outcome.clone());
                    (claim, true)
                }
                // The call's own withdrawal failed, or had no time.
                Phase::Asked(claim) => {
                    state.phase = Phase::Asked(claim.clone());
                    (claim, false)
                }
                phase => {
                    state.phase = phase;
                    return Ok(None);
                }
            }
        };
        let recorded = if was_let_go {
            self.list.finish(&claim, &outcome).await.map(Some)
        } else {
            let withdrawn = self.list.ledger().withdraw(&claim).await;
            withdrawn.map(|()| None)
        };
        self.state().phase = Phase::Idle;
        recorded
    }

    async fn ask(&self, attempt: &Upcoming<'_>) -> Result<(), Stop> {
        let (left, lease) = {
            let mut state = self.state();
            let lease = *state.lease.get_or_insert_with(|| Lease {
                since: Stopwatch::start(),
                time: attempt.remaining(),
            });
            match std::mem::take(&mut state.phase) {
                // The claim was not withdrawn. Therefore the last attempt may have happened.
                phase @ (Phase::LetGo(_) | Phase::Over(..)) => {
                    state.may_have_happened = true;
                    state.phase = phase;
                    return if lease.is_over() { Err(late()) } else { Ok(()) };
                }
                Phase::Asked(claim) => {
                    state.phase = Phase::Asked(claim.clone());
                    (Some(claim), lease)
                }
                Phase::Idle => (None, lease),
            }
        };
        if let Some(claim) = left {
            // The withdrawal failed, and may still take effect later. Therefore nothing may be sent under this claim any more.
            let withdrawn = self.list.ledger().withdraw(&claim).await;
            withdrawn.map_err(Stop::Failed)?;
        }
        let claim = self.list.claim(self.key.clone());
        self.state().phase = Phase::Asked(claim.clone());
        let digest = self.list.digest(attempt.content());
        let intent = Intent::new(Some(digest), self.resend).with_longest(attempt.remaining());
        match self.list.ledger().begin(&claim, &intent).await {
            Ok(None) if lease.is_over() => {
                self.withdraw().await;
                Err(late())
            }
            Ok(None) => {
                self.state().phase = Phase::LetGo(claim);
                Ok(())
            }
            Ok(Some(known)) => {
                self.state().phase = Phase::Idle;
                Err(if intent.is_reused(&known) {
                    Stop::KeyReused(known)
                } else {
                    Stop::Known(known)
                })
            }
            // The claim may be on record. Dropping `Held` withdraws it.
            Err(error) => Err(Stop::Failed(error)),
        }
    }

    async fn withdraw(&self) {
        let claim = {
            let mut state = self.state();
            if state.may_have_happened {
                return;
            }
            match std::mem::take(&mut state.phase) {
                Phase::LetGo(claim) | Phase::Asked(claim) => {
                    state.phase = Phase::Asked(claim.clone());
                    claim
                }
                phase => {
                    state.phase = phase;
                    return;
                }
            }
        };
        if self.list.ledger().withdraw(&claim).await.is_ok() {
            self.state().phase = Phase::Idle;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The data is consistent whenever the lock is released.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let ledger = Arc::clone(self.list.ledger());
        match std::mem::take(&mut self.state().phase) {
            Phase::Idle => {}
            Phase::Asked(claim) => ledger.abandon(&claim, None),
            Phase::LetGo(claim) => ledger.abandon(&claim, Some(&Outcome::unknown())),
            Phase::Over(claim, outcome) => ledger.abandon(&claim, Some(&outcome)),
        }
    }
}

/// Returns the error of a call whose time is over: by now, other senders may treat this call as ended, and the key may have been settled.
fn late() -> Stop {
    Stop::Failed(LedgerError::new(
        LedgerErrorKind::ClaimLost,
        "the time of the call was over before it could be sent: the machine slept, or its clock was set",
    ))
}

/// The step of a call that asks the ledger before every attempt.
pub(super) struct Step(Arc<Held>);

impl Step {
    pub(super) fn new(held: &Arc<Held>) -> Self {
        Self(Arc::clone(held))
    }
}

#[async_trait]
impl BeforeSend for Step {
    async fn before_send(&self, attempt: &Upcoming<'_>) -> Result<(), Withheld> {
        self.0.ask(attempt).await.map_err(|stop| {
            let reason: Withheld = stop.to_string().into();
            let mut state = self.0.state();
            // After an attempt that may have happened, the call's own error is more informative than the reason why no other attempt
            // was made.
            if !state.may_have_happened {
                state.stop = Some(stop);
            }
            reason
        })
    }

    async fn withdraw(&self) {
        self.0.withdraw().await;
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(_) => f.write_str("the ledger has the key"),
            Self::KeyReused(_) => f.write_str("the key stands for other content"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}
