use std::{error::Error, path::Path};

use ravelin_labels::{
    Client, LabelCustomer, PaymentFraudReview,
    ledger::{
        ClientExt as _, FileLedger, Key, LedgerErrorKind, State,
        send_all::{self, Ending, SentOutcome},
        settle::SettlePolicy,
    },
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    customer: String,
    review: String,
}

/// Labels the customers of a CSV file, each once, however often it is run, stopped or killed. Returns the customers
/// that have no label, or may have none. If the run ends before all of them were tried, that is an error.
async fn label_all(
    ravelin: &Client,
    csv: &Path,
    ledger: &Path,
) -> Result<Vec<Key>, Box<dyn Error>> {
    // A mistake in the file stops the run before anything is sent.
    let mut labels = Vec::new();
    for row in csv::Reader::from_path(csv)?.deserialize() {
        let Row { customer, review } = row?;
        let review = PaymentFraudReview::listed(&review).ok_or("a review is not in the list")?;
        let key = Key::new(&customer)?;
        labels.push((key, LabelCustomer::payment_fraud(customer, review)));
    }

    let ledger = FileLedger::open_or_create(ledger).await?;
    let list = match ledger.list("labels").await {
        Err(error) if error.kind() == LedgerErrorKind::NoSuchList => {
            ledger.create_list("labels", &LabelCustomer::INFO).await?
        }
        list => list?,
    };
    let mut run = ravelin
        .send_all(&list, send_all::iter(labels))
        .concurrency(8)
        .settle_unknown(SettlePolicy::new())
        .start();
    let mut open = Vec::new();
    while let Some(sent) = run.next().await {
        let is_done = matches!(
            sent.outcome,
            SentOutcome::Accepted(_)
                | SentOutcome::Found(_)
                | SentOutcome::Skipped(State::Accepted { .. })
        );
        if !is_done {
            open.push(sent.key);
        }
    }
    // After a rejected credential, or with too many unknown outcomes, a run does not try the rest of the file.
    let summary = run.finish().await;
    match summary.ending {
        Ending::Exhausted => Ok(open),
        _ => Err(format!("the run ended early: {summary}").into()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use customer_api_sandbox::{Fault, Sandbox};
    use testkit::Folder;

    use super::*;

    #[tokio::test]
    async fn each_customer_is_labelled_once() {
        let sandbox = Sandbox::start().await.unwrap();
        let server = sandbox.ravelin();
        let ravelin = Client::builder(server.secret_key()).base_url(server.base_url());
        let ravelin = ravelin.build().unwrap();
        let folder = Folder::new("csv-labels");
        let (csv, ledger) = (
            folder.path().join("labels.csv"),
            folder.path().join("ledger"),
        );
        fs::write(&csv, "customer,review\ncust-1,FRAUDSTR\n").unwrap();
        label_all(&ravelin, &csv, &ledger).await.unwrap_err();
        assert!(server.requests().is_empty());

        fs::write(&csv, "customer,review\ncust-1,FRAUDSTER\ncust-2,GENUINE\n").unwrap();
        server
            .fault_on("labelCustomer", Fault::status(503))
            .unwrap();
        let open = label_all(&ravelin, &csv, &ledger).await.unwrap();
        // Eight labels are sent at once. Therefore either of the two may have met the fault.
        assert_eq!(open.len(), 1);
        // What may have happened is not sent again.
        let open = label_all(&ravelin, &csv, &ledger).await.unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!(server.applied_count(), 1);
    }

    #[tokio::test]
    async fn a_run_that_ends_early_is_an_error() {
        let sandbox = Sandbox::start().await.unwrap();
        let server = sandbox.ravelin();
        let ravelin = Client::builder("sk_wrong").base_url(server.base_url());
        let ravelin = ravelin.build().unwrap();
        let folder = Folder::new("csv-labels-early");
        let csv = folder.path().join("labels.csv");
        let rows = (0..100).map(|number| format!("cust-{number},GENUINE\n"));
        fs::write(
            &csv,
            format!("customer,review\n{}", rows.collect::<String>()),
        )
        .unwrap();
        let ledger = folder.path().join("ledger");
        let error = label_all(&ravelin, &csv, &ledger)
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("the credential is refused"), "{error}");
        assert!(server.requests().len() < 100);
    }
}
