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

/// Labels the customers of a CSV file, each once, however often it is run, stopped or killed. Returns the
/// customers that were tried and are not certainly labelled, and why the run ended.
async fn label_all(
    ravelin: &Client,
    csv: &Path,
    ledger: &Path,
) -> Result<(Vec<Key>, Ending), Box<dyn Error>> {
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
    // `Ending::Exhausted`: all were tried. After a rejected credential, or with too many unknown outcomes, a run
    // does not try the rest of the file.
    Ok((open, run.finish().await.ending))
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
        let (open, ending) = label_all(&ravelin, &csv, &ledger).await.unwrap();
        assert!(matches!(ending, Ending::Exhausted), "{ending}");
        // Eight labels are sent at once. Therefore either of the two may have met the fault.
        assert_eq!(open.len(), 1);
        // What may have happened is not sent again.
        let (open, _) = label_all(&ravelin, &csv, &ledger).await.unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!(server.applied_count(), 1);
    }

    #[tokio::test]
    async fn a_run_that_ends_early_reports_why() {
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
        let (open, ending) = label_all(&ravelin, &csv, &ledger).await.unwrap();
        assert!(matches!(ending, Ending::Unauthorized), "{ending}");
        // The customers of the refused calls are returned.
        assert!(!open.is_empty() && open.len() < 100, "{}", open.len());
        assert!(server.requests().len() < 100);
    }
}
