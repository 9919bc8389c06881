//! Sends each invitation on a list at most once per key, however often the program is run, stopped or killed. See `--help`.
//!
//! ```console
//! $ printf 'key,location,email\norder-1,location-1,ana@shop.example\n' > march.csv
//! $ cargo run --features ledger --example invite_from_csv -- --sandbox march.csv
//! ```
#![expect(clippy::print_stderr, reason = "a program reports what it does")]

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
use feedback_invitations::{
    Client, Programme, Recipient, SendInvitation, Settled,
    ledger::{
        ClientExt as _, FileLedger, Key, LedgerError, LedgerErrorKind, LedgerList, State,
        send_all::{self, Ending, SentOutcome},
        settle::SettlePolicy,
    },
};
use lexopt::prelude::*;

const HELP: &str = "\
Sends each invitation on a list at most once per key, however often the program is run, stopped or killed. A person with
two keys gets two invitations.

Usage: invite_from_csv [--new] [--ledger FILE] [--dry-run] [--resend-refused] [--sandbox] LIST

  LIST              a CSV file with the columns key, location, and email or mobile or both; also first_name and last_name.
                    A key names the invitation, such as the order's number. It is stored and printed: never use an e-mail
                    address, a telephone number or a person's name. A repeated line is skipped. A line with a known key
                    but different values stops the program before anything is sent
  --new             creates the ledger, for the first run. Every other run needs the existing ledger, because with a new
                    one every person on the list would be invited again
  --ledger FILE     records who was invited; by default LIST.ledger
  --dry-run         reads everything, and sends nothing
  --resend-refused  sends invitations again that were refused in an earlier run
  --sandbox         uses its own sandbox, which has `location-1`, needs no variables, and keeps no ledger

Press Ctrl-C or send SIGTERM to stop: calls under way finish. Run the program again to continue. An unknown invitation may
have been sent, and is not sent again: the program prints whom to ask, and with which details. Then record the outcome,
for instance with `customer-api-ledger resolve LIST.ledger invitations KEY sent`.

Set RADAR_USERNAME, RADAR_PASSWORD, RADAR_CLIENT and RADAR_PROGRAMME in the environment, and RADAR_BASE_URL if it is not
the provider's. **People get messages.**

Exit code: 0 if every person on the list is invited, 1 if the program failed, 2 for a wrong command line, 3 if a person is
not invited, or if that is unknown.
";

/// The name of the list in the ledger. One list is enough, because each ledger file of this program is for one occasion.
const LIST: &str = "invitations";

/// How many invitations are under way at the same time.
const CONCURRENCY: usize = 8;

type Failure = Box<dyn Error>;

struct Options {
    list: PathBuf,
    ledger: PathBuf,
    new: bool,
    dry_run: bool,
    resend_refused: bool,
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
    match invite(&options).await {
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
        let (mut list, mut ledger) = (None, None);
        let (mut new, mut dry_run, mut resend_refused, mut sandbox) = (false, false, false, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("ledger") => ledger = Some(PathBuf::from(arguments.value()?)),
                Long("new") => new = true,
                Long("dry-run") => dry_run = true,
                Long("resend-refused") => resend_refused = true,
                Long("sandbox") => sandbox = true,
                Value(path) if list.is_none() => list = Some(PathBuf::from(path)),
                other => return Err(other.unexpected()),
            }
        }
        let list = list.ok_or("LIST is missing")?;
        if sandbox && (ledger.is_some() || new) {
            return Err("--sandbox keeps no ledger: omit --ledger and --new".into());
        }
        let ledger = match ledger {
            Some(ledger) => ledger,
            None if sandbox => env::temp_dir().join(format!("invitations-{}", std::process::id())),
            None => {
                let mut path = list.clone().into_os_string();
                path.push(".ledger");
                path.into()
            }
        };
        Ok(Some(Self {
            list,
            ledger,
            new,
            dry_run,
            resend_refused,
            sandbox,
        }))
    }
}

