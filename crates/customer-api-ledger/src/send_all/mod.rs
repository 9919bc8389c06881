//! Sending to many, each once.
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
//! Every key that the source gives comes out of [`Run::next`] once, with what became of it. Each write is made as by
//! [`once`](crate::CallExt::once), so a run that was killed is simply run again, from the beginning of the list: what was accepted is
//! skipped, what was not sent is sent, and what was on its way at the kill (as many as the concurrency, at most) is unknown. Those
//! are reported, and not sent again unless the caller [says so](SendAll::resend_unknown). With
//! [`settle_unknown`](SendAll::settle_unknown) the run looks at the provider for them.

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

/// Unknown outcomes that a run bears.
const MAX_UNKNOWN: u64 = 10;

type Source<O> = Pin<Box<dyn Stream<Item = (Key, O)> + Send>>;

/// A run that is about to start; made by [`ClientExt::send_all`].
#[must_use = "nothing is sent until the run is started and read"]
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
    /// Makes the writes of a stream, each key once, over as many runs as it takes.
    ///
    /// The stream gives an operation with the caller's own [`Key`] for it; [`iter`] makes one of an iterator. Nothing happens before the
    /// run is [started](SendAll::start) and read. See [`send_all`](crate::send_all) for how it goes.
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
    /// How many writes are on their way at once: 1 by default, and 0 counts as 1.
    ///
    /// As many may be unknown after a kill. The client's own limiter counts too.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// Sends again what the provider refused in an earlier run, after what was wrong with it has been mended.
    pub fn resend_refused(mut self) -> Self {
        self.resend = self.resend.refused();
        self
    }

    /// Sends again what the provider refused for now in an earlier run, once the time that it asked for is over.
    pub fn resend_refused_for_now(mut self) -> Self {
        self.resend = self.resend.refused_for_now();
        self
    }

    /// Sends again what may have been sent in an earlier run. **Some of it may be done twice.**
    ///
    /// To decide one by one, see [`LedgerList::unknown`] and [`LedgerList::resolve`].
    pub fn resend_unknown(mut self) -> Self {
        self.resend = self.resend.unknown();
        self
    }

    /// Looks for writes at the provider whose outcome is unknown, before anything else is made of them: those of an earlier run, and
    /// those of this one.
    ///
    /// What a look shows to be done becomes [`SentOutcome::Found`]. What an earlier run left unknown, and a look shows not to be done by
    /// the [policy](SettlePolicy::absent_after), is sent. The rest stays unknown; [`Sent::looked`] says why. A look takes the
    /// place of a write under way, and its reads count against the client's limiter.
    pub fn settle_unknown(mut self, policy: SettlePolicy) -> Self
    where
        O: Settle + Clone,
    {
        self.finder = Some(settle::finder(policy));
        self
    }

    /// Ends the run once more than this many of its own outcomes are unknown: 10 by default.
    ///
    /// Somebody must find out about every one of them, so a provider in trouble is better left alone.
    /// `u64::MAX` bears any number.
    pub fn max_unknown(mut self, max: u64) -> Self {
        self.max_unknown = max;
        self
    }

    /// Gives the run. It sends as long as it is read.
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
