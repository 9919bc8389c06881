//! The program with which `crates/ravelin-labels/README.md` begins.
#![expect(clippy::print_stdout, reason = "a program prints its results")]

use ravelin_labels::{Client, LabelCustomer, LastReview, PaymentFraudReview, Reviewer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Reads RAVELIN_SECRET_KEY. Or: Client::builder(secret_key).build()?
    let ravelin = Client::from_env()?;

    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster)
        .comment("chargeback confirmed on the phone")
        .reviewer(Reviewer::new("Ana", "ana@shop.example"));
    ravelin.send(label).await?;

    if let Some(last) = ravelin.send(LastReview::new("cust-1")).await? {
        println!("{} at {}", last.label, last.timestamp);
    }
    Ok(())
}
