//! Settles keys whose outcome is unknown, by looking at the provider.
//!
//! | to settle | use |
//! |---|---|
//! | keys that a run finds unknown, and keys that become unknown in the run | [`SendAll::settle_unknown`](crate::send_all::SendAll::settle_unknown) |
//! | one write that is made under its key | [`OnceCall::settle_unknown`](crate::once::OnceCall::settle_unknown) |
//! | one key, without sending anything | [`LedgerList::settle`] |
//!
//! A ledger contains no content. Therefore each of these methods needs the write again. The [`SettlePolicy`] determines how the verdict
//! resolves the key.

mod finder;
mod policy;

use std::{error::Error as StdError, fmt};

use customer_api_core::{
    Client, Error, ProviderClient, SendTrace,
    settle::{Reason, Settle, Settled, Why},
};

pub(crate) use finder::{Finder, Kept, finder};
pub use policy::SettlePolicy;

use crate::{Entry, Key, LedgerError, LedgerErrorKind, LedgerList, Resolution, State, list::Unfit};

/// The verdict on a write, or the error of the look: of the reads that search for the write at the provider.
pub type Looked = Result<Settled<()>, Error>;

/// The verdict on the write of a key, and the resolution of the key.
#[derive(Debug)]
#[non_exhaustive]
pub struct Settlement<E> {
    /// The verdict on the write.
    pub verdict: Settled<E>,
    /// The resolution that follows from the verdict and the [policy](SettlePolicy). `None` if the key stays unknown.
    pub resolution: Option<Resolution>,
    /// Whether the ledger recorded the resolution, if there is one. After an error, the key stays as it was.
    pub recorded: Result<(), LedgerError>,
}

/// The reason why there was no verdict for a key. The key stays as it was.
#[derive(Debug)]
#[non_exhaustive]
pub enum SettleError {
    /// The ledger failed, or the key is not unknown ([`NotUnknown`](LedgerErrorKind::NotUnknown)).
    Ledger(LedgerError),
    /// The key was used for other content than the given write.
    KeyReused(Entry),
    /// The write is not valid, or the reads that search for it failed.
    Look(Error),
}

impl LedgerList {
    /// Looks at the provider for the unknown write of a key, and records the decision. Sends only reads.
    ///
    /// `write` must have the same content as the write that was sent under the key. If the ledger has the digest of that content, a
    /// different write is an error.
    ///
    /// ```no_run
    /// use customer_api_core::{ProviderClient, settle::Settle};
    /// use customer_api_ledger::{LedgerList, settle::SettlePolicy, Key};
    ///
    /// async fn settle<C, O>(client: &C, list: &LedgerList, key: &Key, write: &O)
    /// where
    ///     C: ProviderClient,
    ///     O: Settle<Service = C::Service> + Clone,
    /// {
    ///     match list.settle(client, key, write, SettlePolicy::new()).await {
    ///         Ok(settlement) => println!("{key}: {:?}", settlement.resolution),
    ///         Err(error) => println!("{key}: {error}"),
    ///     }
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// If the key is not unknown, if it was used for another write, or if the ledger or the look failed.
    pub async fn settle<O: Settle + Clone>(
        &self,
        client: &impl ProviderClient<Service = O::Service>,
        key: &Key,
        write: &O,
        policy: SettlePolicy,
    ) -> Result<Settlement<O::Evidence>, SettleError> {
        let client = client.core();
        let call = client.call(write.clone());
        let known = self
            .look_up(&call, key)
            .await
            .map_err(|unfit| match unfit {
                Unfit::Ledger(error) => SettleError::Ledger(error),
                Unfit::Invalid(error, _) => SettleError::Look(error),
                Unfit::KeyReused(known) => SettleError::KeyReused(known),
            })?;
        let known = known
            .map(|(entry, _)| entry)
            .filter(|entry| entry.state == State::Unknown)
            .ok_or_else(|| SettleError::Ledger(not_unknown()))?;
        let trace = self.trace(&known);
        settle(client, self, &known, write, trace, policy)
            .await
            .map_err(SettleError::Look)
    }

    /// Returns the times of the first and the last write of unknown outcome under the key, if the ledger has them.
    fn trace(&self, known: &Entry) -> Option<SendTrace> {
        let last = known.began.clone()?;
        let first = known.doubt_since.clone().unwrap_or_else(|| last.clone());
        Some(SendTrace::new(self.operation().to_owned(), first).with_last(last))
    }
}

/// Looks for the write of a key in [`State::Unknown`], and records the decision, unless the key's entry has changed since.
async fn settle<O: Settle>(
    client: &Client<O::Service>,
    list: &LedgerList,
    known: &Entry,
    write: &O,
    trace: Option<SendTrace>,
    policy: SettlePolicy,
) -> Result<Settlement<O::Evidence>, Error> {
    let verdict = match trace {
        Some(trace) => policy.look(client.settle(write, trace)).await?,
        None => Settled::CannotTell(Why::new(
            Reason::Clocks,
            "the ledger does not know when the write was begun: ask the provider, and resolve the key by hand",
        )),
    };
    let resolution = policy.decide::<O>(&verdict);
    let recorded = match resolution {
        Some(resolution) => {
            let ledger = list.ledger();
            ledger.resolve(list.name(), known, resolution).await
        }
        None => Ok(()),
    };
    Ok(Settlement {
        verdict,
        resolution,
        recorded,
    })
}

fn not_unknown() -> LedgerError {
    LedgerError::new(
        LedgerErrorKind::NotUnknown,
        "there is nothing to settle: the key's outcome is not unknown",
    )
}

impl fmt::Display for SettleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger(error) => write!(f, "nothing was settled: {error}"),
            Self::KeyReused(_) => {
                f.write_str("nothing was settled: the key was used for other content")
            }
            Self::Look(error) => write!(f, "nothing was settled because the look failed: {error}"),
        }
    }
}

/// `Display` prints the cause, so [`source`](StdError::source) does not return it again.
impl StdError for SettleError {}
