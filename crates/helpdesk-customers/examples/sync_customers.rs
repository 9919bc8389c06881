//! Creates or updates customers from lines of JSON, creates no customer twice, and reports each customer's outcome. See `--help`.
//!
//! ```console
//! $ echo '{"id": "cust-1", "firstname": "Ana", "lastname": "Lopez"}' > customers.jsonl
//! $ cargo run --features ledger --example sync_customers -- --sandbox --brand 1 customers.jsonl
//! ```
#![expect(clippy::print_stderr, reason = "a program reports what it does")]

use std::{
    collections::{BTreeMap, HashMap},
    env, fmt, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use customer_api_sandbox::{OmnideskCustomer, Sandbox};
use helpdesk_customers::{
    Client, CreateCustomerCrud, Delivery, Error, Upsert, UpsertedOnce,
    ledger::{FileLedger, Key, LedgerErrorKind, LedgerList, settle::SettlePolicy},
};
use lexopt::prelude::*;
use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
};
use tokio::task::JoinSet;

const HELP: &str = "\
Creates or updates the customers of a brand from lines of JSON. Writes one line per customer: the id, and created, updated,
unchanged, refused, not sent or unknown.

Usage: sync_customers --brand ID [--ledger FILE] [--dry-run] [--sandbox] LIST

  LIST           lines of JSON. A line reads
                 {\"id\": \"cust-1\", \"firstname\": \"Ana\", \"lastname\": \"Lopez\",
                  \"channels\": {\"1\": \"ana@shop.example\"}, \"fields\": {\"tier\": \"gold\"}}
                 The last two members are optional. A repeated line is skipped. A line with different values for the same
                 customer stops the program before anything is sent
  --brand ID     the brand
  --ledger FILE  records which customers were created; by default customers-ID.ledger beside LIST. The first run
                 creates it. Lists of one brand share it
  --dry-run      reads everything, and sends nothing
  --sandbox      uses a sandbox in which cust-1 exists, and keeps no ledger

A customer is unchanged if Omnidesk's search already shows the line's values. The search may not show channels and
fields, so a line with one of them is always written.

The program finds customers by their id, so running it again is safe. A customer whose creation is unknown is not created
again: the next run that finds the customer settles it. If no run does, look yourself, and record what you found, for
instance with `customer-api-ledger resolve LEDGER creations ID not-sent`. Press Ctrl-C or send SIGTERM to stop: calls
under way finish.

The id is stored in the ledger and printed. Do not use this program if your ids are e-mail addresses.

Set OMNIDESK_API_KEY and OMNIDESK_BASE_URL, such as https://account.omnidesk.com, in the environment.

Exit code: 0 if every customer is synchronised, 1 if the program failed, 2 for a wrong command line, 3 if some customers
are not synchronised.
";

/// The name of the list in the ledger.
const CREATIONS: &str = "creations";

/// How many customers are synchronised at the same time.
const CONCURRENCY: usize = 8;

type Failure = Box<dyn std::error::Error>;

struct Options {
    list: PathBuf,
    ledger: PathBuf,
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

/// Reads an object. A name that appears twice is an error, because either value may be meant.
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
                    return Err(de::Error::custom(format!("`{name}` appears twice")));
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
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    /// Reads the command line. `None` means that the user asked for the help.
    fn read(mut arguments: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        let (mut list, mut ledger, mut brand) = (None, None, None);
        let (mut dry_run, mut sandbox) = (false, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("brand") => brand = Some(arguments.value()?.parse()?),
                Long("ledger") => ledger = Some(PathBuf::from(arguments.value()?)),
                Long("dry-run") => dry_run = true,
                Long("sandbox") => sandbox = true,
                Value(path) if list.is_none() => list = Some(PathBuf::from(path)),
                other => return Err(other.unexpected()),
            }
        }
        let list = list.ok_or("LIST is missing")?;
        let brand: u64 = brand.ok_or("--brand is missing")?;
        if sandbox && ledger.is_some() {
            return Err("--sandbox keeps no ledger: omit --ledger".into());
        }
        let ledger = match ledger {
            Some(ledger) => ledger,
            None if sandbox => env::temp_dir().join(format!("customers-{}", std::process::id())),
            None => list.with_file_name(format!("customers-{brand}.ledger")),
        };
        Ok(Some(Self {
            list,
            ledger,
            brand,
            dry_run,
            sandbox,
        }))
    }
}

