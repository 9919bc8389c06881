//! Looks for a write in code that does not know whether the operation implements `Settle`. Only the caller knows its type.

use std::sync::Arc;

use customer_api_core::{Call, Client, Error, SendTrace, async_trait, settle::Settle};

use super::{Looked, SettlePolicy, settle};
use crate::{Entry, LedgerError, LedgerList, Resolution};

/// Keeps a copy of a write for looking, because the call consumes the write.
pub(crate) type Finder<O> = Arc<dyn Fn(&Call<O>) -> Box<dyn Kept> + Send + Sync>;

/// The result of a look for a kept write.
pub(crate) struct Found {
    pub(crate) looked: Looked,
    /// The resolution that the ledger recorded. `None` if the key stays unknown.
    pub(crate) resolved: Result<Option<Resolution>, LedgerError>,
}

/// A write that was kept for looking.
#[async_trait]
pub(crate) trait Kept: Send + Sync {
    /// Looks for a write that an earlier call made.
    async fn find(&self, list: &LedgerList, known: &Entry) -> Found;

    /// Looks for a write that was made recently: by this call, if its error is given, or by another call.
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
        // If an earlier write is also in doubt, it may show from its own time on. Then the ledger's times count.
        let of_call = error
            .and_then(Error::trace)
            .filter(|_| known.doubt_since.is_none());
        let trace = of_call.or_else(|| list.trace(known));
        self.look(list, known, trace, self.policy.of_now()).await
    }
}
