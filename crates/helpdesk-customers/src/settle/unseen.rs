//! Writes whose effect no read shows.

use customer_api_core::{
    Error,
    settle::{Look, Reason, Settle, Settled, Why},
};

use crate::{Omnidesk, SyncWithCrm};
#[cfg(feature = "undocumented")]
use crate::{PurgeCustomerDataIrreversibly, RemoveChannel};

/// The evidence of a verdict that never occurs.
type Nothing = std::convert::Infallible;

fn no_read(ask: &'static str) -> Settled<Nothing> {
    Settled::CannotTell(Why::new(Reason::NoRead, ask))
}

/// Always returns `CannotTell` and reads nothing. The call contains only the channel's id, and no documented read shows the id of a
/// channel.
///
/// If you know the address, search for it with [`SearchByChannelValue`](crate::SearchByChannelValue).
#[cfg(feature = "undocumented")]
#[cfg_attr(docsrs, doc(cfg(feature = "undocumented")))]
impl Settle for RemoveChannel {
    type Evidence = Nothing;

    async fn look(&self, _: &mut Look<Omnidesk>) -> Result<Settled<Nothing>, Error> {
        Ok(no_read(
            "search for the address with `SearchByChannelValue`, or look at the customer's channels in Omnidesk",
        ))
    }
}

/// Always returns `CannotTell` and reads nothing, because it is not documented which data a purge leaves.
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

/// Always returns `CannotTell` and reads nothing, because no read shows when a customer was synchronised.
impl Settle for SyncWithCrm {
    type Evidence = Nothing;

    async fn look(&self, _: &mut Look<Omnidesk>) -> Result<Settled<Nothing>, Error> {
        Ok(no_read(
            "look in the CRM's log for a request from Omnidesk at the time of the call",
        ))
    }
}
