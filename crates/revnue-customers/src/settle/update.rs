//! Whether a customer was changed or replaced.

use customer_api_core::{
    Error,
    settle::{Compared, Look, Reason, Settle, Settled},
};

use super::{
    ASK, One, by_id, cannot_tell,
    compare::{self, Sent},
};
use crate::{Customer, ReplaceCustomer, Revnue, UpdateCustomer};

/// Reads the customer, and compares every field that was sent.
///
/// | verdict | when |
/// |---|---|
/// | `Applied` | the update's [marker](UpdateCustomer::marked) shows, and every other field that can be compared |
/// | `InEffect` | without a marker: every field that can be compared shows. It may have been so before, or be another writer's work |
/// | `Superseded` | the marker shows, and another field does not |
/// | `NotSeen` | no field shows |
/// | `CannotTell` | a part shows, and no marker; nothing can be compared; or there is no such customer in the company |
///
/// `country` and the values of `template` can't be compared, and a date only if it shows exactly as it was sent: they are named as
/// not compared.
impl Settle for UpdateCustomer {
    type Evidence = Compared<Customer>;

    fn suffices(evidence: &Self::Evidence) -> bool {
        evidence.is_complete()
    }

    async fn look(&self, look: &mut Look<Revnue>) -> Result<Settled<Self::Evidence>, Error> {
        let sent = Sent::new(&self.body, false);
        look_at(look, self.id, self.body.company, &sent).await
    }
}

/// Reads the customer, and compares every field that was sent, and every other one with nothing.
///
/// The verdicts are those of [`UpdateCustomer`]. A field that was not sent is emptied by the call, so one that shows a value counts
/// as different.
impl Settle for ReplaceCustomer {
    type Evidence = Compared<Customer>;

    fn suffices(evidence: &Self::Evidence) -> bool {
        evidence.is_complete()
    }

    async fn look(&self, look: &mut Look<Revnue>) -> Result<Settled<Self::Evidence>, Error> {
        let sent = Sent::new(&self.body, true);
        look_at(look, self.id, self.body.company, &sent).await
    }
}

async fn look_at(
    look: &mut Look<Revnue>,
    id: u64,
    company: u64,
    sent: &Sent,
) -> Result<Settled<Compared<Customer>>, Error> {
    let customer = match by_id(look, id, company).await? {
        One::Customer(customer) => *customer,
        One::Missing => return Ok(cannot_tell(Reason::Gone)),
        One::Unclear => return Ok(cannot_tell(Reason::Unclear)),
    };
    let comparison = sent.compare(&customer, look.is_whole());
    let is_marked = sent
        .marker()
        .is_some_and(|marker| compare::shows(&customer, &marker));
    Ok(match (is_marked, comparison.is_equal()) {
        (true, true) => Settled::Applied(comparison.evidence(customer)),
        (true, false) => Settled::Superseded(comparison.evidence(customer)),
        (false, _) => comparison.verdict(customer, look, ASK),
    })
}
