//! Makes many writes, each at most once.
//!
//! ```no_run
//! use customer_api_core::{Operation, ProviderClient};
//! use customer_api_ledger::{
//!     ClientExt as _, Key, LedgerList,
//!     send_all::{self, SentOutcome},
//! };
//!
//! # async fn run<C: ProviderClient, O: Operation<Service = C::Service>>(
//! #     client: C, list: LedgerList, writes: Vec<(Key, O)>,
//! # ) {
//! let mut run = client.send_all(&list, send_all::iter(writes)).concurrency(8).start();
//! while let Some(sent) = run.next().await {
//!     match sent.outcome {
//!         SentOutcome::Accepted(_) => println!("{}: accepted", sent.key),
//!         SentOutcome::Skipped(state) => println!("{}: not again, {state:?}", sent.key),
//!         other => println!("{}: {other}", sent.key),
//!     }
//! }
//! println!("{}", run.finish().await);
//! # }
//! ```
//!
//! [`Run::next`] returns every key of the source once, with its outcome. Each write is made in the same way as with
//! [`once`](crate::CallExt::once). After a kill, run the same list again from its beginning. Accepted writes are skipped, and writes that
//! were not sent are sent. Writes that were on their way at the kill (at most as many as the concurrency) are unknown. Unknown writes are
//! reported, and not sent again unless the caller [requests it](SendAll::resend_unknown). With [`settle_unknown`](SendAll::settle_unknown),
//! the run looks for unknown writes at the provider.

mod outcome;
mod run;
mod source;
mod stopper;

use std::{fmt, pin::Pin};

use customer_api_core::{Client, Operation, ProviderClient, settle::Settle};
use futures_core::Stream;

use crate::{
    Key, LedgerList, Resend,
    settle::{self, Finder, SettlePolicy},
};

pub use outcome::{Ending, Progress, RunSummary, Sent, SentOutcome};
pub use run::Run;
pub use source::{Iter, iter};
pub use stopper::Stopper;

/// The default of [`SendAll::max_unknown`].
const MAX_UNKNOWN: u64 = 10;

type Source<O> = Pin<Box<dyn Stream<Item = (Key, O)> + Send>>;

/// A run that is about to start. Created by [`ClientExt::send_all`].
#[must_use = "nothing is sent until the run is started and its results are read"]
pub struct SendAll<O: Operation> {
    client: Client<O::Service>,
    list: LedgerList,
    source: Source<O>,
    concurrency: usize,
    resend: Resend,
    max_unknown: u64,
    finder: Option<Finder<O>>,
}

/// Sends many writes through a list. Implemented for every client.
pub trait ClientExt: ProviderClient {
    /// Makes the writes of a stream, each key at most once, over as many runs as needed.
    ///
    /// The stream yields operations, each with the caller's [`Key`] for it. [`iter`] makes such a stream from an iterator. Nothing happens
    /// before the run is [started](SendAll::start) and its results are read. The module [`send_all`](crate::send_all) describes a run.
    fn send_all<O: Operation<Service = Self::Service>>(
        &self,
        list: &LedgerList,
        writes: impl Stream<Item = (Key, O)> + Send + 'static,
    ) -> SendAll<O> {
        SendAll {
            client: self.core().clone(),
            list: list.clone(),
            source: Box::pin(writes),
            concurrency: 1,
            resend: Resend::none(),
            max_unknown: MAX_UNKNOWN,
            finder: None,
        }
    }
}

impl<C: ProviderClient> ClientExt for C {}

impl<O: Operation> SendAll<O> {
    /// Sets how many writes are on their way at the same time: 1 by default. 0 counts as 1.
    ///
    /// After a kill, up to this many writes may be unknown. The client's own rate limiter applies, too.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// Sends writes again that the provider refused in an earlier run. Use it after the cause of the refusal has been corrected.
    pub fn resend_refused(mut self) -> Self {
        self.resend = self.resend.refused();
        self
    }

    /// Sends writes again that the provider refused temporarily in an earlier run, once the wait that the provider asked for is over.
    pub fn resend_refused_for_now(mut self) -> Self {
        self.resend = self.resend.refused_for_now();
        self
    }

    /// Sends writes again that may have been sent in an earlier run. **Some of these writes may be made twice.**
    ///
    /// To decide per key, see [`LedgerList::unknown`] and [`LedgerList::resolve`].
    pub fn resend_unknown(mut self) -> Self {
        self.resend = self.resend.unknown();
        self
    }

    /// Looks at the provider for each write whose outcome is unknown, from an earlier run or from this run, before anything else is done
    /// with the write.
    ///
    /// A write that a look shows to be done becomes [`SentOutcome::Found`]. If an earlier run left a write unknown, and the
    /// [policy](SettlePolicy::absent_after) decides after a look that it was not made, the write is sent. All other writes stay unknown,
    /// and [`Sent::looked`] contains the reason. A look counts as a write under way for the [concurrency](Self::concurrency), and its reads
    /// count against the client's rate limiter.
    pub fn settle_unknown(mut self, policy: SettlePolicy) -> Self
    where
        O: Settle + Clone,
    {
        self.finder = Some(settle::finder(policy));
        self
    }

    /// Ends the run when more than this number of its own outcomes are unknown: 10 by default.
    ///
    /// An operator must settle each of these outcomes, and further calls would burden a provider in trouble. `u64::MAX` never ends the run.
    pub fn max_unknown(mut self, max: u64) -> Self {
        self.max_unknown = max;
        self
    }

    /// Returns the run. The run takes writes from the source only while the caller reads its results.
    pub fn start(self) -> Run<O> {
        Run::new(self)
    }
}

impl<O: Operation> fmt::Debug for SendAll<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendAll")
            .field("list", &self.list)
            .field("concurrency", &self.concurrency)
            .field("resend", &self.resend)
            .field("max_unknown", &self.max_unknown)
            .finish_non_exhaustive()
    }
}
