//! A fraud team labels customers, and handles failures.

use std::time::Duration;

use customer_api_sandbox::{Fault, Sandbox};
use ravelin_labels::{
    Client, CustomerReviews, Delivery, Error, Label, LabelCustomer, LastReview,
    LegacyLabelCustomer, PaymentFraudReview, Reviewer,
    customer_api_core::retry::ExponentialBackoff,
};

use crate::{Failure, account::Account};

pub(crate) async fn work(account: &mut Account) -> Result<(), Failure> {
    let sandbox = Sandbox::start().await?;
    let ravelin = Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .backoff(ExponentialBackoff::new().base(Duration::from_millis(20)))
        .build()?;

    label_and_read_back(account, &ravelin).await?;
    label_the_old_way(account, &ravelin).await?;
    meet_a_refusal(account, &sandbox, &ravelin).await?;
    lose_a_response(account, &sandbox, &ravelin).await?;
    find_nobody_there(account, &sandbox, &ravelin).await?;

    account.step("ask the server which labels it applied");
    let requests = sandbox.ravelin().requests();
    let applied = requests.iter().filter(|request| request.applied).count();
    account.show(format!(
        "{} requests arrived, {applied} labels were applied, none of them twice",
        requests.len()
    ));
    account.expect("labels applied", applied, 4)?;
    account.expect(
        "labels of cust-3",
        sandbox.ravelin().reviews("cust-3").len(),
        1,
    )
}

async fn label_and_read_back(account: &mut Account, ravelin: &Client) -> Result<(), Failure> {
    account.step("label cust-1 as a fraudster");
    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster)
        .comment("chargeback confirmed on the phone")
        .reviewer(Reviewer::new("Ana", "ana@shop.example"));
    let response = ravelin.call(label).response().await?;
    let recorded = response
        .value()
        .as_ref()
        .and_then(|receipt| receipt.recorded_at());
    account.show(format!(
        "accepted with HTTP {}, recorded at {}",
        response.status(),
        shown(recorded)
    ));
    account.expect("attempts", response.attempts(), 1)?;
    account.expect("a receipt", recorded.is_some(), true)?;

    account.step("read the last review of cust-1 back");
    let last = ravelin
        .send(LastReview::new("cust-1"))
        .await?
        .ok_or("cust-1 has no review")?;
    account.show(format!("{}, reviewed at {}", last.label, last.timestamp));
    account.expect("label", last.label, Label::Fraudster)?;
    let reviewer = last.reviewer.and_then(|reviewer| reviewer.email);
    account.expect("reviewer", reviewer.as_deref(), Some("ana@shop.example"))
}

async fn label_the_old_way(account: &mut Account, ravelin: &Client) -> Result<(), Failure> {
    account.step("label cust-2 as genuine through the deprecated endpoint");
    #[expect(deprecated, reason = "shows that the old endpoint still works")]
    let label = LegacyLabelCustomer::new("cust-2", Label::Genuine).comment("known since 2019");
    ravelin.send(label).await?;
    let reviews = ravelin.send(CustomerReviews::new("cust-2")).await?;
    account.show(format!(
        "accepted; cust-2 has {} review: {}",
        reviews.len(),
        shown(reviews.first().map(|r| &r.label))
    ));
    account.expect(
        "labels",
        reviews.into_iter().map(|review| review.label).collect(),
        vec![Label::Genuine],
    )
}

async fn meet_a_refusal(
    account: &mut Account,
    sandbox: &Sandbox,
    ravelin: &Client,
) -> Result<(), Failure> {
    account.step("send a label that Ravelin does not know");
    let label = LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::unlisted("SUSPICIOUS"));
    let error = failure(ravelin.send(label).await)?;
    account.show(&error);
    account.expect("delivery", error.delivery(), Delivery::Refused)?;
    account.show("→ Refused: nothing was done; fix it and send it again");
    account.expect(
        "labels of cust-1",
        sandbox.ravelin().reviews("cust-1").len(),
        1,
    )
}

async fn lose_a_response(
    account: &mut Account,
    sandbox: &Sandbox,
    ravelin: &Client,
) -> Result<(), Failure> {
    account.step("label cust-3, and lose the response on its way back");
    sandbox
        .ravelin()
        .fault_on("labelCustomer", Fault::reset_before_head().processed())?;
    let label = LabelCustomer::payment_fraud("cust-3", PaymentFraudReview::Fraudster);
    let error = failure(ravelin.send(label).await)?;
    account.show(&error);
    account.expect("delivery", error.delivery(), Delivery::Unknown)?;
    account.expect("attempts", error.attempts(), 1)?;
    account.show("→ Unknown: it may have happened; look before sending it again");

    let last = ravelin.send(LastReview::new("cust-3")).await?;
    account.show(format!(
        "   looked: cust-3 is {}; it did happen",
        shown(last.as_ref().map(|review| &review.label))
    ));
    account.expect(
        "label",
        last.map(|review| review.label),
        Some(Label::Fraudster),
    )
}

async fn find_nobody_there(
    account: &mut Account,
    sandbox: &Sandbox,
    ravelin: &Client,
) -> Result<(), Failure> {
    account.step("label cust-4 while the server refuses connections");
    sandbox.ravelin().refuse_connections().await;
    let label = LabelCustomer::payment_fraud("cust-4", PaymentFraudReview::Genuine);
    let error = failure(ravelin.send(label.clone()).await)?;
    account.show(&error);
    account.expect("delivery", error.delivery(), Delivery::NotSent)?;
    account.expect("attempts", error.attempts(), 3)?;
    account.show("→ NotSent: nothing reached the server; send it again freely");

    sandbox.ravelin().accept_connections().await?;
    ravelin.send(label).await?;
    account.show("   sent again: accepted");
    Ok(())
}

/// Returns the error of a call that must fail.
fn failure<T>(outcome: Result<T, Error>) -> Result<Error, Failure> {
    match outcome {
        Ok(_) => Err("the call succeeded where it must fail".into()),
        Err(error) => Ok(error),
    }
}

fn shown(value: Option<&impl std::fmt::Display>) -> String {
    value.map_or_else(|| "unknown".to_owned(), ToString::to_string)
}
