//! Finds out whether a customer was changed.

use customer_api_core::{
    Error,
    settle::{Compared, Comparison, Look, Reason, Settle, Settled},
};

use super::{
    ASK, cannot_tell,
    compare::{self, Sent},
    find::{self, One},
    not_one,
};
use crate::{Customer, Omnidesk, RenameCustomer, UpdateCustomer, UpdateCustomerByExternalId};

/// Reads the customer by Omnidesk's id, or else by your own id and the brand, and compares the sent names.
///
/// | verdict | when |
/// |---|---|
/// | `InEffect` | the customer shows every name that was sent. Custom fields are reported as not compared. The customer may have had the names before the call, or another writer may have set them |
/// | `NotSeen` | the customer shows none of the names |
/// | `CannotTell` | the customer shows some of the names; no name was sent; there is no such customer, or there are several; the response can be read in more than one way; or your own id was sent without a brand |
impl Settle for RenameCustomer {
    type Evidence = Compared<Customer>;

    fn suffices(evidence: &Self::Evidence) -> bool {
        evidence.is_complete()
    }

    async fn look(&self, look: &mut Look<Omnidesk>) -> Result<Settled<Self::Evidence>, Error> {
        let body = &self.body;
        let one = match (body.customer_id, &body.external_id, body.brand_id) {
            (Some(id), _, _) => find::by_id(look, id).await?,
            (None, Some(external_id), Some(brand_id)) => {
                find::by_external_id(look, external_id, brand_id).await?
            }
            _ => return Ok(cannot_tell(Reason::NotAddressed)),
        };
        let sent = Sent {
            firstname: body.firstname.as_deref(),
            lastname: body.lastname.as_deref(),
            custom_fields: &body.custom_field,
        };
        Ok(judge(look, one, |customer, comparison| {
            sent.compare(customer, comparison);
        }))
    }
}

/// Reads the customer, and compares the names and the channels.
///
/// The verdicts are those of [`RenameCustomer`]. Channels are compared if the read returns any channels, in any shape.
impl Settle for UpdateCustomer {
    type Evidence = Compared<Customer>;

    fn suffices(evidence: &Self::Evidence) -> bool {
        evidence.is_complete()
    }

    async fn look(&self, look: &mut Look<Omnidesk>) -> Result<Settled<Self::Evidence>, Error> {
        let body = &self.body;
        let one = find::by_id(look, self.customer_id).await?;
        let sent = Sent {
            firstname: body.firstname.as_deref(),
            lastname: body.lastname.as_deref(),
            custom_fields: &body.custom_field,
        };
        Ok(judge(look, one, |customer, comparison| {
            sent.compare(customer, comparison);
            compare::channels(&body.channel, customer, comparison);
        }))
    }
}

/// Searches for the customer by your own id, and compares the names and the channels. The verdicts are those of
/// [`UpdateCustomer`].
impl Settle for UpdateCustomerByExternalId {
    type Evidence = Compared<Customer>;

    fn suffices(evidence: &Self::Evidence) -> bool {
        evidence.is_complete()
    }

    async fn look(&self, look: &mut Look<Omnidesk>) -> Result<Settled<Self::Evidence>, Error> {
        let body = &self.body;
        let one = find::by_external_id(look, &body.external_id, body.brand_id).await?;
        let sent = Sent {
            firstname: body.firstname.as_deref(),
            lastname: body.lastname.as_deref(),
            custom_fields: &body.custom_field,
        };
        Ok(judge(look, one, |customer, comparison| {
            sent.compare(customer, comparison);
            compare::channels(&body.channel, customer, comparison);
        }))
    }
}

fn judge(
    look: &Look<Omnidesk>,
    one: One,
    compare: impl FnOnce(&Customer, &mut Comparison),
) -> Settled<Compared<Customer>> {
    let One::Customer(customer) = one else {
        return not_one(&one, cannot_tell(Reason::Gone));
    };
    let mut comparison = Comparison::new();
    compare(&customer, &mut comparison);
    comparison.verdict(*customer, look, ASK)
}
