//! The project's own clients.

use helpdesk_customers::{CreateCustomer, UpdateCustomer};
use ravelin_labels::{LabelCustomer, LastReview, PaymentFraudReview, Reviewer};

use super::{
    BRAND, CHANNEL, COMMENT, CUSTOMER, Call, Caller, EMAIL, ID, KEY, NAME, REVIEWER, expect,
};
use crate::Failure;

/// The project's own clients, with their default settings.
#[derive(Clone, Debug)]
pub(crate) struct Ours {
    ravelin: ravelin_labels::Client,
    omnidesk: helpdesk_customers::Client,
}

impl Ours {
    pub(crate) fn new(url: &str) -> Result<Self, Failure> {
        Ok(Self {
            ravelin: ravelin_labels::Client::builder(KEY).base_url(url).build()?,
            omnidesk: helpdesk_customers::Client::builder(KEY, url).build()?,
        })
    }
}

impl Caller for Ours {
    async fn call(&self, call: Call) -> Result<(), Failure> {
        match call {
            Call::JsonWrite => {
                let label = LabelCustomer::payment_fraud(CUSTOMER, PaymentFraudReview::Fraudster)
                    .comment(COMMENT)
                    .reviewer(Reviewer::new(REVIEWER.0, REVIEWER.1));
                let receipt = self.ravelin.send(label).await?;
                expect(
                    receipt.is_some_and(|receipt| receipt.entity_id.as_deref() == Some(CUSTOMER)),
                )
            }
            Call::Get => {
                let review = self.ravelin.send(LastReview::new(CUSTOMER)).await?;
                expect(review.is_some_and(|review| review.customer_id == CUSTOMER))
            }
            Call::Multipart => {
                let customer = CreateCustomer::new(BRAND)
                    .external_id(CUSTOMER)
                    .firstname(NAME.0)
                    .lastname(NAME.1)
                    .extra_email(EMAIL);
                let written = self.omnidesk.send(customer).await?;
                expect(written.message.is_some())
            }
            Call::Urlencoded => {
                let update = UpdateCustomer::new(ID, BRAND)
                    .firstname(NAME.0)
                    .lastname(NAME.1)
                    .channel(CHANNEL, EMAIL);
                let written = self.omnidesk.send(update).await?;
                expect(written.message.is_some())
            }
        }
    }
}
