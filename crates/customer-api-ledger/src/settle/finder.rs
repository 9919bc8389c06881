//! Looks for writes on behalf of code that does not require an operation to implement `Settle`. The methods `settle_unknown` require
//! `Settle`, and make the [`Finder`] for that code.

use std::sync::Arc;

use customer_api_core::{Call, Client, Error, SendTrace, async_trait, settle::Settle};

use super::{Looked, SettlePolicy, settle};
use crate::{Entry, LedgerError, LedgerList, Resolution};

/// Copies the write of a call, because the call consumes the write and a later look needs it.
pub(crate) type Finder<O> = Arc<dyn Fn(&Call<O>) -> Box<dyn Kept> + Send + Sync>;

/// The verdict on a write, or the error of the look, and the resolution that the ledger recorded.
pub(crate) struct Found {
    pub(crate) looked: Looked,
    /// The resolution that the ledger recorded, or `None` if the key stays unknown. An error if the ledger could not record the resolution.
    pub(crate) resolved: Result<Option<Resolution>, LedgerError>,
}

/// The copy of a write, for a look.
#[async_trait]
pub(crate) trait Kept: Send + Sync {
    /// Looks for a write that an earlier call made.
    async fn find(&self, list: &LedgerList, known: &Entry) -> Found;

    /// Looks for a write that was sent just now. If this call sent the write, `error` is the error of this call. Otherwise another call
    /// sent the write.
    async fn find_now(&self, list: &LedgerList, known: &Entry, error: Option<&Error>) -> Found;
}

pub(crate) fn finder<O: Settle + Clone>(policy: SettlePolicy) -> Finder<O> {
    Arc::new(move |call| {
        Box::new(Write {
            client: call.client(),
            operation: call.operation().clone(),
            policy,
        })
    })
}

struct Write<O: Settle> {
    client: Client<O::Service>,
    operation: O,
    policy: SettlePolicy,
}

impl<O: Settle> Write<O> {
    async fn look(
        &self,
        list: &LedgerList,
        known: &Entry,
        trace: Option<SendTrace>,
        policy: SettlePolicy,
    ) -> Found {
        let settled = settle(&self.client, list, known, &self.operation, trace, policy).await;
        match settled {
            Ok(settlement) => Found {
                looked: Ok(settlement.verdict.map(drop)),
                resolved: settlement.recorded.map(|()| settlement.resolution),
            },
            Err(error) => Found {
                looked: Err(error),
                resolved: Ok(None),
            },
        }
    }
}

#[async_trait]
impl<O: Settle> Kept for Write<O> {
    async fn find(&self, list: &LedgerList, known: &Entry) -> Found {
        self.look(list, known, list.trace(known), self.policy).await
    }

    async fn find_now(&self, list: &LedgerList, known: &Entry, error: Option<&Error>) -> Found {
        // The error has only the times of this call's attempts. If an earlier write under the key is in doubt too, the look
        // also needs the time of that write, which is in the ledger.
        let of_call = error
            .and_then(Error::trace)
            .filter(|_| known.doubt_since.is_none());
        let trace = of_call.or_else(|| list.trace(known));
        self.look(list, known, trace, self.policy.of_now()).await
    }
}
