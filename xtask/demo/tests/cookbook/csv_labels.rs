use std::{error::Error, path::Path};

use ravelin_labels::{
    Client, LabelCustomer, PaymentFraudReview,
    ledger::{
        ClientExt as _, FileLedger, Key, LedgerErrorKind, State,
        send_all::{self, SentOutcome},
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
/// that have no label, or may have none.
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
    Ok(open)
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
        assert_eq!(open, [Key::new("cust-1").unwrap()]);
        // What may have happened is not sent again.
        let open = label_all(&ravelin, &csv, &ledger).await.unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!(server.applied_count(), 1);
    }
}
