//! Creates or updates customers from lines of JSON, and says of each what became of it.
//!
//! ```console
//! $ cargo run --example sync_customers
//! $ cargo run --example sync_customers -- 1 < customers.jsonl
//! ```
//!
//! A line reads `{"id": "cust-1", "firstname": "Ana", "lastname": "Lopez", "channels": {"1": "ana@shop.example"}, "fields":
//! {"tier": "gold"}}`; the last two may be missing. The argument is the brand; without one, three made-up customers are
//! synchronised.
//!
//! With `OMNIDESK_API_KEY` and `OMNIDESK_ORIGIN` in the environment it talks to Omnidesk, otherwise to a sandbox in which one
//! of them exists.

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    io::{self, BufRead, Write as _},
    process::ExitCode,
};

use customer_api_sandbox::{OmnideskCustomer, Sandbox};
use helpdesk_customers::{Client, Delivery, Upsert, Upserted};
use serde::Deserialize;

const SAMPLE: &str = r#"{"id": "cust-1", "firstname": "Ana", "lastname": "Lopez", "channels": {"1": "ana@shop.example", "telephone": "+64211234567"}}
{"id": "cust-2", "firstname": "Zoë", "lastname": "O'Neil", "fields": {"tier": "gold"}}
{"id": "cust-3", "firstname": "Mary-Ann", "lastname": "St. James"}
"#;

#[derive(Deserialize)]
struct Line {
    id: String,
    firstname: String,
    lastname: String,
    #[serde(default)]
    channels: BTreeMap<String, String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

impl Line {
    fn into_upsert(self, brand: u64) -> Upsert {
        let mut upsert = Upsert::new(self.id, brand, self.firstname, self.lastname);
        for (channel_type, value) in self.channels {
            upsert = upsert.channel(channel_type, value);
        }
        for (name, value) in self.fields {
            upsert = upsert.custom_field(name, value);
        }
        upsert
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let (brand, lines): (u64, Box<dyn BufRead>) = match env::args().nth(1) {
        Some(brand) => (brand.parse()?, Box::new(io::stdin().lock())),
        None => (1, Box::new(SAMPLE.as_bytes())),
    };
    // The sandbox lives as long as this does.
    let (omnidesk, _sandbox) = client().await?;
    let mut out = io::stdout();
    let mut exit = ExitCode::SUCCESS;
    for line in lines.lines() {
        let line: Line = serde_json::from_str(&line?)?;
        write!(out, "{}: ", line.id)?;
        match omnidesk.upsert(line.into_upsert(brand)).await {
            Ok(Upserted::Created { .. }) => writeln!(out, "created")?,
            Ok(_) => writeln!(out, "updated")?,
            Err(error) => {
                exit = ExitCode::FAILURE;
                let advice = match error.delivery() {
                    Delivery::NotSent => "nothing was written",
                    Delivery::Refused => "nothing was written; fix this first",
                    Delivery::Unknown => "it may have been written; run this again to find out",
                };
                writeln!(out, "{error} ({advice})")?;
            }
        }
    }
    Ok(exit)
}

/// A client for Omnidesk, if there are credentials, or else for a sandbox.
async fn client() -> Result<(Client, Option<Sandbox>), Box<dyn Error>> {
    if let (Ok(key), Ok(origin)) = (env::var("OMNIDESK_API_KEY"), env::var("OMNIDESK_ORIGIN")) {
        return Ok((Client::builder(key, origin).build()?, None));
    }
    let sandbox = Sandbox::start().await?;
    let ana = OmnideskCustomer::new(1, "cust-1").with_names("Anna", "Lopez");
    sandbox.omnidesk().seed_customer(ana);
    let client =
        Client::builder(sandbox.omnidesk().api_key(), sandbox.omnidesk().base_url()).build()?;
    Ok((client, Some(sandbox)))
}
