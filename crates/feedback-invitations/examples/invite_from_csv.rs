//! Sends each invitation on a list at most once per key, however often it is run, stopped or killed. See `--help`.
//!
//! ```console
//! $ printf 'key,location,email\norder-1,location-1,ana@shop.example\n' > march.csv
//! $ cargo run --features ledger --example invite_from_csv -- --sandbox march.csv
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
Sends each invitation on a list at most once per key, however often it is run, stopped or killed. A person who stands
under two keys gets two invitations.

Usage: invite_from_csv [--new] [--ledger FILE] [--dry-run] [--resend-refused] [--sandbox] LIST

  LIST              a CSV file with the columns key, location, and email or mobile or both; also first_name and last_name.
                    A key names the invitation, such as by the order's number. It is kept and printed: never use an
                    e-mail address, a telephone number or a person's name. A line that comes again is left out; one that gives its key to
                    somebody else stops everything
  --new             this is the first run: creates the ledger. Any other run needs the one that is there, as with a new one
                    everybody would be invited again
  --ledger FILE     where it is kept who was invited; LIST.ledger if it is missing
  --dry-run         reads everything, and sends nothing
  --resend-refused  sends again what was refused in an earlier run
  --sandbox         talks to a sandbox of its own, which knows `location-1`, needs no variables, and keeps no ledger

Press Ctrl-C to stop, or send SIGTERM: what is on its way is finished. Run it again to go on. What is unknown may have
been sent, and is not sent again: the program prints whom to ask, and with what. Then record it, for instance by
`customer-api-ledger resolve LIST.ledger invitations KEY sent`.

The environment holds RADAR_USERNAME, RADAR_PASSWORD, RADAR_CLIENT, RADAR_PROGRAMME, and RADAR_BASE_URL if it is not the
provider's. **People get messages.**

Exit code: 0 if everybody on the list is invited, 1 if the program failed, 2 for a wrong command line, 3 if somebody is
not, or if that is unknown.
";

/// The list in the ledger: a file is for one occasion here.
const LIST: &str = "invitations";

/// Invitations that are on their way at once.
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
            report(&*error);
            ExitCode::FAILURE
        }
    }
}

impl Options {
    /// What the command line asks for; `None` stands for the help.
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
            return Err("--sandbox keeps no ledger: leave --ledger and --new out".into());
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

/// Invites, and says whether everybody is invited.
async fn invite(options: &Options) -> Result<bool, Failure> {
    // The sandbox lives as long as this does.
    let (radar, programme, _sandbox) = client(options.sandbox).await?;
    // Read as a whole before the first one leaves: a broken line shall stop everything, not the rest.
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
        eprintln!("stopping: what is on its way is finished");
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
        // No read shows an invitation, but whom to ask is known.
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

/// The one list of the ledger, which a first run creates, and any other must find.
async fn open(path: &Path, is_new: bool) -> Result<LedgerList, Failure> {
    find_or_create(path, is_new).await.map_err(|error| {
        let what_to_do = match error.kind() {
            LedgerErrorKind::NotFound => {
                "\nOn the first run, say `--new`. If somebody was invited already, find the ledger: everybody would be \
                 invited again"
            }
            LedgerErrorKind::AlreadyExists => "\nTo go on with it, leave `--new` out",
            LedgerErrorKind::NoSuchList => {
                "\nNobody was invited by it yet: if a kill left it so, delete it, and say `--new`"
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
    // The line and the cells of every key.
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
                eprintln!("line {line}: line {first} again; left out");
                continue;
            }
            Some((first, _)) => {
                return Err(
                    format!("line {line}: the key of line {first}, for something else").into(),
                );
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

/// A client and a programme of Customer Radar's, or a sandbox's.
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
