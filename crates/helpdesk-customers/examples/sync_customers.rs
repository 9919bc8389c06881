//! Creates or updates customers from lines of JSON, and says of each what became of it. See `--help`.
//!
//! ```console
//! $ echo '{"id": "cust-1", "firstname": "Ana", "lastname": "Lopez"}' > customers.jsonl
//! $ cargo run --example sync_customers -- --sandbox --brand 1 customers.jsonl
//! ```
#![expect(clippy::print_stderr, reason = "a program says what it does")]

use std::{
    collections::{BTreeMap, HashMap},
    error::Error,
    fmt, fs,
    io::{self, Read as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use customer_api_sandbox::{OmnideskCustomer, Sandbox};
use helpdesk_customers::{Client, Delivery, Upsert, Upserted, customer_api_core::redact::OneLine};
use lexopt::prelude::*;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
};

const HELP: &str = "\
Creates or updates the customers of a brand from lines of JSON, and writes a line for each: its id, and created, updated,
refused, not sent or unknown.

Usage: sync_customers --brand ID [--dry-run] [--sandbox] [FILE]

  FILE        lines of JSON; standard input if it is missing or `-`. A line reads
              {\"id\": \"cust-1\", \"firstname\": \"Ana\", \"lastname\": \"Lopez\",
               \"channels\": {\"1\": \"ana@shop.example\"}, \"fields\": {\"tier\": \"gold\"}}
              whose last two parts may be missing. A line that comes again is left out; one that says something else of
              the same customer stops everything
  --brand ID  the brand
  --dry-run   reads everything, and sends nothing
  --sandbox   talks to a sandbox in which cust-1 exists

Customers are found by their id, so running it again is safe, and settles what was unknown. Press Ctrl-C to stop, or send
SIGTERM: what is on its way is finished.

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

#[derive(PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    firstname: String,
    lastname: String,
    #[serde(default, deserialize_with = "distinct")]
    channels: BTreeMap<String, String>,
    #[serde(default, deserialize_with = "distinct")]
    fields: BTreeMap<String, String>,
}

/// An object. Of a name that is there twice, either value may be meant.
fn distinct<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    struct Distinct;

    impl<'de> Visitor<'de> for Distinct {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object of texts")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut values = BTreeMap::new();
            while let Some((name, value)) = map.next_entry::<String, String>()? {
                if values.contains_key(&name) {
                    return Err(de::Error::custom(format!("`{name}` is there twice")));
                }
                values.insert(name, value);
            }
            Ok(values)
        }
    }

    deserializer.deserialize_map(Distinct)
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
    let asked = stop_asked()?;
    let stop = tokio::spawn(async move {
        asked.await;
        eprintln!("stopping: what is on its way is finished");
    });
    for (number, line) in lines.into_iter().enumerate() {
        let id = line.id.clone();
        if stop.is_finished() {
            failed += 1;
            writeln!(out, "{id}\tnot sent")?;
            continue;
        }
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
                eprintln!("{}: {error}", OneLine(&id));
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
    let mut lines: Vec<Line> = Vec::new();
    // The number and the place of every customer's line.
    let mut seen: HashMap<String, (usize, usize)> = HashMap::new();
    for (number, text) in text.lines().enumerate() {
        let number = number + 1;
        if text.trim().is_empty() {
            continue;
        }
        let at = |error| format!("line {number}: {error}");
        let line: Line = serde_json::from_str(text).map_err(at)?;
        match seen.get(&line.id) {
            None => {}
            Some((first, place)) if lines.get(*place) == Some(&line) => {
                eprintln!("line {number}: line {first} again; left out");
                continue;
            }
            Some((first, _)) => {
                let text = format!(
                    "line {number}: the customer of line {first}, and something else of them"
                );
                return Err(text.into());
            }
        }
        seen.insert(line.id.clone(), (number, lines.len()));
        lines.push(line);
    }
    Ok(lines)
}

/// Listens from now on, and is over when somebody asks the program to stop: by Ctrl-C, or by SIGTERM, as a container does.
#[cfg(unix)]
fn stop_asked() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Is over when somebody asks the program to stop, by Ctrl-C.
#[cfg(not(unix))]
fn stop_asked() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
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
