//! Creates or updates customers from lines of JSON, and says of each what became of it. See `--help`.
//!
//! ```console
//! $ echo '{"id": "cust-1", "firstname": "Ana", "lastname": "Lopez"}' > customers.jsonl
//! $ cargo run --example sync_customers -- --sandbox --brand 1 customers.jsonl
//! ```
#![expect(clippy::print_stderr, reason = "a program says what it does")]

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    io::{self, Read as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use customer_api_sandbox::{OmnideskCustomer, Sandbox};
use helpdesk_customers::{Client, Delivery, Upsert, Upserted};
use lexopt::prelude::*;
use serde::Deserialize;

const HELP: &str = "\
Creates or updates the customers of a brand from lines of JSON, and writes a line for each: its id, and created, updated,
refused, not sent or unknown.

Usage: sync_customers --brand ID [--dry-run] [--sandbox] [FILE]

  FILE        lines of JSON; standard input if it is missing or `-`. A line reads
              {\"id\": \"cust-1\", \"firstname\": \"Ana\", \"lastname\": \"Lopez\",
               \"channels\": {\"1\": \"ana@shop.example\"}, \"fields\": {\"tier\": \"gold\"}}
              whose last two parts may be missing
  --brand ID  the brand
  --dry-run   reads everything, and sends nothing
  --sandbox   talks to a sandbox in which cust-1 exists

Customers are found by their id, so running it again is safe, and settles what was unknown.

The environment holds OMNIDESK_API_KEY, and OMNIDESK_BASE_URL, such as https://account.omnidesk.com.

Exit code: 0 if every customer is synchronised, 1 if the program failed, 2 for a wrong command line, 3 if some are not.
";

type Failure = Box<dyn Error>;

struct Options {
    file: Option<PathBuf>,
    brand: u64,
    dry_run: bool,
    sandbox: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    firstname: String,
    lastname: String,
    #[serde(default)]
    channels: BTreeMap<String, String>,
    #[serde(default)]
    fields: BTreeMap<String, String>,
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
    match sync(&options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            report(&*error);
            ExitCode::FAILURE
        }
    }
}

impl Options {
    /// What the command line asks for; `None` stands for the help.
    fn read(mut arguments: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        let (mut file, mut brand) = (None, None);
        let (mut dry_run, mut sandbox) = (false, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("brand") => brand = Some(arguments.value()?.parse()?),
                Long("dry-run") => dry_run = true,
                Long("sandbox") => sandbox = true,
                Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
                other => return Err(other.unexpected()),
            }
        }
        Ok(Some(Self {
            file: file.filter(|path| path.as_os_str() != "-"),
            brand: brand.ok_or("--brand is missing")?,
            dry_run,
            sandbox,
        }))
    }
}

/// Synchronises, and says whether that went well for everybody.
async fn sync(options: &Options) -> Result<bool, Failure> {
    // Read as a whole before anything is written: a broken line shall stop everything, not the rest.
    let lines = read_lines(options)?;
    if options.dry_run {
        eprintln!("{} customers; nothing was sent", lines.len());
        return Ok(true);
    }
    // The sandbox lives as long as this does.
    let (omnidesk, _sandbox) = client(options.sandbox).await?;
    let mut out = io::stdout().lock();
    let all = lines.len();
    let (mut created, mut updated, mut failed) = (0, 0, 0);
    for (number, line) in lines.into_iter().enumerate() {
        let id = line.id.clone();
        let word = match omnidesk.upsert(line.into_upsert(options.brand)).await {
            Ok(Upserted::Created { .. }) => {
                created += 1;
                "created"
            }
            Ok(_) => {
                updated += 1;
                "updated"
            }
            Err(error) => {
                failed += 1;
                eprintln!("{id}: {error}");
                // Nobody else would fare better.
                if error
                    .error()
                    .is_some_and(helpdesk_customers::Error::is_unauthorized)
                {
                    return Err(error.into());
                }
                match error.delivery() {
                    Delivery::NotSent => "not sent",
                    Delivery::Refused => "refused",
                    Delivery::Unknown => "unknown",
                }
            }
        };
        writeln!(out, "{id}\t{word}")?;
        let done = number + 1;
        if done % 50 == 0 || done == all {
            eprintln!("{done} of {all}: {created} created, {updated} updated, {failed} failed");
        }
    }
    Ok(failed == 0)
}

fn read_lines(options: &Options) -> Result<Vec<Line>, Failure> {
    let text = match &options.file {
        Some(path) => {
            fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?
        }
        None => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text)?;
            text
        }
    };
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| {
            serde_json::from_str(line)
                .map_err(|error| format!("line {}: {error}", number + 1).into())
        })
        .collect()
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

/// A client for Omnidesk, or for a sandbox with a customer.
async fn client(sandbox: bool) -> Result<(Client, Option<Sandbox>), Failure> {
    if !sandbox {
        return Ok((Client::from_env()?, None));
    }
    let sandbox = Sandbox::start().await?;
    let ana = OmnideskCustomer::new(1, "cust-1").with_names("Anna", "Lopez");
    sandbox.omnidesk().seed_customer(ana);
    let client =
        Client::builder(sandbox.omnidesk().api_key(), sandbox.omnidesk().base_url()).build()?;
    Ok((client, Some(sandbox)))
}

/// An error in one line, and the causes that it has not told below.
fn report(error: &dyn Error) {
    let mut told = error.to_string();
    eprintln!("error: {told}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !told.contains(&text) {
            eprintln!("  because: {text}");
            told += &text;
        }
        cause = error.source();
    }
}
