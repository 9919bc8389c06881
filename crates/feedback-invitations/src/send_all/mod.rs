//! Sending to many, each once.
//!
//! ```no_run
//! use feedback_invitations::{
//!     Client, Programme, Recipient, SendInvitation,
//!     ledger::{FileLedger, Key},
//!     send_all::{self, SentOutcome},
//! };
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! # let (user, password) = ("", "");
//! let radar = Client::builder(user, password).build()?;
//! let ledger = FileLedger::open("march.ledger").await?; // on the first run: `create`
//! let programme = Programme::new("client-display-id", "programme-display-id");
//!
//! // order, location, e-mail. Read as a whole, so that a broken line is found before anything is sent.
//! let list = "order-4211,harbour-lane,ana@shop.example\norder-4212,harbour-lane,ben@shop.example";
//! let invitation = |line: &str| -> Result<_, Box<dyn std::error::Error>> {
//!     let mut cells = line.split(',');
//!     let (Some(order), Some(location), Some(email)) = (cells.next(), cells.next(), cells.next()) else {
//!         return Err("a line has not enough cells".into());
//!     };
//!     let recipient = Recipient::new(location).email(email);
//!     Ok((Key::new(order)?, SendInvitation::new(&programme, recipient)))
//! };
//! let invitations = list.lines().map(invitation).collect::<Result<Vec<_>, _>>()?;
//!
//! let mut run = radar.send_all(ledger, send_all::iter(invitations)).concurrency(4).start();
//! while let Some(sent) = run.next().await {
//!     match sent.outcome {
//!         SentOutcome::Accepted(receipt) => println!("{}: accepted, {:?}", sent.key, receipt.reference),
//!         SentOutcome::Skipped(state) => println!("{}: not again, {state:?}", sent.key),
//!         other => println!("{}: {other}", sent.key),
//!     }
//! }
//! println!("{}", run.finish().await);
//! # Ok(())
//! # }
//! ```
//!
//! Every key that the source gives comes out of [`Run::next`] once, with what became of it. The intent is in the
//! [ledger](crate::ledger) before an invitation leaves, and its outcome after the response, so a run that was killed is simply run
//! again, from the beginning of the list: what was accepted is skipped, what was never sent is sent, and of what was on its way
//! at the kill (as many as the concurrency, at most) nobody knows. Those are reported, and not sent again unless the caller
//! [says so](SendAll::resend_unknown).

mod outcome;
mod run;
mod source;
mod stopper;

use std::{fmt, pin::Pin, sync::Arc};

use futures_core::Stream;

use crate::{
    Client, SendInvitation,
    ledger::{Key, Ledger, Resend},
};

pub use outcome::{Ending, Progress, RunSummary, Sent, SentOutcome};
pub use run::Run;
pub use source::{Iter, iter};
pub use stopper::Stopper;

/// Unknown outcomes that a run bears.
const MAX_UNKNOWN: u64 = 10;

type Source = Pin<Box<dyn Stream<Item = (Key, SendInvitation)> + Send>>;

/// A run that is about to start; made by [`Client::send_all`].
#[must_use = "nothing is sent until the run is started and read"]
pub struct SendAll {
    client: Client,
    ledger: Arc<dyn Ledger>,
    source: Source,
    concurrency: usize,
    resend: Resend,
    max_unknown: u64,
}

impl Client {
    /// Sends the invitations of a stream, each key once, over as many runs as it takes.
    ///
    /// The stream gives an invitation with the caller's own [`Key`] for it; [`iter`] makes one of an iterator. Nothing happens
    /// before the run is [started](SendAll::start) and read. See [`send_all`](crate::send_all) for how it goes.
    ///
    /// The key stands for whatever the invitation holds: a [batch](SendInvitation::batch) has one key, and one outcome.
    pub fn send_all(
        &self,
        ledger: impl Ledger,
        invitations: impl Stream<Item = (Key, SendInvitation)> + Send + 'static,
    ) -> SendAll {
        SendAll {
            client: self.clone(),
            ledger: Arc::new(ledger),
            source: Box::pin(invitations),
            concurrency: 1,
            resend: Resend::none(),
            max_unknown: MAX_UNKNOWN,
        }
    }
}

impl SendAll {
    /// How many invitations are on their way at once: 1 by default, and 0 counts as 1.
    ///
    /// As many may be unknown after a kill. The client's own limiter counts too: it lets one call through at a time, unless the
    /// client was [built](Client::builder) with another one.
    pub fn concurrency(mut self, concurrency: usize) -> Self {
        self.concurrency = concurrency.max(1);
        self
    }

    /// Sends again what the provider refused in an earlier run, after what was wrong with it has been mended.
    pub fn resend_refused(mut self) -> Self {
        self.resend = self.resend.refused();
        self
    }

    /// Sends again what may have been sent in an earlier run. **Some people may get a second message.**
    ///
    /// To decide one by one, see [`Ledger::unknown`] and [`Ledger::resolve`].
    pub fn resend_unknown(mut self) -> Self {
        self.resend = self.resend.unknown();
        self
    }

    /// Ends the run once more than this many of its own outcomes are unknown: 10 by default.
    ///
    /// Every one of them is a person of whom nobody knows whether to ask again, so a provider in trouble is better left alone.
    /// `u64::MAX` bears any number.
    pub fn max_unknown(mut self, max: u64) -> Self {
        self.max_unknown = max;
        self
    }

    /// Gives the run. It sends as long as it is read.
    pub fn start(self) -> Run {
        Run::new(self)
    }
}

impl fmt::Debug for SendAll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendAll")
            .field("ledger", &self.ledger)
            .field("concurrency", &self.concurrency)
            .field("resend", &self.resend)
            .field("max_unknown", &self.max_unknown)
            .finish_non_exhaustive()
    }
}
