//! Determines whether a customer was deleted.

use customer_api_core::{
    Error,
    settle::{Absent, Look, Reason, Settle, Settled},
};

use super::{One, by_id, cannot_tell};
use crate::{DeleteCustomer, ListCustomers, Revnue, SINGLE_COMPANY};

/// Reads the customer, and another customer of the company as a control.
///
/// | verdict | when |
/// |---|---|
/// | `InEffect` | the read returns 404, and another customer of the company can be read. Another writer may have deleted the customer |
/// | `NotSeen` | the customer can be read |
/// | `CannotTell` | no other customer of the company can be read, or the reads contradict each other |
///
/// **A read of a customer of another company also returns 404.** Reads need a company. If the call does not name one, the look uses
/// [`SINGLE_COMPANY`]. In an account with several companies, set the call's [company](DeleteCustomer::company).
impl Settle for DeleteCustomer {
    type Evidence = Absent;

    fn suffices(_: &Self::Evidence) -> bool {
        true
    }

    async fn look(&self, look: &mut Look<Revnue>) -> Result<Settled<Absent>, Error> {
        let company = self.company.unwrap_or(SINGLE_COMPANY);
        match by_id(look, self.id, company).await? {
            One::Customer(_) => return Ok(look.not_seen()),
            One::Unclear => return Ok(cannot_tell(Reason::Unclear)),
            One::Missing => {}
        }
        let page = match look.read(ListCustomers::new(company)).await {
            Err(error) if error.is_decode() || error.is_not_found() => {
                return Ok(cannot_tell(Reason::Unclear));
            }
            page => page?,
        };
        if page.customers.iter().any(|one| one.id == self.id) {
            return Ok(cannot_tell(Reason::Unclear));
        }
        let Some(control) = page.customers.first().map(|one| one.id) else {
            return Ok(cannot_tell(Reason::Unclear));
        };
        Ok(match by_id(look, control, company).await? {
            One::Customer(_) => Settled::InEffect(Absent::new(control)),
            One::Missing | One::Unclear => cannot_tell(Reason::Unclear),
        })
    }
}
