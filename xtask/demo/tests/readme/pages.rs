//! `docs/delivery-and-retries.md` and `docs/once-and-settled.md`.

use std::time::Duration;

use customer_api_sandbox::{Fault, Sandbox};
use ravelin_labels::{
    Client, Delivery, LabelCustomer, PaymentFraudReview, Settled,
    ledger::{ClientExt as _, FileLedger, Key, send_all, settle::SettlePolicy},
};

use crate::{inside::inside, lost};

type Outcome = Result<(), Box<dyn std::error::Error>>;

async fn start() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.ravelin();
    let ravelin = Client::builder(server.secret_key()).base_url(server.base_url());
    let ravelin = ravelin.build().unwrap();
    (sandbox, ravelin)
}

#[tokio::test]
async fn each_delivery_has_its_own_answer() -> Outcome {
    let (sandbox, ravelin) = start().await;
    let server = sandbox.ravelin();
    let (mut again, mut wrong, mut unclear) = (vec![], vec![], vec![]);
    for (customer, fault) in [
        ("", Fault::none()),
        ("cust-1", Fault::status(400)),
        ("cust-1", lost()),
    ] {
        server.fault_on("labelCustomer", fault)?;
        let label = LabelCustomer::payment_fraud(customer, PaymentFraudReview::Fraudster);
        if let Err(error) = ravelin.send(label.clone()).await {
            match error.delivery() {
                Delivery::NotSent => again.push(label),
                Delivery::Refused => wrong.push((label, error)),
                Delivery::Unknown => unclear.push(label), // read it back, or ask a colleague
            }
        }
        server.clear_faults();
    }
    assert_eq!((again.len(), wrong.len(), unclear.len()), (1, 1, 1));
    assert_eq!(server.applied_count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_run_settles_what_is_unknown() -> Outcome {
    let _inside = inside("pages-run").await;
    let (sandbox, ravelin) = start().await;
    sandbox.ravelin().fault_on("labelCustomer", lost())?;
    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster);
    let items = send_all::iter(vec![(Key::new("case-4711")?, label)]);
    let ledger = FileLedger::create("labels.ledger").await?;
    let labels = ledger
        .create_list("march-review", &LabelCustomer::INFO)
        .await?;

    let settle = SettlePolicy::new().look_for(Duration::from_secs(60));
    let mut run = ravelin
        .send_all(&labels, items)
        .settle_unknown(settle)
        .start();
    while let Some(sent) = run.next().await {
        println!("{}: {}", sent.key, sent.outcome);
    }
    assert_eq!(labels.summary().await?.accepted, 1);
    assert_eq!(sandbox.ravelin().applied_count(), 1);
    Ok(())
}

#[tokio::test]
async fn a_call_is_settled_by_its_trace() -> Outcome {
    let (sandbox, ravelin) = start().await;
    sandbox.ravelin().fault_on("labelCustomer", lost())?;
    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster);

    if let Err(error) = ravelin.send(label.clone()).await {
        if let (Delivery::Unknown, Some(trace)) = (error.delivery(), error.trace()) {
            let look = ravelin.settle(&label, trace);
            match look.look_for(Duration::from_secs(120)).await? {
                Settled::Applied(review) => println!("applied at {}", review.timestamp),
                other => println!("ask a person: {other:?}"),
            }
        }
    }
    assert_eq!(sandbox.ravelin().requests().len(), 2);
    Ok(())
}
