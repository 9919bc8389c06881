//! The calls as a competent engineer writes them by hand: see the package `baseline`.

use baseline::{HelpDesk, NewCustomer, Ravelin, Reviewer, Update};

use super::{
    BRAND, CHANNEL, COMMENT, CUSTOMER, Call, Caller, EMAIL, ID, KEY, NAME, REVIEWER, expect,
};
use crate::Failure;

/// The hand-written clients.
#[derive(Clone, Debug)]
pub(crate) struct Hand {
    ravelin: Ravelin,
    help_desk: HelpDesk,
}

impl Hand {
    pub(crate) fn new(url: &str) -> Result<Self, Failure> {
        Ok(Self {
            ravelin: Ravelin::new(url, KEY)?,
            help_desk: HelpDesk::new(url, KEY)?,
        })
    }
}

impl Caller for Hand {
    async fn call(&self, call: Call) -> Result<(), Failure> {
        match call {
            Call::JsonWrite => {
                let reviewer = Reviewer::new(REVIEWER.0, REVIEWER.1);
                let ravelin = &self.ravelin;
                let receipt = ravelin
                    .label(CUSTOMER, "FRAUDSTER", Some(COMMENT), Some(reviewer))
                    .await?;
                expect(receipt.entity_id.as_deref() == Some(CUSTOMER))
            }
            Call::Get => {
                let review = self.ravelin.last_review(CUSTOMER).await?;
                expect(review.is_some_and(|review| review.customer_id == CUSTOMER))
            }
            Call::Multipart => {
                let customer = NewCustomer::new(BRAND, CUSTOMER, NAME.0, NAME.1, EMAIL);
                let written = self.help_desk.create(customer).await?;
                expect(written.message.is_some())
            }
            Call::Urlencoded => {
                let update = Update::new(BRAND, NAME.0, NAME.1, CHANNEL, EMAIL);
                let written = self.help_desk.update(ID, &update).await?;
                expect(written.message.is_some())
            }
        }
    }
}
