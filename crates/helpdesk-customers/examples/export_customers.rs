//! Writes all customers to standard output, one JSON object a line, as Omnidesk answers them.
//!
//! ```console
//! $ cargo run --example export_customers > customers.jsonl
//! $ cargo run --example export_customers -- "Ana Lopez"
//! ```
//!
//! With `OMNIDESK_API_KEY` and `OMNIDESK_ORIGIN` in the environment it talks to Omnidesk, otherwise to a sandbox with 250
//! made-up customers.

use std::{
    env,
    error::Error,
    io::{self, BufWriter, Write},
};

use customer_api_sandbox::{OmnideskCustomer, Sandbox};
use helpdesk_customers::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // The sandbox lives as long as this does.
    let (omnidesk, _sandbox) = client().await?;
    let mut customers = omnidesk.customers();
    if let Some(query) = env::args().nth(1) {
        customers = customers.query(query);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    while let Some(page) = customers.next_page().await? {
        for customer in &page.items {
            serde_json::to_writer(&mut out, customer)?;
            out.write_all(b"\n")?;
        }
        writeln!(
            io::stderr(),
            "page {}: {} customers so far",
            page.number,
            customers.progress().items
        )?;
    }
    out.flush()?;
    Ok(())
}

/// A client for Omnidesk, if there are credentials, or else for a sandbox.
async fn client() -> Result<(Client, Option<Sandbox>), Box<dyn Error>> {
    if let (Ok(key), Ok(origin)) = (env::var("OMNIDESK_API_KEY"), env::var("OMNIDESK_ORIGIN")) {
        return Ok((Client::builder(key, origin).build()?, None));
    }
    let sandbox = Sandbox::start().await?;
    for number in 0..250 {
        let customer = OmnideskCustomer::new(1, format!("cust-{number}"))
            .with_names("Ana", "Lopez")
            .with_channel("email", format!("ana+{number}@shop.example"));
        sandbox.omnidesk().seed_customer(customer);
    }
    let client =
        Client::builder(sandbox.omnidesk().api_key(), sandbox.omnidesk().base_url()).build()?;
    Ok((client, Some(sandbox)))
}