/// Invites, and returns whether every person on the list is invited.
async fn invite(options: &Options) -> Result<bool, Failure> {
    // The sandbox runs until `_sandbox` is dropped.
    let (radar, programme, _sandbox) = client(options.sandbox).await?;
    // Reads the whole list before the first invitation is sent, so that a broken line stops everything and not only the lines after it.
    let invitations = read_list(&options.list, &programme)?;
    let all = invitations.len();
    if options.dry_run {
        eprintln!("{all} invitations; nothing was sent");
        return Ok(true);
    }

    let list = open(&options.ledger, options.new || options.sandbox).await?;
    let mut sending = radar
        .send_all(&list, send_all::iter(invitations))
        .concurrency(CONCURRENCY)
        .settle_unknown(SettlePolicy::new());
    if options.resend_refused {
        sending = sending.resend_refused();
    }
    let mut run = sending.start();
    let (stopper, asked) = (run.stopper(), stop_asked()?);
    tokio::spawn(async move {
        asked.await;
        eprintln!("stopping: calls under way finish");
        stopper.stop();
    });
    let mut invited = 0;
    while let Some(sent) = run.next().await {
        match &sent.outcome {
            SentOutcome::Accepted(_) | SentOutcome::Skipped(State::Accepted { .. })
                if sent.is_recorded =>
            {
                invited += 1;
            }
            outcome => eprintln!("{}: {outcome}", sent.key),
        }
        // No read shows an invitation, but the verdict states whom to ask.
        if let Some(Ok(Settled::CannotTell(why))) = &sent.looked {
            eprintln!("{}: {}", sent.key, why.ask());
        }
        let progress = run.progress();
        if progress.done() % 50 == 0 {
            eprintln!("{progress}");
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
        Ending::Unauthorized => Err("the login failed: see above".into()),
        _ => Ok(invited == all),
    }
}

/// Opens the only list of the ledger. The first run creates the ledger and the list. Every other run must find them.
async fn open(path: &Path, is_new: bool) -> Result<LedgerList, Failure> {
    find_or_create(path, is_new).await.map_err(|error| {
        let what_to_do = match error.kind() {
            LedgerErrorKind::NotFound => {
                "\nOn the first run, use `--new`. If people were invited before, find the old ledger: with a new one, \
                 every person would be invited again"
            }
            LedgerErrorKind::AlreadyExists => "\nTo continue with this ledger, omit `--new`",
            LedgerErrorKind::NoSuchList => {
                "\nNo invitation was sent with this ledger yet. If the first run was killed before it created the list, \
                 delete the ledger, and use `--new`"
            }
            _ => "",
        };
        format!("{}: {error}{what_to_do}", path.display()).into()
    })
}

async fn find_or_create(path: &Path, is_new: bool) -> Result<LedgerList, LedgerError> {
    if is_new {
        let ledger = FileLedger::create(path).await?;
        ledger.create_list(LIST, &SendInvitation::INFO).await
    } else {
        FileLedger::open(path).await?.list(LIST).await
    }
}

fn read_list(path: &Path, programme: &Programme) -> Result<Vec<(Key, SendInvitation)>, Failure> {
    let at = |error: csv::Error| format!("{}: {error}", path.display());
    let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut file = csv::Reader::from_reader(&*text);
    let headers = file.headers().map_err(at)?.clone();
    let (Some(key), Some(location)) = (column(&headers, "key")?, column(&headers, "location")?)
    else {
        return Err("the list needs the columns `key` and `location`".into());
    };
    let mut columns = [None; 4];
    for (place, name) in columns
        .iter_mut()
        .zip(["email", "mobile", "first_name", "last_name"])
    {
        *place = column(&headers, name)?;
    }
    let mut invitations = Vec::new();
    // The line number and the cells of every key.
    let mut seen = HashMap::new();
    for record in file.records() {
        let record = record.map_err(at)?;
        let line = line(&record, &text);
        let cell = |column: usize| record.get(column).unwrap_or_default().trim().to_owned();
        let cells = columns.map(|column| column.map(cell).filter(|text| !text.is_empty()));
        let person = (cell(location), cells);
        let key = Key::new(cell(key)).map_err(|error| format!("line {line}: {error}"))?;
        match seen.get(&key) {
            None => {}
            Some((first, same)) if *same == person => {
                eprintln!("line {line}: repeats line {first}; skipped");
                continue;
            }
            Some((first, _)) => {
                return Err(format!(
                    "line {line}: has the key of line {first}, but different values"
                )
                .into());
            }
        }
        seen.insert(key.clone(), (line, person.clone()));
        let (location, [email, mobile, first_name, last_name]) = person;
        let mut person = Recipient::new(location);
        person = email.map_or(person.clone(), |text| person.email(text));
        person = mobile.map_or(person.clone(), |text| person.mobile(text));
        person = first_name.map_or(person.clone(), |text| person.first_name(text));
        person = last_name.map_or(person.clone(), |text| person.last_name(text));
        invitations.push((key, SendInvitation::new(programme, person)));
    }
    Ok(invitations)
}

/// Returns the index of a column, if it exists. A name that appears twice is an error, because either column may be meant.
fn column(headers: &csv::StringRecord, name: &str) -> Result<Option<usize>, Failure> {
    let places = headers.iter().map(str::trim).enumerate();
    let mut places = places.filter(|(_, header)| *header == name);
    let place = places.next().map(|(place, _)| place);
    match places.next() {
        Some(_) => Err(format!("the column `{name}` appears twice").into()),
        None => Ok(place),
    }
}

/// Returns the line on which a record begins, counted as in an editor. Line breaks inside cells are counted. Empty lines are counted too,
/// although the record's position omits them.
fn line(record: &csv::StringRecord, text: &[u8]) -> u64 {
    let Some(position) = record.position() else {
        return 0;
    };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.get(start..).unwrap_or_default().iter();
    let empty = rest.take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + empty.filter(|byte| **byte == b'\n').count() as u64
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

/// Builds a client and a programme, for Customer Radar or for a sandbox.
async fn client(sandbox: bool) -> Result<(Client, Programme, Option<Sandbox>), Failure> {
    if !sandbox {
        let id = |name| env::var(name).map_err(|error| format!("{name}: {error}; see --help"));
        let programme = Programme::new(id("RADAR_CLIENT")?, id("RADAR_PROGRAMME")?);
        return Ok((Client::from_env()?, programme, None));
    }
    let sandbox = Sandbox::start().await?;
    let radar = sandbox.customer_radar();
    let client = Client::builder(radar.username(), radar.password())
        .base_url(radar.base_url())
        .build()?;
    let programme = Programme::new("client-1", "programme-1");
    Ok((client, programme, Some(sandbox)))
}
