//! Settling an invitation: no read shows whether it was sent.

use std::convert::Infallible;

use customer_api_core::{
    Error,
    settle::{Look, Reason, Settle, Settled, Why},
};

use crate::{CustomerRadar, SendInvitation};

/// Always returns `CannotTell` and reads nothing, because Customer Radar documents no read of invitations.
///
/// The verdict contains the question for Customer Radar's support: the client's and the programme's id, the time of the call, the number of
/// people, and the keys of the metadata. Support can search the metadata. Therefore give every invitation a unique value in its metadata,
/// such as an order number, under a key that is set up in the programme.
impl Settle for SendInvitation {
    type Evidence = Infallible;

    async fn look(&self, look: &mut Look<CustomerRadar>) -> Result<Settled<Infallible>, Error> {
        let why = Why::new(Reason::NoRead, self.question(look.trace()));
        Ok(Settled::CannotTell(why))
    }
}
