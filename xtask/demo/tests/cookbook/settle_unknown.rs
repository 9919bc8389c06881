use std::{error::Error, time::Duration};

use ravelin_labels::{Client, Delivery, LabelCustomer, Marker, PaymentFraudReview, Settled};

/// Labels a customer as a fraudster. If the outcome is unknown, looks for the label at the provider. Returns whether
/// the label was applied, even if another label has replaced it since.
async fn block(ravelin: &Client, customer: &str, case: &str) -> Result<bool, Box<dyn Error>> {
    // The marker, of 8 to 64 characters, goes in front of the comment. If a look finds the marker, it has
    // found exactly this label.
    let label = LabelCustomer::payment_fraud(customer, PaymentFraudReview::Fraudster)
        .comment("chargeback")
        .marked(&Marker::new(case)?);
    let error = match ravelin.send(label.clone()).await {
        Ok(_) => return Ok(true),
        Err(error) => error,
    };
    let (Delivery::Unknown, Some(trace)) = (error.delivery(), error.trace()) else {
        return Err(error.into());
    };
    let look = ravelin
        .settle(&label, trace)
        .look_for(Duration::from_secs(60));
    match look.await? {
        Settled::Applied(_) | Settled::InEffect(_) | Settled::Superseded(_) => Ok(true),
        // The label may still be applied later. If it is sent again, it may be applied twice.
        Settled::NotSeen { .. } => Ok(false),
        Settled::CannotTell(why) => Err(format!("{error}; {why}").into()),
        _ => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use customer_api_sandbox::{Fault, Sandbox};

    use super::*;

    #[tokio::test]
    async fn a_label_whose_response_was_lost_is_found() {
        let sandbox = Sandbox::start().await.unwrap();
        let server = sandbox.ravelin();
        let ravelin = Client::builder(server.secret_key()).base_url(server.base_url());
        let ravelin = ravelin.build().unwrap();

        let lost = Fault::reset_before_head().processed();
        server.fault_on("labelCustomer", lost).unwrap();
        assert!(block(&ravelin, "cust-1", "case-4711").await.unwrap());
        assert_eq!(server.applied_count(), 1);

        server
            .fault_on("labelCustomer", Fault::status(400))
            .unwrap();
        block(&ravelin, "cust-2", "case-4712").await.unwrap_err();
    }
}
