//! Why no look answers whether an invitation was sent.

use std::convert::Infallible;

use customer_api_core::{
    Error,
    settle::{Look, Reason, Settle, Settled, Why},
};

use crate::{CustomerRadar, SendInvitation};

/// `CannotTell` always, and nothing is read: Customer Radar documents no read of invitations.
///
/// The verdict says what to ask Customer Radar's support: the client's and the programme's id, the time of the call, how many people it
/// was for, and the keys of its metadata. Support can search what stands in the metadata: give every invitation a value of its own
/// there, such as an order number, with a key that the programme knows.
impl Settle for SendInvitation {
    type Evidence = Infallible;

    async fn look(&self, look: &mut Look<CustomerRadar>) -> Result<Settled<Infallible>, Error> {
        let why = Why::new(Reason::NoRead, self.question(look.trace()));
        Ok(Settled::CannotTell(why))
    }
}
