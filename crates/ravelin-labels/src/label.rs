//! Short ways to make a label of one of the two categories.

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

    /// The person who reviews, shown in the dashboard's audit log. An [unlisted](CustomerLabel::Unlisted) label is not changed.
    pub fn reviewer(self, reviewer: Reviewer) -> Self {
        self.changed(|label| match label {
            CustomerLabel::PaymentFraud(label) => label.reviewer(reviewer).into(),
            CustomerLabel::RefundAbuse(label) => label.reviewer(reviewer).into(),
            CustomerLabel::Unlisted(_) => label,
        })
    }

    /// The reason for the label, shown in the dashboard's audit log. An [unlisted](CustomerLabel::Unlisted) label is not changed.
    ///
    /// Provenance: documented, <https://developer.ravelin.com/merchant/api/endpoints/customer-label>.
    pub fn comment(self, comment: impl Into<String>) -> Self {
        self.changed(|label| match label {
            CustomerLabel::PaymentFraud(label) => label.comment(comment).into(),
            CustomerLabel::RefundAbuse(label) => label.comment(comment).into(),
            CustomerLabel::Unlisted(_) => label,
        })
    }

    fn changed(mut self, change: impl FnOnce(CustomerLabel) -> CustomerLabel) -> Self {
        self.body.value = change(self.body.value);
        self
    }
}
