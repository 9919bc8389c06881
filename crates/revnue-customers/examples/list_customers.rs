//! Writes all customers of a company to standard output, one JSON object a line, every digit as Revnue answers it.
//!
//! ```console
//! $ cargo run --example list_customers > customers.jsonl
//! ```
//!
//! With `REVNUE_TOKEN` in the environment, and perhaps `REVNUE_BASE_URL` and `REVNUE_COMPANY`, it talks to Revnue, otherwise to a
//! sandbox with 250 made-up customers.

use std::{
    env,
    error::Error,
    io::{self, BufWriter, Write},
};

use customer_api_sandbox::{RevnueCustomer, RevnueListAnswer, RevnueOptions, Sandbox};
use revnue_customers::{Client, SINGLE_COMPANY};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // The sandbox lives as long as this does.
    let (revnue, _sandbox) = client().await?;
    let company = match env::var("REVNUE_COMPANY") {
        Ok(company) => company.parse()?,
        Err(_) => SINGLE_COMPANY,
    };
    let mut customers = revnue.customers(company);
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

/// A client for Revnue, if there is a token, or else for a sandbox.
async fn client() -> Result<(Client, Option<Sandbox>), Box<dyn Error>> {
    if let Ok(token) = env::var("REVNUE_TOKEN") {
        let mut builder = Client::builder(token);
        if let Ok(base_url) = env::var("REVNUE_BASE_URL") {
            builder = builder.base_url(base_url);
        }
        return Ok((builder.build()?, None));
    }
    let options = RevnueOptions::default().list_answer(RevnueListAnswer::Pages(100));
    let sandbox = Sandbox::builder().revnue(options).start().await?;
    for number in 0..250 {
        let customer = RevnueCustomer::new(SINGLE_COMPANY, format!("Customer {number}"));
        sandbox
            .revnue()
            .seed_customer(customer.with("category", 17));
    }
    let client = Client::builder(sandbox.revnue().token())
        .base_url(sandbox.revnue().base_url())
        .build()?;
    Ok((client, Some(sandbox)))
}
