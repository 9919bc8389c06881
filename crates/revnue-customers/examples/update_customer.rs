//! Changes a customer's city, clears the fax number, and prints the outcome. If the outcome is unknown, the program looks for the change.
//!
//! ```console
//! $ cargo run --example update_customer -- 4211 Salem
//! ```
//!
//! With `REVNUE_TOKEN` in the environment, and optionally `REVNUE_BASE_URL`, the program calls Revnue. Otherwise it calls a sandbox with
//! a made-up customer.

use std::{
    env,
    error::Error,
    io::{self, Write},
    time::Duration,
};

use customer_api_sandbox::{RevnueCustomer, Sandbox};
use revnue_customers::{Client, Delivery, Nullable, SINGLE_COMPANY, Settled, UpdateCustomer};

/// How long the program looks for a change whose outcome is unknown.
const LOOK_FOR: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // The sandbox runs for as long as this variable lives.
    let (revnue, seeded, _sandbox) = client().await?;
    let id = match env::args().nth(1) {
        Some(given) => given.parse()?,
        None => seeded.ok_or("the id of the customer to change is missing")?,
    };
    let city = env::args().nth(2).unwrap_or_else(|| "Salem".to_owned());
    let mut out = io::stdout().lock();
    let update = UpdateCustomer::new(id, SINGLE_COMPANY)
        .city(city)
        .fax(Nullable::Null);
    let Err(error) = revnue.send(update.clone()).await else {
        writeln!(out, "done")?;
        return Ok(());
    };
    match (error.delivery(), error.trace()) {
        (Delivery::Unknown, Some(trace)) => {
            let found = revnue.settle(&update, trace).look_for(LOOK_FOR).await?;
            match found {
                Settled::Applied(_) | Settled::InEffect(_) => {
                    writeln!(out, "done: a look shows the change")?
                }
                Settled::Superseded(_) => {
                    writeln!(out, "done, and changed since by another writer")?
                }
                Settled::NotSeen { .. } => {
                    writeln!(out, "the change does not show yet: look again later")?
                }
                Settled::CannotTell(why) => writeln!(out, "it may have been changed: {why}")?,
                _ => writeln!(out, "it may have been changed")?,
            }
        }
        (Delivery::NotSent, _) => writeln!(out, "nothing was changed; try again: {error}")?,
        (Delivery::Refused, _) => writeln!(out, "nothing was changed: {error}")?,
        (Delivery::Unknown, None) => writeln!(out, "it may have been changed: {error}")?,
    }
    Ok(())
}

/// Builds a client for Revnue if there is a token. Otherwise builds one for a sandbox, and returns the id of a customer to change.
async fn client() -> Result<(Client, Option<u64>, Option<Sandbox>), Box<dyn Error>> {
    if env::var_os("REVNUE_TOKEN").is_some() {
        return Ok((Client::from_env()?, None, None));
    }
    let sandbox = Sandbox::start().await?;
    let customer = RevnueCustomer::new(SINGLE_COMPANY, "Harbour Lane").with("fax", "+1 505");
    let id = sandbox.revnue().seed_customer(customer);
    let client = Client::builder(sandbox.revnue().token())
        .base_url(sandbox.revnue().base_url())
        .build()?;
    Ok((client, Some(id), Some(sandbox)))
}
