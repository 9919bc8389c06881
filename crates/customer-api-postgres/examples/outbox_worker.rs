//! Sends the rows that an application has put into an outbox table. Start the program on any number of machines.
//!
//! ```sql
//! CREATE TABLE label_outbox (
//!     id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
//!     customer text NOT NULL,
//!     comment  text NOT NULL DEFAULT '',
//!     -- Why the row was not sent, for the operator.
//!     problem  text
//! );
//! ```
//!
//! The application inserts a row in the transaction of its own change. Therefore the label is requested if and only if the change was
//! made. `FOR UPDATE SKIP LOCKED` divides the rows between workers. If a worker dies, its row becomes available again, although the
//! label may already have been sent. The ledger, with the row's id as the key, prevents a second label.
//!
//! ```console
//! $ export DATABASE_URL=postgres://worker@db.example/shop RAVELIN_SECRET_KEY=…
//! $ cargo run --example outbox_worker -- --create    # once, on one machine
//! $ cargo run --example outbox_worker
//! ```
//!
//! A worker never creates the list of the ledger: in a database that was emptied, a new list would send every label again.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program prints what it does"
)]

use std::{env, error::Error, process::ExitCode, time::Duration};

use customer_api_postgres::PostgresLedger;
use ravelin_labels::{
    Client, LabelCustomer, PaymentFraudReview,
    ledger::{CallExt as _, Key, LedgerList, Once, settle::SettlePolicy},
};
use tokio_postgres::NoTls;

type Failure = Box<dyn Error>;

const LIST: &str = "label-outbox";

/// Selects the oldest row that no worker has locked.
const NEXT: &str = "SELECT id, customer, comment FROM label_outbox WHERE problem IS NULL \
                    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match work().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Works until every remaining row is locked by another worker.
async fn work() -> Result<(), Failure> {
    let database = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let ledger = PostgresLedger::connect(&database).await?;
    if env::args().nth(1).as_deref() == Some("--create") {
        ledger.create_list(LIST, &LabelCustomer::INFO).await?;
        return Ok(());
    }
    let list = ledger.list(LIST).await?;
    let ravelin = Client::from_env()?;
    // Connect to the application's database with the application's own driver, pool and TLS settings.
    let (mut outbox, connection) = tokio_postgres::connect(&database, NoTls).await?;
    tokio::spawn(connection);
    loop {
        let transaction = outbox.transaction().await?;
        let Some(row) = transaction.query_opt(NEXT, &[]).await? else {
            break;
        };
        let id: i64 = row.try_get("id")?;
        let label = LabelCustomer::payment_fraud(
            row.try_get::<_, String>("customer")?,
            PaymentFraudReview::Fraudster,
        )
        .comment(row.try_get::<_, String>("comment")?);
        match send(&ravelin, &list, id, label).await? {
            None => {
                let done = "DELETE FROM label_outbox WHERE id = $1";
                transaction.execute(done, &[&id]).await?;
                println!("{id}: labelled");
            }
            Some(problem) => {
                let kept = "UPDATE label_outbox SET problem = $2 WHERE id = $1";
                transaction.execute(kept, &[&id, &problem]).await?;
                eprintln!("{id}: {problem}");
            }
        }
        transaction.commit().await?;
    }
    ledger.flush().await;
    Ok(())
}

/// Sends the label of a row, unless it was sent before. Returns the problem that an operator must look at, if any.
async fn send(
    ravelin: &Client,
    list: &LedgerList,
    id: i64,
    label: LabelCustomer,
) -> Result<Option<String>, Failure> {
    let settle = SettlePolicy::new().look_for(Duration::from_secs(30));
    let call = ravelin
        .call(label)
        .once(list, Key::new(format!("row-{id}"))?);
    match call.settle_unknown(settle).send().await {
        Ok(Once::Done { .. } | Once::Already(_)) => Ok(None),
        // A later attempt may succeed: the row is released, and the worker ends with the error.
        Err(error) if error.delivery() == ravelin_labels::Delivery::NotSent => Err(error.into()),
        Err(error) => Ok(Some(error.to_string())),
    }
}
