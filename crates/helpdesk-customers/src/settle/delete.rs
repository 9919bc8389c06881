//! Finds out whether a customer was deleted.

use customer_api_core::{
    Error,
    settle::{Absent, Look, Reason, Settle, Settled},
};

use super::{
    cannot_tell,
    find::{self, One},
};
use crate::{DeleteCustomer, ListCustomers, Omnidesk};

/// Reads the customer. After a 404, reads another customer as a control.
///
/// | verdict | when |
/// |---|---|
/// | `InEffect` | the read returns 404, and another customer can be read in the same way. It is inferred that the read of a deleted customer returns 404. Another writer may have deleted the customer |
/// | `NotSeen` | the customer can be read |
/// | `CannotTell` | the read is refused with another status, such as 400, which may also mean that there is no such customer; the list of customers, from which the other customer is taken, still contains this customer; or no other customer can be read |
impl Settle for DeleteCustomer {
    type Evidence = Absent;

    fn suffices(_: &Self::Evidence) -> bool {
        true
    }

    async fn look(&self, look: &mut Look<Omnidesk>) -> Result<Settled<Absent>, Error> {
        match find::by_id(look, self.customer_id).await? {
            One::Customer(_) => return Ok(look.not_seen()),
            One::Several | One::Unclear => return Ok(cannot_tell(Reason::Unclear)),
            One::Nobody => {}
        }
        let page = look.read(ListCustomers::new().item_limit(2)).await?;
        let is_listed = |id: &u64| *id == self.customer_id;
        let mut ids: Vec<u64> = page.items.iter().filter_map(|one| one.id).collect();
        if ids.iter().any(is_listed) {
            return Ok(cannot_tell(Reason::Unclear));
        }
        let Some(control) = ids.pop() else {
            return Ok(cannot_tell(Reason::Unclear));
        };
        Ok(match find::by_id(look, control).await? {
            One::Customer(_) => Settled::InEffect(Absent::new(control)),
            _ => cannot_tell(Reason::Unclear),
        })
    }
}
