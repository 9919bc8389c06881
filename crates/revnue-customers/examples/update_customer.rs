//! Changes the city of a customer, empties its fax, and says what became of it. If that is unknown, it looks.
//!
//! ```console
//! $ cargo run --example update_customer -- 4211 Salem
//! ```
//!
//! With `REVNUE_TOKEN` in the environment, and perhaps `REVNUE_BASE_URL`, it talks to Revnue, otherwise to a sandbox with a made-up
//! customer.

use std::{
    env,
    error::Error,
    io::{self, Write},
    time::Duration,
};

use customer_api_sandbox::{RevnueCustomer, Sandbox};
use revnue_customers::{Client, Delivery, Nullable, SINGLE_COMPANY, Settled, UpdateCustomer};

/// How long to look for a change whose outcome is unknown.
const LOOK_FOR: Duration = Duration::from_secs(60);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // The sandbox lives as long as this does.
    let (revnue, seeded, _sandbox) = client().await?;
    let id = match env::args().nth(1) {
        Some(given) => given.parse()?,
        None => seeded.ok_or("give the id of the customer to change")?,
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
                    writeln!(out, "done, as a look shows")?
                }
                Settled::Superseded(_) => {
                    writeln!(out, "done, and changed by another writer since")?
                }
                Settled::NotSeen { .. } => writeln!(out, "it does not show yet: look again later")?,
                Settled::CannotTell(why) => writeln!(out, "it may have been changed: {why}")?,
                _ => writeln!(out, "it may have been changed")?,
            }
        }
        (Delivery::NotSent, _) => writeln!(out, "nothing was changed, try again: {error}")?,
        (Delivery::Refused, _) => writeln!(out, "nothing was changed: {error}")?,
        (Delivery::Unknown, None) => writeln!(out, "it may have been changed: {error}")?,
    }
    Ok(())
}

/// A client for Revnue, if there is a token, or else for a sandbox, and a sandbox's customer to change.
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
