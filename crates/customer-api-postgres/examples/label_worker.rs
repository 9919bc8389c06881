//! One of several workers on one list: the workers divide the work, and share one quota. Start the program on any number of machines.
//!
//! ```console
//! $ export DATABASE_URL=postgres://worker@db.example/fleet?sslmode=require RAVELIN_SECRET_KEY=…
//! $ cargo run --example label_worker -- --create march-review         # once, on one machine
//! $ cargo run --example label_worker -- march-review < customers.txt
//! ```
//!
//! A worker never creates the list: in a database that was emptied, a new list would send every label again.
//!
//! The exit code is 0 if every customer is labelled, 3 if some are not yet labelled, and 1 after an error. A customer that another worker
//! is labelling now is not yet labelled. Run the program again when the other workers have ended.
//!
//! Each line of the input is a customer id. All workers read the same list: the ledger gives each customer to one of them. Restart a
//! stopped or killed worker with the same list. The customer id is stored in the database and printed. Do not use this program if your
//! ids are e-mail addresses.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program prints what it does"
)]

use std::{
    env,
    error::Error,
    io::{self, BufRead as _},
    process::ExitCode,
    time::Duration,
};

use customer_api_postgres::{PostgresLedger, PostgresQuota};
use ravelin_labels::{
    Client, LabelCustomer, PaymentFraudReview,
    customer_api_core::rate_limit::SharedQuota,
    ledger::{
        ClientExt as _, Key, State,
        send_all::{self, SentOutcome},
        settle::SettlePolicy,
    },
};

type Failure = Box<dyn Error>;

/// The quota of all workers together.
const ATTEMPTS: usize = 20;
const WINDOW: Duration = Duration::from_secs(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match work().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Sends the rest of the list. Returns whether every customer is labelled.
async fn work() -> Result<bool, Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let database = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let ledger = PostgresLedger::connect(&database).await?;
    let list = match *arguments {
        ["--create", name] => {
            ledger.create_list(name, &LabelCustomer::INFO).await?;
            return Ok(true);
        }
        [name] => ledger.list(name).await?,
        _ => return Err("expected the name of the list, such as march-review".into()),
    };
    let quota = PostgresQuota::connect(&database).await?;
    let quota = SharedQuota::per_window(quota, "ravelin", ATTEMPTS, WINDOW);
    let ravelin = Client::builder_from_env()?
        .rate_limiter(quota.clone())
        .build()?;

    let mut run = ravelin
        .send_all(&list, send_all::iter(labels()?))
        .concurrency(8)
        .settle_unknown(SettlePolicy::new().look_for(Duration::from_secs(30)))
        .start();
    let mut is_done = true;
    while let Some(sent) = run.next().await {
        let key = &sent.key;
        match sent.outcome {
            SentOutcome::Accepted(_) | SentOutcome::Found(_) => println!("{key}: labelled"),
            SentOutcome::Skipped(State::Accepted { .. }) => {}
            SentOutcome::Skipped(State::Sending) => {
                is_done = false;
                println!("{key}: another worker is sending the label");
            }
            other => {
                is_done = false;
                eprintln!("{key}: {other:?}; {:?}", sent.looked);
            }
        }
    }
    // Reports what this process has not yet reported to the database.
    ledger.flush().await;
    quota.flush().await;
    Ok(is_done)
}

fn labels() -> Result<Vec<(Key, LabelCustomer)>, Failure> {
    let mut labels = Vec::new();
    for line in io::stdin().lock().lines() {
        let customer = line?;
        let label = LabelCustomer::payment_fraud(&*customer, PaymentFraudReview::Fraudster);
        labels.push((Key::new(customer)?, label));
    }
    Ok(labels)
}