/// Synchronises, and returns whether every customer is synchronised.
async fn sync(options: &Options) -> Result<bool, Failure> {
    // Reads the whole list before it writes anything, so that a broken line stops everything and not only the lines after it.
    let lines = read_lines(&options.list)?;
    if options.dry_run {
        eprintln!("{} customers; nothing was sent", lines.len());
        return Ok(true);
    }
    // The sandbox runs until `_sandbox` is dropped.
    let (omnidesk, _sandbox) = client(options.sandbox).await?;
    let creations = open(&options.ledger).await?;
    let asked = stop_asked()?;
    let stop = tokio::spawn(async move {
        asked.await;
        eprintln!("stopping: calls under way finish");
    });
    let mut out = io::stdout().lock();
    let (all, mut done, mut failed) = (lines.len(), 0, 0);
    let (mut lines, mut tasks) = (lines.into_iter(), JoinSet::new());
    let mut is_over = false;
    loop {
        while tasks.len() < CONCURRENCY && !is_over && !stop.is_finished() {
            let Some((key, line)) = lines.next() else {
                break;
            };
            let (omnidesk, creations) = (omnidesk.clone(), creations.clone());
            let upsert = line.into_upsert(options.brand);
            tasks.spawn(async move {
                let policy = SettlePolicy::new();
                let outcome = omnidesk.upsert_once(upsert, &creations, key.clone(), policy);
                (key, outcome.await)
            });
        }
        let Some(outcome) = tasks.join_next().await else {
            break;
        };
        let (id, outcome) = outcome?;
        let word = match outcome {
            Ok(UpsertedOnce::Created(_)) => "created",
            Ok(UpsertedOnce::Unchanged { .. }) => "unchanged",
            Ok(_) => "updated",
            Err(error) => {
                failed += 1;
                eprintln!("{id}: {error}");
                // The key would be refused for every other customer, too.
                is_over |= error.error().is_some_and(Error::is_unauthorized);
                match error.delivery() {
                    Delivery::NotSent => "not sent",
                    Delivery::Refused => "refused",
                    Delivery::Unknown => "unknown",
                }
            }
        };
        writeln!(out, "{id}\t{word}")?;
        done += 1;
        if done % 50 == 0 {
            eprintln!("{done} of {all}: {failed} failed");
        }
    }
    for (id, _) in lines {
        failed += 1;
        writeln!(out, "{id}\tnot sent")?;
    }
    eprintln!("{done} of {all}: {failed} failed or not sent");
    eprintln!("creations of all runs: {}", creations.summary().await?);
    if options.sandbox {
        fs::remove_file(&options.ledger)?;
    }
    if is_over {
        return Err("the key is refused: see above".into());
    }
    Ok(failed == 0)
}

/// Opens the list of creations. The first run creates the ledger and the list.
async fn open(path: &Path) -> Result<LedgerList, Failure> {
    let at = |error| format!("{}: {error}", path.display());
    let ledger = FileLedger::open_or_create(path).await.map_err(at)?;
    match ledger.list(CREATIONS).await {
        Err(error) if error.kind() == LedgerErrorKind::NoSuchList => {
            let list = ledger
                .create_list(CREATIONS, &CreateCustomerCrud::INFO)
                .await;
            Ok(list.map_err(at)?)
        }
        list => Ok(list.map_err(at)?),
    }
}

/// Reads the customers, with their ids as keys.
fn read_lines(path: &Path) -> Result<Vec<(Key, Line)>, Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut lines: Vec<(Key, Line)> = Vec::new();
    // The line number and the index of every customer.
    let mut seen: HashMap<Key, (usize, usize)> = HashMap::new();
    for (number, text) in text.lines().enumerate() {
        let number = number + 1;
        if text.trim().is_empty() {
            continue;
        }
        let at = |error| format!("line {number}: {error}");
        let line: Line = serde_json::from_str(text).map_err(at)?;
        let key = Key::new(&*line.id).map_err(|error| format!("line {number}: {error}"))?;
        match seen.get(&key) {
            None => {}
            Some((first, place)) if lines.get(*place).is_some_and(|(_, same)| *same == line) => {
                eprintln!("line {number}: repeats line {first}; skipped");
                continue;
            }
            Some((first, _)) => {
                let text =
                    format!("line {number}: the customer of line {first} with different values");
                return Err(text.into());
            }
        }
        seen.insert(key.clone(), (number, lines.len()));
        lines.push((key, line));
    }
    Ok(lines)
}

/// Listens from now on. The future completes when the program is asked to stop: by Ctrl-C, or by SIGTERM, which
/// container runtimes send to stop a program.
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

/// Completes when the program is asked to stop by Ctrl-C.
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

/// Builds a client for Omnidesk, or for a sandbox with a customer.
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
