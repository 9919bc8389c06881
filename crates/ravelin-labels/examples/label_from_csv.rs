//! Labels the customers of a CSV file, each once, however often it is run, stopped or killed. See `--help`.
//!
//! ```console
//! $ printf 'customer,review,comment\ncust-1,FRAUDSTER,chargeback\ncust-2,GENUINE,\n' > labels.csv
//! $ cargo run --features ledger --example label_from_csv -- --sandbox labels.csv
//! ```
#![expect(clippy::print_stderr, reason = "a program says what it does")]

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
Labels the customers of a CSV file for payment fraud, each once, however often it is run, stopped or killed.

Usage: label_from_csv [--ledger FILE] [--dry-run] [--resend-refused] [--name NAME --email EMAIL] [--sandbox] LIST

  LIST              a CSV file with the columns customer, review and, if wanted, comment. A line that comes again is left
                    out. One that says something else of the same customer stops everything
  --ledger FILE     where it is kept who was labelled; LIST.ledger if it is missing. The first run creates it
  --dry-run         reads everything, and sends nothing
  --resend-refused  sends again what was refused in an earlier run, with a wrong key, too
  --name NAME       who reviews, for Ravelin's audit log; goes with --email
  --email EMAIL     who reviews
  --sandbox         talks to a sandbox of its own, and keeps no ledger

Press Ctrl-C to stop, or send SIGTERM: what is on its way is finished. Run it again to go on. A label whose outcome is
unknown is looked for among the customer's reviews: if it is in effect, it counts as sent. If not, it stays unknown, and
is not sent again: look at the customer, and record what you found, for instance by
`customer-api-ledger resolve LIST.ledger labels CUSTOMER sent`. To label a customer again, use another ledger.

The customer's id is stored in the ledger and printed. Do not use this program if your ids are e-mail addresses.

The environment holds RAVELIN_SECRET_KEY, and RAVELIN_BASE_URL if it is not the provider's.

Exit code: 0 if everybody is labelled, 1 if the program failed, 2 for a wrong command line, 3 if somebody is not, or if
that is unknown.
";

/// The list in the ledger: a file is for one occasion here.
const LIST: &str = "labels";

/// Labels that are on their way at once.
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
            report(&*error);
            ExitCode::FAILURE
        }
    }
}

impl Options {
    /// What the command line asks for; `None` stands for the help.
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
            _ => return Err("--name and --email go together".into()),
        };
        let list = list.ok_or("LIST is missing")?;
        if sandbox && ledger.is_some() {
            return Err("--sandbox keeps no ledger: leave --ledger out".into());
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

/// Labels, and says whether everybody is labelled.
async fn label(options: &Options) -> Result<bool, Failure> {
    // Read as a whole before the first label leaves: a broken line shall stop everything, not the rest.
    let labels = read_list(&options.list, options.reviewer.as_ref())?;
    let all = labels.len();
    if options.dry_run {
        eprintln!("{all} labels; nothing was sent");
        return Ok(true);
    }
    // The sandbox lives as long as this does.
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
        eprintln!("stopping: what is on its way is finished");
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
            Some(Ok(Settled::NotSeen { .. })) => eprintln!("{}: a look does not show it", sent.key),
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
        Ending::Unauthorized => Err("the key is refused: see above".into()),
        _ => Ok(labelled == all),
    }
}

/// The one list of the ledger, which the first run creates.
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

/// The labels, under the customer's own id.
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
    // The line and the cells of every customer.
    let mut seen = HashMap::new();
    for record in file.records() {
        let record = record.map_err(at)?;
        let line = line(&record, &text);
        let cell = |column| record.get(column).unwrap_or_default().trim().to_owned();
        // A typo must not become a label, so only listed reviews are taken.
        let review = PaymentFraudReview::unlisted(cell(review));
        if let PaymentFraudReview::Unlisted(_) = review {
            return Err(format!("line {line}: `{}` is no review", review.as_str()).into());
        }
        let key = Key::new(cell(customer)).map_err(|error| format!("line {line}: {error}"))?;
        let comment = comment.map(cell).filter(|text| !text.is_empty());
        // The last label of a customer counts, so one that is there twice is labelled once, or not at all.
        match seen.get(&key) {
            None => {}
            Some((first, same)) if *same == (review.clone(), comment.clone()) => {
                eprintln!("line {line}: line {first} again; left out");
                continue;
            }
            Some((first, _)) => {
                let text = format!(
                    "line {line}: the customer of line {first}, and something else of them"
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

/// The place of a column, if there is one. Of a name that is there twice, either may be meant.
fn column(headers: &csv::StringRecord, name: &str) -> Result<Option<usize>, Failure> {
    let places = headers.iter().map(str::trim).enumerate();
    let mut places = places.filter(|(_, header)| *header == name);
    let place = places.next().map(|(place, _)| place);
    match places.next() {
        Some(_) => Err(format!("the column `{name}` is there twice").into()),
        None => Ok(place),
    }
}

/// The line on which a record begins, counted as an editor does: line breaks within a cell count, and so do empty lines, which a
/// record's position leaves out.
fn line(record: &csv::StringRecord, text: &[u8]) -> u64 {
    let Some(position) = record.position() else {
        return 0;
    };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.get(start..).unwrap_or_default().iter();
    let empty = rest.take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + empty.filter(|byte| **byte == b'\n').count() as u64
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

/// A client for Ravelin, or for a sandbox.
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
