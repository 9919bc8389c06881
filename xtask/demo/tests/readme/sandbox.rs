//! `crates/customer-api-sandbox/README.md`.

use std::time::Duration;

use customer_api_sandbox::{Fault, Later, Sandbox, SecondWriter};
use ravelin_labels::{Client, LabelCustomer, PaymentFraudReview};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_running_test_opens_the_console() -> Outcome {
    let sandbox = Sandbox::builder().admin(0).start().await?;
    println!("{}", sandbox.admin_url().unwrap_or_default());
    // These take the same forms as the program's options `--seed`, `--faults` and `--option`.
    sandbox.seed(serde_json::json!({ "revnue": { "customers": [{ "id": 7, "company": 1 }] } }))?;
    sandbox.replace_faults(
        serde_json::json!([{ "on": "labelCustomer", "fault": "hang", "times": null }]),
    )?;
    sandbox.set_switch("ravelin.unknown_fields", serde_json::Value::Null)?;
    assert!(sandbox.admin_url().is_some());
    assert!(sandbox.revnue().customer(7).is_some());
    Ok(())
}

#[test]
fn a_fault_has_a_json_form() -> Outcome {
    let read: Fault = serde_json::from_str(
        r#"{ "fault": "reset_before_head", "processed": true, "delay": "2s" }"#,
    )?;
    let built = Fault::reset_before_head()
        .processed()
        .delay(Duration::from_secs(2));
    assert_eq!(read, built);
    Ok(())
}

#[tokio::test]
async fn a_label_is_applied_late() -> Outcome {
    let sandbox = Sandbox::start().await?;
    let server = sandbox.ravelin();
    let ravelin = Client::builder(server.secret_key()).base_url(server.base_url());
    let ravelin = ravelin.build()?;

    // The client sees an error, and a colleague sets another label. Ten minutes later, the client's
    // label is applied all the same.
    let late = Fault::status(503)
        .processed_later(Later::After(Duration::from_secs(600)))
        .second_writer(SecondWriter::same().set("review", "GENUINE"));
    sandbox.ravelin().fault_on("labelCustomer", late)?;

    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster);
    assert!(ravelin.send(label).await.is_err());
    assert_eq!(sandbox.ravelin().pending_writes(), 1);
    sandbox.advance(Duration::from_secs(600));
    assert_eq!(sandbox.ravelin().pending_writes(), 0);
    assert_eq!(server.reviews("cust-1").len(), 2);
    Ok(())
}
