//! The program with which `crates/revnue-customers/README.md` begins.
#![expect(clippy::print_stdout, reason = "a program prints its results")]

use revnue_customers::{Client, GetCustomer, Nullable, SINGLE_COMPANY, UpdateCustomer};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Reads REVNUE_TOKEN. Or: Client::builder(token).build()?
    let revnue = Client::from_env()?;

    let customer = revnue.send(GetCustomer::new(1, SINGLE_COMPANY)).await?;
    println!("{:?} is in {:?}", customer.name, customer.city);

    let moved = UpdateCustomer::new(1, SINGLE_COMPANY)
        .city("Salem")
        .fax(Nullable::Null);
    revnue.send(moved).await?;
    Ok(())
}
