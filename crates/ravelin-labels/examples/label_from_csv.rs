//! Labels the customers of a CSV file, each once, however often the program is run, stopped or killed. See `--help`.
//!
//! ```console
//! $ printf 'customer,review,comment\ncust-1,FRAUDSTER,chargeback\ncust-2,GENUINE,\n' > labels.csv
//! $ cargo run --features ledger --example label_from_csv -- --sandbox labels.csv
//! ```
#![expect(clippy::print_stderr, reason = "a program reports its progress")]

use std::{
    collections::HashMap,
    env,
    error::Error,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use customer_api_sandbox::Sandbox;
use lexopt::prelude::*;
use ravelin_labels::{
    Client, LabelCustomer, PaymentFraudReview, Reviewer, Settled,
    ledger::{
        ClientExt as _, FileLedger, Key, LedgerErrorKind, LedgerList, State,
        send_all::{self, Ending, SentOutcome},
        settle::SettlePolicy,
    },
};

const HELP: &str = "\
Labels the customers of a CSV file for payment fraud, each once, however often the program is run, stopped or killed.

Usage: label_from_csv [--ledger FILE] [--dry-run] [--resend-refused] [--name NAME --email EMAIL] [--sandbox] LIST

  LIST              a CSV file with the columns customer, review and, optionally, comment. A repeated line is skipped.
                    A line with different content for the same customer stops the program before it sends anything
  --ledger FILE     records which customers were labelled; LIST.ledger by default. The first run creates it
  --dry-run         reads everything, and sends nothing
  --resend-refused  resends the labels that were refused in an earlier run, also those refused because of a wrong key
  --name NAME       the reviewer's name for Ravelin's audit log; needs --email
  --email EMAIL     the reviewer's e-mail address; needs --name
  --sandbox         uses its own sandbox, and keeps no ledger

To stop, press Ctrl-C or send SIGTERM. The program then finishes the labels in flight. Run it again to continue. For a
label whose outcome is unknown, the program looks at the customer's reviews. If the label is in effect, it counts as sent.
Otherwise it stays unknown, and is not sent again. Look at the customer, and record what you found, for instance with
`customer-api-ledger resolve LIST.ledger labels CUSTOMER sent`. To label a customer again, use another ledger.

The program stores the customer's id in the ledger and prints it. Do not use it if your ids are e-mail addresses.

Environment variables: RAVELIN_SECRET_KEY, and RAVELIN_BASE_URL if the base URL is not the provider's.

Exit code: 0 if all customers are labelled, 1 if the program failed, 2 for a wrong command line, 3 if a customer is not
labelled or the outcome is unknown.
";

/// The name of the list in the ledger. This program uses one list per file.
const LIST: &str = "labels";

/// How many labels are in flight at the same time.
const CONCURRENCY: usize = 8;

type Failure = Box<dyn Error>;

struct Options {
    list: PathBuf,
    ledger: PathBuf,
    dry_run: bool,
    resend_refused: bool,
    reviewer: Option<Reviewer>,
    sandbox: bool,
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
    match label(&options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    /// Reads the command line. `None` means that help was requested.
    fn read(mut arguments: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        let (mut list, mut ledger, mut name, mut email) = (None, None, None, None);
        let (mut dry_run, mut resend_refused, mut sandbox) = (false, false, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("ledger") => ledger = Some(PathBuf::from(arguments.value()?)),
                Long("dry-run") => dry_run = true,
                Long("resend-refused") => resend_refused = true,
                Long("name") => name = Some(arguments.value()?.string()?),
                Long("email") => email = Some(arguments.value()?.string()?),
                Long("sandbox") => sandbox = true,
                Value(path) if list.is_none() => list = Some(PathBuf::from(path)),
                other => return Err(other.unexpected()),
            }
        }
        let reviewer = match (name, email) {
            (Some(name), Some(email)) => Some(Reviewer::new(name, email)),
            (None, None) => None,
            _ => return Err("--name and --email need each other".into()),
        };
        let list = list.ok_or("LIST is missing")?;
        if sandbox && ledger.is_some() {
            return Err("--sandbox keeps no ledger: omit --ledger".into());
        }
        let ledger = match ledger {
            Some(ledger) => ledger,
            None if sandbox => env::temp_dir().join(format!("labels-{}", std::process::id())),
            None => {
                let mut path = list.clone().into_os_string();
                path.push(".ledger");
                path.into()
            }
        };
        Ok(Some(Self {
            list,
            ledger,
            dry_run,
            resend_refused,
            reviewer,
            sandbox,
        }))
    }
}

/// Labels the customers, and returns whether all of them are labelled.
async fn label(options: &Options) -> Result<bool, Failure> {
    // The list is read completely before the first label is sent. Therefore a broken line stops the whole run, not only the rest.
    let labels = read_list(&options.list, options.reviewer.as_ref())?;
    let all = labels.len();
    if options.dry_run {
        eprintln!("{all} labels; nothing was sent");
        return Ok(true);
    }
    // The sandbox runs for as long as this variable lives.
    let (ravelin, _sandbox) = client(options.sandbox).await?;
    let list = open(&options.ledger).await?;
    let mut sending = ravelin
        .send_all(&list, send_all::iter(labels))
        .concurrency(CONCURRENCY)
        .settle_unknown(SettlePolicy::new());
    if options.resend_refused {
        sending = sending.resend_refused();
    }
    let mut run = sending.start();
    let (stopper, asked) = (run.stopper(), stop_asked()?);
    tokio::spawn(async move {
        asked.await;
        eprintln!("stopping: labels in flight are finished first");
        stopper.stop();
    });
    let mut labelled = 0;
    while let Some(sent) = run.next().await {
        match &sent.outcome {
            SentOutcome::Accepted(_)
            | SentOutcome::Found(_)
            | SentOutcome::Skipped(State::Accepted { .. })
                if sent.is_recorded =>
            {
                labelled += 1;
            }
            outcome => eprintln!("{}: {outcome}", sent.key),
        }
        match &sent.looked {
            Some(Ok(Settled::CannotTell(why))) => eprintln!("{}: {why}", sent.key),
            Some(Ok(Settled::NotSeen { .. })) => {
                eprintln!("{}: the customer's reviews do not show the label", sent.key)
            }
            Some(Err(error)) => eprintln!("{}: the look failed: {error}", sent.key),
            _ => {}
        }
    }
    let summary = run.finish().await;
    eprintln!("this run: {summary}");
    eprintln!("all runs: {}", list.summary().await?);
    if options.sandbox {
        fs::remove_file(&options.ledger)?;
    }
    match summary.ending {
        Ending::LedgerFailed(error) => Err(error.into()),
        Ending::Unauthorized => Err("Ravelin refused the key: see above".into()),
        _ => Ok(labelled == all),
    }
}

/// Opens the only list of the ledger. The first run creates it.
async fn open(path: &Path) -> Result<LedgerList, Failure> {
    let at = |error| format!("{}: {error}", path.display());
    let ledger = FileLedger::open_or_create(path).await.map_err(at)?;
    match ledger.list(LIST).await {
        Err(error) if error.kind() == LedgerErrorKind::NoSuchList => {
            let list = ledger.create_list(LIST, &LabelCustomer::INFO).await;
            Ok(list.map_err(at)?)
        }
        list => Ok(list.map_err(at)?),
    }
}

/// Reads the labels, each with the customer's id as its key.
fn read_list(
    path: &Path,
    reviewer: Option<&Reviewer>,
) -> Result<Vec<(Key, LabelCustomer)>, Failure> {
    let at = |error: csv::Error| format!("{}: {error}", path.display());
    let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut file = csv::Reader::from_reader(&*text);
    let headers = file.headers().map_err(at)?.clone();
    let (Some(customer), Some(review)) =
        (column(&headers, "customer")?, column(&headers, "review")?)
    else {
        return Err("the list needs the columns `customer` and `review`".into());
    };
    let comment = column(&headers, "comment")?;
    let mut labels = Vec::new();
    // The line and the cells of each customer.
    let mut seen = HashMap::new();
    for record in file.records() {
        let record = record.map_err(at)?;
        let line = line(&record, &text);
        let cell = |column| record.get(column).unwrap_or_default().trim().to_owned();
        // A typo must not become a label. Therefore only listed reviews are accepted.
        let review = PaymentFraudReview::unlisted(cell(review));
        if let PaymentFraudReview::Unlisted(_) = review {
            return Err(format!("line {line}: `{}` is not a valid review", review.as_str()).into());
        }
        let key = Key::new(cell(customer)).map_err(|error| format!("line {line}: {error}"))?;
        let comment = comment.map(cell).filter(|text| !text.is_empty());
        // At the provider, the last label of a customer counts. Therefore a line that repeats a customer with the same content is skipped,
        // and one with different content stops the run.
        match seen.get(&key) {
            None => {}
            Some((first, same)) if *same == (review.clone(), comment.clone()) => {
                eprintln!("line {line}: repeats line {first}; skipped");
                continue;
            }
            Some((first, _)) => {
                let text = format!(
                    "line {line}: repeats the customer of line {first} with different content"
                );
                return Err(text.into());
            }
        }
        seen.insert(key.clone(), (line, (review.clone(), comment.clone())));
        let mut label = LabelCustomer::payment_fraud(key.as_str(), review);
        label = comment.map_or(label.clone(), |text| label.comment(text));
        label = reviewer.map_or(label.clone(), |reviewer| label.reviewer(reviewer.clone()));
        labels.push((key, label));
    }
    Ok(labels)
}

/// Returns the place of a column, if it exists. A name that occurs twice is ambiguous, and therefore an error.
fn column(headers: &csv::StringRecord, name: &str) -> Result<Option<usize>, Failure> {
    let places = headers.iter().map(str::trim).enumerate();
    let mut places = places.filter(|(_, header)| *header == name);
    let place = places.next().map(|(place, _)| place);
    match places.next() {
        Some(_) => Err(format!("the column `{name}` occurs twice").into()),
        None => Ok(place),
    }
}

/// Returns the line on which a record begins, counted as an editor counts: line breaks within a cell count. Empty lines count too, although
/// a record's position does not include them.
fn line(record: &csv::StringRecord, text: &[u8]) -> u64 {
    let Some(position) = record.position() else {
        return 0;
    };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.get(start..).unwrap_or_default().iter();
    let empty = rest.take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + empty.filter(|byte| **byte == b'\n').count() as u64
}

/// Listens from now on for Ctrl-C and for SIGTERM, which a container runtime sends to stop a program. Returns a future that ends when the
/// program is asked to stop.
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

/// Returns a future that ends when the program is asked to stop with Ctrl-C.
#[cfg(not(unix))]
fn stop_asked() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

/// Builds a client for Ravelin, or for a sandbox.
async fn client(sandbox: bool) -> Result<(Client, Option<Sandbox>), Failure> {
    if !sandbox {
        return Ok((Client::from_env()?, None));
    }
    let sandbox = Sandbox::start().await?;
    let client = Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .build()?;
    Ok((client, Some(sandbox)))
}
