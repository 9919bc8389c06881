//! The writes that no read shows.

use customer_api_core::{
    Error,
    settle::{Look, Reason, Settle, Settled, Why},
};

use crate::{Omnidesk, SyncWithCrm};
#[cfg(feature = "undocumented")]
use crate::{PurgeCustomerDataIrreversibly, RemoveChannel};

/// What a verdict that never comes would rest on.
type Nothing = std::convert::Infallible;

fn no_read(ask: &'static str) -> Settled<Nothing> {
    Settled::CannotTell(Why::new(Reason::NoRead, ask))
}

/// `CannotTell` always, and nothing is read: the call has the channel's id alone, and no documented read shows the id of a channel.
///
/// If you know the address, search it by [`SearchByChannelValue`](crate::SearchByChannelValue).
#[cfg(feature = "undocumented")]
#[cfg_attr(docsrs, doc(cfg(feature = "undocumented")))]
impl Settle for RemoveChannel {
    type Evidence = Nothing;

    async fn look(&self, _: &mut Look<Omnidesk>) -> Result<Settled<Nothing>, Error> {
        Ok(no_read(
            "search the address by `SearchByChannelValue`, or look at the customer's channels in Omnidesk",
        ))
    }
}

/// `CannotTell` always, and nothing is read: which data a purge leaves is not documented.
#[cfg(feature = "undocumented")]
#[cfg_attr(docsrs, doc(cfg(feature = "undocumented")))]
impl Settle for PurgeCustomerDataIrreversibly {
    type Evidence = Nothing;

    async fn look(&self, _: &mut Look<Omnidesk>) -> Result<Settled<Nothing>, Error> {
        Ok(no_read(
            "ask Omnidesk's support whether the customer's data was purged, with the customer's id and the time of the call",
        ))
    }
}

/// `CannotTell` always, and nothing is read: no read shows when a customer was synchronised.
impl Settle for SyncWithCrm {
    type Evidence = Nothing;

    async fn look(&self, _: &mut Look<Omnidesk>) -> Result<Settled<Nothing>, Error> {
        Ok(no_read(
            "look in the CRM's log for a request of Omnidesk's at the time of the call",
        ))
    }
}
