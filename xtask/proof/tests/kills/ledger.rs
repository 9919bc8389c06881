//! The ledger of the proofs: a file with one list in it, and a ledger that reports its calls.

use std::{
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
};

use customer_api_core::{OperationInfo, async_trait};
use customer_api_ledger::{
    Claim, Entry, FileLedger, Intent, Ledger as _, LedgerError, LedgerErrorKind, LedgerList,
    Outcome, State,
};
use proof::processes::LIST;
use testkit::{Overlaid, Overlay};

/// Opens the file and its list, or creates the missing ones.
pub(crate) async fn open(
    path: &Path,
    operation: &OperationInfo,
) -> Result<(FileLedger, LedgerList), LedgerError> {
    let file = FileLedger::options().open_or_create(path).await?;
    let list = match file.list(LIST).await {
        Err(error) if error.kind() == LedgerErrorKind::NoSuchList => {
            file.create_list(LIST, operation).await?
        }
        list => list?,
    };
    Ok((file, list))
}

/// A point in the life of a key at which its sender may be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// Before the intent is on record.
    BeforeBegin,
    /// The intent is on record, and nothing is sent.
    AfterBegin,
    /// The attempt is known to have done nothing, and its claim is still on record.
    BeforeWithdraw,
    AfterWithdraw,
    /// The response arrived, and the outcome is not on record.
    BeforeFinish,
    AfterFinish,
}

impl Point {
    pub(crate) const ALL: [Self; 6] = [
        Self::BeforeBegin,
        Self::AfterBegin,
        Self::BeforeFinish,
        Self::AfterFinish,
        Self::BeforeWithdraw,
        Self::AfterWithdraw,
    ];

    /// The points of writes that are never withdrawn.
    pub(crate) const WITHOUT_WITHDRAWAL: &[Self] = Self::ALL.split_at(4).0;
}

/// The point at which a sender reports, and may stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Halt {
    pub(crate) point: Point,
    /// Which of the keys that reach the point it is, from 1.
    pub(crate) count: u32,
    /// Whether the sender only reports.
    pub(crate) goes_on: bool,
}

/// The report of a watched ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// The stop is reached.
    Here,
    Withdrawn,
    Finished,
}

/// A ledger that reports its calls.
pub(crate) struct Watched<F> {
    pub(crate) inner: FileLedger,
    pub(crate) halt: Option<Halt>,
    reached: AtomicU32,
    tell: F,
}

impl<F: Fn(Told)> Watched<F> {
    pub(crate) fn new(inner: FileLedger, halt: Option<Halt>, tell: F) -> Overlaid<Self> {
        Overlaid(Self {
            inner,
            halt,
            reached: AtomicU32::new(0),
            tell,
        })
    }

    async fn pass(&self, point: Point) {
        let Some(halt) = self.halt.filter(|halt| halt.point == point) else {
            return;
        };
        if self.reached.fetch_add(1, Ordering::Relaxed) + 1 == halt.count {
            (self.tell)(Told::Here);
            if !halt.goes_on {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl<F> std::fmt::Debug for Watched<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
}

#[async_trait]
impl<F: Fn(Told) + Send + Sync + 'static> Overlay for Watched<F> {
    type Below = FileLedger;

    fn below(&self) -> &FileLedger {
        &self.inner
    }

    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        self.pass(Point::BeforeBegin).await;
        let known = self.inner.begin(claim, intent).await?;
        if known.is_none() {
            self.pass(Point::AfterBegin).await;
        }
        Ok(known)
    }
    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        self.pass(Point::BeforeWithdraw).await;
        self.inner.withdraw(claim).await?;
        (self.tell)(Told::Withdrawn);
        self.pass(Point::AfterWithdraw).await;
        Ok(())
    }
    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<State, LedgerError> {
        self.pass(Point::BeforeFinish).await;
        let state = self.inner.finish(claim, outcome).await?;
        (self.tell)(Told::Finished);
        self.pass(Point::AfterFinish).await;
        Ok(state)
    }
}
