//! Short ways to make a label of one of the two categories.

use customer_api_core::UnlistedObject;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    CustomerLabel, LabelCustomer, PaymentFraudLabel, PaymentFraudReview, RefundAbuseLabel,
    RefundAbuseReview, Reviewer,
};

impl LabelCustomer {
    /// A review of payment fraud: a [`PaymentFraudLabel`] with its required value.
    ///
    /// - `customer_id`: The id of the customer to label, as the merchant sent it. At least 1 character.
    /// - `review`: The label.
    pub fn payment_fraud(customer_id: impl Into<String>, review: PaymentFraudReview) -> Self {
        Self::new(customer_id, PaymentFraudLabel::new(review))
    }

    /// A review of refund abuse: a [`RefundAbuseLabel`] with its required value. One version of the provider's guide states that this
    /// category was withdrawn in favour of tags. Expect a 400 where it was withdrawn.
    ///
    /// - `customer_id`: The id of the customer to label, as the merchant sent it. At least 1 character.
    /// - `review`: The label.
    pub fn refund_abuse(customer_id: impl Into<String>, review: RefundAbuseReview) -> Self {
        Self::new(customer_id, RefundAbuseLabel::new(review))
    }

    /// The person who reviews, shown in the dashboard's audit log.
    pub fn reviewer(self, reviewer: Reviewer) -> Self {
        self.changed(|label| match label {
            CustomerLabel::PaymentFraud(label) => label.reviewer(reviewer).into(),
            CustomerLabel::RefundAbuse(label) => label.reviewer(reviewer).into(),
            CustomerLabel::Unlisted(label) => with_member(label, "reviewer", reviewer),
        })
    }

    /// The reason for the label, shown in the dashboard's audit log.
    ///
    /// Provenance: documented, <https://developer.ravelin.com/merchant/api/endpoints/customer-label>.
    pub fn comment(self, comment: impl Into<String>) -> Self {
        self.changed(|label| match label {
            CustomerLabel::PaymentFraud(label) => label.comment(comment).into(),
            CustomerLabel::RefundAbuse(label) => label.comment(comment).into(),
            CustomerLabel::Unlisted(label) => with_member(label, "comment", comment.into()),
        })
    }

    fn changed(mut self, change: impl FnOnce(CustomerLabel) -> CustomerLabel) -> Self {
        self.body.value = change(self.body.value);
        self
    }
}

/// Sets the member `name` of a label whose category this crate does not list. Only for members that both listed categories have.
fn with_member(label: UnlistedObject, name: &str, value: impl Serialize) -> CustomerLabel {
    let changed = || {
        let mut members: Map<String, Value> = label.read().ok()?;
        members.insert(name.to_owned(), serde_json::to_value(value).ok()?);
        CustomerLabel::unlisted(members)
    };
    changed().unwrap_or(CustomerLabel::Unlisted(label))
}
