//! Labels a customer, and finds out what happened if that fails.
//!
//! ```console
//! $ cargo run --example label_customer -- cust-1 FRAUDSTER "chargeback confirmed"
//! ```
//!
//! With `RAVELIN_SECRET_KEY` in the environment it talks to Ravelin, otherwise to a sandbox of its own.

use std::{
    env,
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use customer_api_sandbox::Sandbox;
use ravelin_labels::{Client, Delivery, LabelCustomer, LastReview, PaymentFraudReview};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(customer), Some(review)) = (arguments.next(), arguments.next()) else {
        writeln!(
            io::stderr(),
            "usage: label_customer CUSTOMER REVIEW [COMMENT]"
        )?;
        return Ok(ExitCode::from(2));
    };
    // A typo must not become a label, so only listed reviews are taken.
    let review = match PaymentFraudReview::unlisted(&review) {
        PaymentFraudReview::Unlisted(_) => {
            return Err(format!("`{review}` is no review that Ravelin lists").into());
        }
        listed => listed,
    };
    let mut label = LabelCustomer::payment_fraud(&*customer, review);
    if let Some(comment) = arguments.next() {
        label = label.comment(comment);
    }

    // The sandbox lives as long as this does.
    let (ravelin, _sandbox) = client().await?;
    let mut out = io::stdout();
    let Err(error) = ravelin.send(label).await else {
        writeln!(out, "labelled")?;
        return Ok(ExitCode::SUCCESS);
    };
    writeln!(io::stderr(), "{error}")?;
    match error.delivery() {
        Delivery::NotSent => writeln!(out, "nothing happened: run this again")?,
        Delivery::Refused => writeln!(out, "nothing happened: fix what Ravelin says first")?,
        Delivery::Unknown => match ravelin.send(LastReview::new(customer)).await? {
            Some(last) => writeln!(
                out,
                "it may have happened: the last review is {} of {}",
                last.label, last.timestamp
            )?,
            None => writeln!(out, "it may have happened, though there is no review yet")?,
        },
    }
    Ok(ExitCode::FAILURE)
}

/// A client for Ravelin, if there is a key, or else for a sandbox.
async fn client() -> Result<(Client, Option<Sandbox>), Box<dyn Error>> {
    if let Ok(key) = env::var("RAVELIN_SECRET_KEY") {
        return Ok((Client::builder(key).build()?, None));
    }
    let sandbox = Sandbox::start().await?;
    let client = Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .build()?;
    Ok((client, Some(sandbox)))
}
