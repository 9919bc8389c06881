//! Determines whether a customer was changed or replaced.

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
/// | `Applied` | the customer shows the update's [marker](UpdateCustomer::marked), and all other fields that can be compared are equal |
/// | `InEffect` | without a marker: all fields that can be compared are equal. They may have had these values before, or another writer may have set them |
/// | `Superseded` | the customer shows the marker, and another field differs |
/// | `NotSeen` | none of the fields that can be compared is equal |
/// | `CannotTell` | some fields are equal and some differ, and the read shows no marker; nothing can be compared; or the company has no such customer |
///
/// The values of `template` are not compared. A date counts as equal if the read shows the text that was sent. If the read shows another
/// text, the date counts as not compared, because the form of dates is not documented. If the read shows any country, `country` counts as
/// not compared, because a write sends an id and a read shows a name. The evidence names the fields that were not compared.
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

/// Reads the customer, and compares every field. A field that was not sent is expected to be empty.
///
/// The verdicts are those of [`UpdateCustomer`]. The call empties every field that it does not send. Therefore such a field counts as
/// different if it shows a value.
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
