//! `crates/customer-api-ledger/README.md`.

use customer_api_ledger::{CallExt as _, FileLedger, Key, Once};
use customer_api_sandbox::Sandbox;
use ravelin_labels::{Client, LabelCustomer, PaymentFraudReview};

use crate::inside::inside;

#[tokio::test]
async fn a_key_makes_a_write_once() -> Result<(), Box<dyn std::error::Error>> {
    let _inside = inside("ledger").await;
    let sandbox = Sandbox::start().await?;
    let server = sandbox.ravelin();
    let ravelin = Client::builder(server.secret_key()).base_url(server.base_url());
    let ravelin = ravelin.build()?;

    let ledger = FileLedger::create("labels.ledger").await?; // later runs: `open`
    let labels = ledger
        .create_list("march-review", &LabelCustomer::INFO) // later runs: `list`
        .await?;

    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster);
    let case = Key::new("case-4711")?;
    match ravelin.call(label).once(&labels, case).send().await {
        Ok(Once::Done { .. }) => println!("done now"),
        Ok(Once::Already(_)) => println!("done before"),
        Err(error) => println!("{error} ({})", error.delivery()),
    }
    assert_eq!(labels.summary().await?.accepted, 1);
    assert_eq!(server.applied_count(), 1);
    Ok(())
}
