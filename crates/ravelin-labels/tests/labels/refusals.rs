//! Operations that are refused before anything is sent, with the name of the field.

use customer_api_core::{
    error::ValidationError, operation::Operation, transport::ScriptedTransport,
};
use ravelin_labels::{
    Client, CustomerReviews, Delivery, Label, LabelCustomer, LastReview, LegacyLabelCustomer,
    PaymentFraudReview, Ravelin, Reviewer,
};

use crate::support::KEY;

/// Returns the field for which an operation is refused.
async fn refused_field(operation: impl Operation<Service = Ravelin>) -> String {
    let transport = ScriptedTransport::new();
    let ravelin = Client::builder(KEY)
        .transport(transport.clone())
        .build()
        .unwrap();
    let error = ravelin
        .send(operation)
        .await
        .err()
        .expect("it must be refused");
    assert!(error.is_validation(), "{error}");
    assert_eq!((error.delivery(), error.attempts()), (Delivery::NotSent, 0));
    assert!(transport.requests().is_empty());
    let source = error.cause().unwrap();
    source
        .downcast_ref::<ValidationError>()
        .unwrap()
        .field()
        .to_owned()
}

#[tokio::test]
async fn an_id_that_is_no_segment() {
    for id in ["", ".", "..", "a\nb", "a\0", "\u{7f}", "a\u{9f}"] {
        assert_eq!(
            refused_field(LastReview::new(id)).await,
            "customerId",
            "{id:?}"
        );
        assert_eq!(
            refused_field(CustomerReviews::new(id)).await,
            "customerId",
            "{id:?}"
        );
        let label = LabelCustomer::payment_fraud(id, PaymentFraudReview::Genuine);
        assert_eq!(refused_field(label).await, "customerid", "{id:?}");
    }
}

#[tokio::test]
#[expect(deprecated, reason = "the deprecated endpoint is supported")]
async fn an_id_in_a_body() {
    for id in ["", "a\nb", "a\0", "\u{7f}", "a\u{9f}"] {
        assert_eq!(
            refused_field(LegacyLabelCustomer::new(id, Label::Genuine)).await,
            "customerId",
            "{id:?}"
        );
    }
}

#[tokio::test]
#[expect(deprecated, reason = "the deprecated endpoint is supported")]
async fn half_a_reviewer() {
    for (reviewer, field) in [
        (Reviewer::new("", "a@b.example"), "reviewer.name"),
        (Reviewer::new("Ana", ""), "reviewer.email"),
    ] {
        let label = LabelCustomer::payment_fraud("c", PaymentFraudReview::Genuine)
            .reviewer(reviewer.clone());
        assert_eq!(refused_field(label).await, field);
        let label = LegacyLabelCustomer::new("c", Label::Genuine).reviewer(reviewer);
        assert_eq!(refused_field(label).await, field);
    }
}
