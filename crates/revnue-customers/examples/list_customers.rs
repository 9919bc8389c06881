//! Writes all customers of a company, one JSON object per line. Numbers keep all digits that Revnue returns. See
//! `--help`.
//!
//! ```console
//! $ cargo run --example list_customers -- --sandbox customers.jsonl
//! ```
#![expect(clippy::print_stderr, reason = "a program reports its progress")]

use std::{
    error::Error,
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

use customer_api_sandbox::{RevnueCustomer, RevnueListResponse, RevnueOptions, Sandbox};
use lexopt::prelude::*;
use revnue_customers::{Client, SINGLE_COMPANY};

const HELP: &str = "\
Writes all customers of a company, one JSON object per line. Numbers keep all digits that Revnue returns.

Usage: list_customers [--company ID] [--sandbox] [FILE]

  FILE          the output file; standard output by default
  --company ID  the company; 1 by default, which is correct for accounts with a single company
  --sandbox     lists 250 made-up customers from a sandbox

The program makes at most 20 calls per minute. Therefore a long list takes some time.

Environment variables: REVNUE_TOKEN, and REVNUE_BASE_URL if the base URL is not the provider's.

Exit code: 0 if the whole list was written, 1 if something failed, 2 for a wrong command line.
";

type Failure = Box<dyn Error>;

struct Options {
    company: u64,
    sandbox: bool,
    file: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let options = match Options::read(lexopt::Parser::from_env()) {
        Ok(Some(options)) => options,
        Ok(None) => {
            return match io::stdout().write_all(HELP.as_bytes()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            };
        }
        Err(error) => {
            eprintln!("error: {error}; see --help");
            return ExitCode::from(2);
        }
    };
    match list(options).await {
        Ok(customers) => {
            eprintln!("done: {customers} customers");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    /// Reads the command line. `None` means that the help is wanted.
    fn read(mut arguments: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        let mut company = SINGLE_COMPANY;
        let (mut file, mut sandbox) = (None, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("company") => company = arguments.value()?.parse()?,
                Long("sandbox") => sandbox = true,
                Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(Self {
            company,
            sandbox,
            file,
        }))
    }
}

/// Writes the list, and returns the number of customers.
async fn list(options: Options) -> Result<u64, Failure> {
    // The sandbox runs for as long as this variable lives.
    let (revnue, _sandbox) = client(options.sandbox).await?;
    let mut out: Box<dyn Write> = match &options.file {
        Some(path) => {
            // An existing list is not overwritten.
            let file = File::create_new(path);
            let at = |error| format!("{}: {error}", path.display());
            Box::new(BufWriter::new(file.map_err(at)?))
        }
        None => Box::new(BufWriter::new(io::stdout())),
    };
    let mut customers = revnue.customers(options.company);
    while let Some(page) = customers.next_page().await? {
        for customer in &page.items {
            serde_json::to_writer(&mut out, customer)?;
            out.write_all(b"\n")?;
        }
        for odd in page.unreadable() {
            // Shows the place of the value and how the value was handled, but not the value.
            eprintln!("page {}: {odd:?}", page.number);
        }
        let so_far = customers.progress().items;
        eprintln!("page {}: {so_far} customers so far", page.number);
    }
    out.flush()?;
    Ok(customers.progress().items)
}

/// Builds a client for Revnue, or for a sandbox with customers.
async fn client(sandbox: bool) -> Result<(Client, Option<Sandbox>), Failure> {
    if !sandbox {
        return Ok((Client::from_env()?, None));
    }
    let response = RevnueOptions::default().list_response(RevnueListResponse::Pages(100));
    let sandbox = Sandbox::builder().revnue(response).start().await?;
    for number in 0..250 {
        let customer = RevnueCustomer::new(SINGLE_COMPANY, format!("Customer {number}"));
        let customer = customer.with("category", 17);
        sandbox.revnue().seed_customer(customer);
    }
    let client = Client::builder(sandbox.revnue().token())
        .base_url(sandbox.revnue().base_url())
        .build()?;
    Ok((client, Some(sandbox)))
}
