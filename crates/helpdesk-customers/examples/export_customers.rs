//! Writes all customers, or those that a search finds, one JSON object per line. See `--help`.
//!
//! ```console
//! $ cargo run --example export_customers -- --sandbox --query 'Ana Lopez' customers.jsonl
//! ```
#![expect(clippy::print_stderr, reason = "a program reports what it does")]

use std::{
    error::Error,
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

use customer_api_sandbox::{OmnideskCustomer, Sandbox};
use helpdesk_customers::Client;
use lexopt::prelude::*;

const HELP: &str = "\
Writes all customers, or those that a search finds, one JSON object per line, as Omnidesk returns them.

Usage: export_customers [--query TEXT] [--sandbox] [FILE]

  FILE          the output file; without it, standard output
  --query TEXT  the text to search for
  --sandbox     reads from a sandbox with 250 made-up customers

Set OMNIDESK_API_KEY and OMNIDESK_BASE_URL, such as https://account.omnidesk.com, in the environment.

Exit code: 0 if the whole list was written, 1 if something failed, 2 for a wrong command line.
";

type Failure = Box<dyn Error>;

struct Options {
    query: Option<String>,
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
    /// Reads the command line. `None` means that the user asked for the help.
    fn read(mut arguments: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        let mut query = None;
        let (mut file, mut sandbox) = (None, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("query") => query = Some(arguments.value()?.string()?),
                Long("sandbox") => sandbox = true,
                Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(Self {
            query,
            sandbox,
            file,
        }))
    }
}

/// Writes the list, and returns the number of customers.
async fn list(options: Options) -> Result<u64, Failure> {
    // The sandbox runs until `_sandbox` is dropped.
    let (omnidesk, _sandbox) = client(options.sandbox).await?;
    let mut out: Box<dyn Write> = match &options.file {
        Some(path) => {
            // An existing file is not overwritten.
            let file = File::create_new(path);
            let at = |error| format!("{}: {error}", path.display());
            Box::new(BufWriter::new(file.map_err(at)?))
        }
        None => Box::new(BufWriter::new(io::stdout())),
    };
    let mut customers = omnidesk.customers();
    if let Some(query) = options.query {
        customers = customers.query(query);
    }
    while let Some(page) = customers.next_page().await? {
        for customer in &page.items {
            serde_json::to_writer(&mut out, customer)?;
            out.write_all(b"\n")?;
        }
        for odd in page.unreadable() {
            // Prints where the value is and how it was read, but not the value.
            eprintln!("page {}: {odd:?}", page.number);
        }
        let so_far = customers.progress().items;
        eprintln!("page {}: {so_far} customers so far", page.number);
    }
    out.flush()?;
    Ok(customers.progress().items)
}

/// Builds a client for Omnidesk, or for a sandbox with customers.
async fn client(sandbox: bool) -> Result<(Client, Option<Sandbox>), Failure> {
    if !sandbox {
        return Ok((Client::from_env()?, None));
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
