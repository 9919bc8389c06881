//! Changes the city of a customer, empties its fax, and says what became of it.
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
};

use customer_api_sandbox::{RevnueCustomer, Sandbox};
use revnue_customers::{Client, Delivery, GetCustomer, Nullable, SINGLE_COMPANY, UpdateCustomer};

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
    match revnue.send(update).await {
        Ok(_) => writeln!(out, "done")?,
        Err(error) => {
            let advice = match error.delivery() {
                Delivery::NotSent => "nothing was changed, try again",
                Delivery::Refused => "nothing was changed",
                Delivery::Unknown => "it may have been changed, see below",
            };
            writeln!(out, "{advice}: {error}")?;
        }
    }
    let customer = revnue.send(GetCustomer::new(id, SINGLE_COMPANY)).await?;
    writeln!(out, "city {:?}, fax {:?}", customer.city, customer.fax)?;
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
