use customer_api_sandbox::{Fault, Sandbox};
use ravelin_labels::{Client, Delivery, LabelCustomer, PaymentFraudReview};

/// The code to be tested, which is given its client.
async fn block(ravelin: &Client, customer: &str) -> &'static str {
    let label = LabelCustomer::payment_fraud(customer, PaymentFraudReview::Fraudster);
    match ravelin.send(label).await {
        Ok(_) => "blocked",
        Err(error) if error.delivery() == Delivery::Unknown => "to be looked at",
        Err(_) => "not blocked",
    }
}

#[tokio::test]
async fn a_lost_response_is_noticed() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.ravelin();
    let ravelin = Client::builder(server.secret_key())
        .base_url(server.base_url())
        .build()
        .unwrap();

    // The sandbox carries the label out, and breaks the connection instead of responding.
    let lost = Fault::reset_before_head().processed();
    server.fault_on("labelCustomer", lost).unwrap();
    assert_eq!(block(&ravelin, "cust-1").await, "to be looked at");
    assert_eq!(server.applied_count(), 1);
}
