use ravelin_labels::Delivery;
use serde::{
    Deserialize, Serialize,
    de::{IntoDeserializer as _, value::Error as ValueError},
};

/// Returns the text for a column: `not_sent`, `refused` or `unknown`.
fn to_column(delivery: Delivery) -> &'static str {
    delivery.as_str()
}

/// Reads the column back. Any other text is an error.
fn from_column(text: &str) -> Result<Delivery, ValueError> {
    Delivery::deserialize(text.into_deserializer())
}

/// A row that is stored as JSON. Serde writes the same words as `as_str`.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct FailedWrite {
    case: String,
    delivery: Delivery,
}

#[cfg(test)]
mod tests {
    use customer_api_sandbox::{Fault, Sandbox};
    use ravelin_labels::{Client, LabelCustomer, PaymentFraudReview};

    use super::*;

    #[tokio::test]
    async fn a_delivery_comes_back_from_its_column() {
        let sandbox = Sandbox::start().await.unwrap();
        let server = sandbox.ravelin();
        let ravelin = Client::builder(server.secret_key()).base_url(server.base_url());
        let ravelin = ravelin.build().unwrap();
        for (status, column) in [(400, "refused"), (503, "unknown")] {
            server
                .fault_on("labelCustomer", Fault::status(status))
                .unwrap();
            let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Genuine);
            let delivery = ravelin.send(label).await.unwrap_err().delivery();
            assert_eq!(to_column(delivery), column);
            assert_eq!(from_column(column), Ok(delivery));

            let row = FailedWrite {
                case: "case-1".into(),
                delivery,
            };
            let text = serde_json::to_string(&row).unwrap();
            assert!(text.contains(&format!("\"{column}\"")), "{text}");
            assert_eq!(serde_json::from_str::<FailedWrite>(&text).unwrap(), row);
        }
        assert!(from_column("perhaps").is_err());
    }
}
