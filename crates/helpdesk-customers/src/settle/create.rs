//! Finds out whether a customer was created.

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
use crate::{CreateCustomer, CreateCustomerCrud, Customer, Omnidesk};

/// Searches for the customer by your own id, or else by an address that was sent.
///
/// | verdict | when |
/// |---|---|
/// | `InEffect` | exactly one customer is found, and each sent value that can be compared equals the customer's value. Another writer, the CRM, or an earlier call may have created the customer |
/// | `NotSeen` | the search responds with an empty list. Searches may lag |
/// | `CannotTell` | several customers are found, which may be duplicates; the found customer differs; the response can be read in more than one way; or the call names neither an id nor an address |
impl Settle for CreateCustomer {
    type Evidence = Compared<Customer>;

    async fn look(&self, look: &mut Look<Omnidesk>) -> Result<Settled<Self::Evidence>, Error> {
        let body = &self.body;
        let channels = [
            ("customer_link_channel", &body.customer_link_channel),
            ("extra_email", &body.extra_email),
            ("extra_telephone", &body.extra_telephone),
        ];
        let first = channels.iter().find_map(|(_, value)| value.as_deref());
        let address = body.search_channel_value.as_deref().or(first);
        let (name, one) = match (&body.external_id, address) {
            (Some(external_id), _) => {
                let one = find::by_external_id(look, external_id, body.brand_id).await?;
                ("primary_id", one)
            }
            (None, Some(address)) => {
                let one = find::by_channel(look, address, body.brand_id).await?;
                ("search_customer_channel_value", one)
            }
            (None, None) => return Ok(cannot_tell(Reason::NotAddressed)),
        };
        let sent = Sent {
            firstname: body.firstname.as_deref(),
            lastname: body.lastname.as_deref(),
            custom_fields: &body.custom_field,
        };
        Ok(judge(look, one, name, |customer, comparison| {
            sent.compare(customer, comparison);
            for (name, value) in channels {
                if let Some(value) = value {
                    comparison.field(name, compare::has_channel(customer, value));
                }
            }
            if body.ticket_id.is_some() {
                comparison.field("ticket_id", None);
            }
        }))
    }
}

/// Searches for the customer by your own id. The verdicts are those of [`CreateCustomer`].
impl Settle for CreateCustomerCrud {
    type Evidence = Compared<Customer>;

    async fn look(&self, look: &mut Look<Omnidesk>) -> Result<Settled<Self::Evidence>, Error> {
        let body = &self.body;
        let one = find::by_external_id(look, &body.external_id, body.brand_id).await?;
        let sent = Sent {
            firstname: Some(&body.firstname),
            lastname: Some(&body.lastname),
            custom_fields: &body.custom_field,
        };
        Ok(judge(look, one, "primaryID", |customer, comparison| {
            sent.compare(customer, comparison);
            compare::channels(&body.channel, customer, comparison);
        }))
    }
}

fn judge(
    look: &Look<Omnidesk>,
    one: One,
    name: &'static str,
    compare: impl FnOnce(&Customer, &mut Comparison),
) -> Settled<Compared<Customer>> {
    let One::Customer(customer) = one else {
        return not_one(&one, look.not_seen());
    };
    let mut comparison = Comparison::new();
    // The search found the customer by this value.
    comparison.field(name, Some(true));
    compare(&customer, &mut comparison);
    comparison.verdict(*customer, look, ASK)
}
