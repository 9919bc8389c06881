//! Finds out whether addresses were added.

use customer_api_core::{
    Error,
    settle::{Compared, Comparison, Look, Reason, Settle, Settled},
};

use super::{ASK, cannot_tell, find};
use crate::{AddChannel, Customer, Found, Omnidesk};

/// Searches for every address that was sent, and checks whether the search finds the customer.
///
/// | verdict | when |
/// |---|---|
/// | `InEffect` | the search finds the customer by every address. The customer may have had the addresses before the call |
/// | `NotSeen` | the search finds the customer by none of the addresses. The search may not find a phone number that is written differently |
/// | `CannotTell` | the search finds the customer only by some of the addresses; the responses can be read in more than one way; or the call names no customer |
impl Settle for AddChannel {
    type Evidence = Compared<Vec<Customer>>;

    fn suffices(evidence: &Self::Evidence) -> bool {
        evidence.is_complete()
    }

    async fn look(&self, look: &mut Look<Omnidesk>) -> Result<Settled<Self::Evidence>, Error> {
        let body = &self.body;
        if body.customer_id.is_none() && body.external_id.is_none() {
            return Ok(cannot_tell(Reason::NotAddressed));
        }
        let facebook = body.extra_facebook.map(|id| id.to_string());
        let addresses = [
            ("extra_email", &body.extra_email),
            ("extra_telephone", &body.extra_telephone),
            ("extra_twitter", &body.extra_twitter),
            ("extra_facebook", &facebook),
        ];
        let (mut comparison, mut seen) = (Comparison::new(), Vec::new());
        for (name, address) in addresses {
            let Some(address) = address else { continue };
            let found = find::having_channel(look, address, body.brand_id).await?;
            comparison.field(name, self.leads_here(&found));
            seen.extend_from_slice(found.customers());
        }
        Ok(comparison.verdict(seen, look, ASK))
    }
}

impl AddChannel {
    /// Whether the customer that the call names is among the found customers. `None` if the response does not determine that.
    fn leads_here(&self, found: &Found) -> Option<bool> {
        let customers = match found {
            Found::Nobody => return Some(false),
            Found::Customers(customers) => customers,
            Found::Unclear(_) => return None,
        };
        let is_ours = |customer: &Customer| match (self.body.customer_id, &self.body.external_id) {
            (Some(id), _) => Some(customer.id? == id),
            (None, Some(id)) => Some(customer.external_id.as_ref()? == id),
            (None, None) => None,
        };
        let mut is_unclear = false;
        for customer in customers {
            match is_ours(customer) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => is_unclear = true,
            }
        }
        (!is_unclear).then_some(false)
    }
}
