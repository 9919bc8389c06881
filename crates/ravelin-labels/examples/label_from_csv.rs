//! Labels the customers of a CSV file, and keeps account of what became of each. See `--help`.
//!
//! ```console
//! $ printf 'customer,review,comment\ncust-1,FRAUDSTER,chargeback\ncust-2,GENUINE,\n' > labels.csv
//! $ cargo run --example label_from_csv -- --dry-run labels.csv
//! $ cargo run --example label_from_csv -- --sandbox labels.csv
//! ```
#![expect(clippy::print_stderr, reason = "a program says what it does")]

use std::{
    collections::{BTreeMap, HashMap},
    error::Error,
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use customer_api_sandbox::Sandbox;
use lexopt::prelude::*;
use ravelin_labels::{Client, Delivery, LabelCustomer, LastReview, PaymentFraudReview, Reviewer};

const HELP: &str = "\
Labels the customers of a CSV file for payment fraud, and keeps account of what became of each.

Usage: label_from_csv [--results FILE] [--dry-run] [--name NAME --email EMAIL] [--sandbox] LIST

  LIST            a CSV file with the columns customer, review and, if wanted, comment. A line that comes again is left
                  out; one that says something else of the same customer stops everything
  --results FILE  where the account is kept, as CSV; LIST.results.csv if it is missing
  --dry-run       reads everything, says what would be sent, and sends nothing
  --name NAME     who reviews, for Ravelin's audit log; goes with --email
  --email EMAIL   who reviews
  --sandbox       talks to a sandbox of its own. Its results are LIST.sandbox.results.csv, made anew for each run, so that
                  no real run takes them for its own

Run it again to go on: what was labelled or refused is left alone, what was not sent is sent. Of what is unknown, the
last review is looked at first, and a label is sent again only if that is another one. To send again what was refused,
mend the list and delete the results. Press Ctrl-C to stop, or send SIGTERM: what is on its way is finished.

The environment holds RAVELIN_SECRET_KEY, and RAVELIN_BASE_URL if it is not the provider's.

Exit code: 0 if everybody is labelled, 1 if the program failed, 2 for a wrong command line, 3 if somebody is not.
";

type Failure = Box<dyn Error>;

struct Options {
    list: PathBuf,
    results: PathBuf,
    dry_run: bool,
    reviewer: Option<Reviewer>,
    sandbox: bool,
}

#[derive(PartialEq)]
struct Row {
    customer: String,
    review: PaymentFraudReview,
    comment: String,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Labelled,
    Refused,
    NotSent,
    /// It may be labelled. Also what is on its way, from before it is sent: the program may be killed.
    Unknown,
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
        let (mut list, mut results) = (None, None);
        let (mut name, mut email) = (None, None);
        let (mut dry_run, mut sandbox) = (false, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("results") => results = Some(PathBuf::from(arguments.value()?)),
                Long("dry-run") => dry_run = true,
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
        if sandbox && results.is_some() {
            return Err("--sandbox has results of its own: leave --results out".into());
        }
        let results = results.unwrap_or_else(|| {
            let mut path = list.clone().into_os_string();
            path.push(if sandbox {
                ".sandbox.results.csv"
            } else {
                ".results.csv"
            });
            path.into()
        });
        Ok(Some(Self {
            list,
            results,
            dry_run,
            reviewer,
            sandbox,
        }))
    }
}

/// Labels, and says whether everybody is labelled.
async fn label(options: &Options) -> Result<bool, Failure> {
    // Read as a whole before the first label leaves: a broken line shall stop everything, not the rest.
    let rows = read_list(&options.list)?;
    if options.sandbox {
        match fs::remove_file(&options.results) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let mut done = Results::read(&options.results, &rows)?;
    let left = rows.len() - done.count(Outcome::Labelled) - done.count(Outcome::Refused);
    if options.dry_run {
        eprintln!(
            "{} rows, {left} of them to be sent; nothing was sent",
            rows.len()
        );
        return Ok(left == 0);
    }
    // The sandbox lives as long as this does.
    let (ravelin, _sandbox) = client(options.sandbox).await?;
    let asked = stop_asked()?;
    let stop = tokio::spawn(async move {
        asked.await;
        eprintln!("stopping: what is on its way is finished");
    });
    for (number, row) in rows.iter().enumerate() {
        let before = done.outcomes.get(&number).copied();
        if matches!(before, Some(Outcome::Labelled | Outcome::Refused)) {
            continue;
        }
        if stop.is_finished() {
            break;
        }
        if before == Some(Outcome::Unknown) {
            let last = ravelin.send(LastReview::new(&*row.customer)).await?;
            if last.is_some_and(|last| last.label.as_str() == row.review.as_str()) {
                done.write(number, row, Outcome::Labelled, "found when looked at")?;
                continue;
            }
        }
        // On record before it leaves: a program that is killed then must not take it for not sent.
        done.write(number, row, Outcome::Unknown, "on its way")?;
        let mut label = LabelCustomer::payment_fraud(&*row.customer, row.review.clone());
        if !row.comment.is_empty() {
            label = label.comment(&*row.comment);
        }
        if let Some(reviewer) = &options.reviewer {
            label = label.reviewer(reviewer.clone());
        }
        match ravelin.send(label).await {
            Ok(_) => done.write(number, row, Outcome::Labelled, "")?,
            Err(error) => {
                let outcome = match error.delivery() {
                    // A key that is refused says nothing about the row.
                    Delivery::Refused if !error.is_unauthorized() => Outcome::Refused,
                    Delivery::NotSent | Delivery::Refused => Outcome::NotSent,
                    Delivery::Unknown => Outcome::Unknown,
                };
                done.write(number, row, outcome, &error.to_string())?;
                eprintln!("row {}: {outcome}: {error}", number + 1);
                if error.is_unauthorized() {
                    return Err(error.into());
                }
            }
        }
        if (number + 1) % 50 == 0 {
            eprintln!("{} of {} rows: {done}", number + 1, rows.len());
        }
    }
    done.tidy(&rows)?;
    eprintln!(
        "{} rows: {done}; see {}",
        rows.len(),
        options.results.display()
    );
    Ok(done.count(Outcome::Labelled) == rows.len())
}

fn read_list(path: &Path) -> Result<Vec<Row>, Failure> {
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
    let mut rows: Vec<Row> = Vec::new();
    // The line and the row of every customer.
    let mut seen: HashMap<String, (u64, usize)> = HashMap::new();
    for record in file.records() {
        let record = record.map_err(at)?;
        let line = line(&record, &text);
        let cell = |column| record.get(column).unwrap_or_default().trim().to_owned();
        // A typo must not become a label, so only listed reviews are taken.
        let review = PaymentFraudReview::unlisted(cell(review));
        if let PaymentFraudReview::Unlisted(_) = review {
            return Err(format!("line {line}: `{}` is no review", review.as_str()).into());
        }
        let row = Row {
            customer: cell(customer),
            review,
            comment: comment.map(cell).unwrap_or_default(),
        };
        // The last label of a customer counts, so one that is there twice is labelled once, or not at all.
        match seen.get(&row.customer) {
            None => {}
            Some((first, number)) if rows.get(*number) == Some(&row) => {
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
        seen.insert(row.customer.clone(), (line, rows.len()));
        rows.push(row);
    }
    Ok(rows)
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

/// The account: a CSV file that grows by a line whenever something becomes of a row. The last line of a row holds.
struct Results {
    path: PathBuf,
    file: Option<File>,
    /// How much of the file is whole lines, until it is written to.
    whole: usize,
    outcomes: BTreeMap<usize, Outcome>,
    details: BTreeMap<usize, String>,
}

impl Results {
    /// What earlier runs left, if it belongs to this list.
    fn read(path: &Path, rows: &[Row]) -> Result<Self, Failure> {
        let mut results = Self {
            path: path.to_owned(),
            file: None,
            whole: 0,
            outcomes: BTreeMap::new(),
            details: BTreeMap::new(),
        };
        if !path.exists() {
            return Ok(results);
        }
        let text = fs::read_to_string(path)?;
        // A kill may leave half a line. What it was about to say is unknown, as the line before it says.
        let whole = text
            .rfind('\n')
            .and_then(|end| text.get(..=end))
            .unwrap_or_default();
        for record in csv::Reader::from_reader(whole.as_bytes()).records() {
            let record = record?;
            let (Some(number), Some(customer), Some(outcome)) =
                (record.get(0), record.get(1), record.get(3))
            else {
                return Err("the results have a line with too few cells".into());
            };
            let number = number.parse::<usize>()?.wrapping_sub(1);
            if rows.get(number).is_none_or(|row| row.customer != customer) {
                return Err("the results belong to another list".into());
            }
            let outcome = Outcome::ALL
                .into_iter()
                .find(|one| one.to_string() == outcome);
            results.outcomes.insert(
                number,
                outcome.ok_or("the results have an outcome of another program")?,
            );
            results
                .details
                .insert(number, record.get(4).unwrap_or_default().to_owned());
        }
        results.whole = whole.len();
        Ok(results)
    }

    fn write(
        &mut self,
        number: usize,
        row: &Row,
        outcome: Outcome,
        detail: &str,
    ) -> Result<(), Failure> {
        self.outcomes.insert(number, outcome);
        self.details.insert(number, detail.to_owned());
        let mut line = Vec::new();
        if self.file.is_none() {
            let file = OpenOptions::new()
                .create(true)
                .append(true)
                .open(&self.path)?;
            file.set_len(self.whole as u64)?;
            if self.whole == 0 {
                line.extend_from_slice(Self::HEADER);
            }
            self.file = Some(file);
        }
        line.extend(self.line(number, row)?);
        if let Some(file) = &mut self.file {
            file.write_all(&line)?;
        }
        Ok(())
    }

    const HEADER: &[u8] = b"row,customer,review,outcome,detail\n";

    fn line(&self, number: usize, row: &Row) -> Result<Vec<u8>, Failure> {
        let outcome = self.outcomes.get(&number).unwrap_or(&Outcome::NotSent);
        let mut line = Vec::new();
        csv::Writer::from_writer(&mut line).write_record([
            &*(number + 1).to_string(),
            &*row.customer,
            row.review.as_str(),
            &*outcome.to_string(),
            self.details.get(&number).map_or("", String::as_str),
        ])?;
        Ok(line)
    }

    /// One line for each row, now that nothing is on its way.
    fn tidy(&mut self, rows: &[Row]) -> Result<(), Failure> {
        let mut text = Self::HEADER.to_vec();
        for (number, row) in rows.iter().enumerate() {
            text.extend(self.line(number, row)?);
        }
        let new = self.path.with_extension("new");
        fs::write(&new, text)?;
        self.file = None;
        Ok(fs::rename(new, &self.path)?)
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.outcomes
            .values()
            .filter(|one| **one == outcome)
            .count()
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [labelled, refused, not_sent, unknown] = Outcome::ALL.map(|one| self.count(one));
        write!(
            f,
            "{labelled} labelled, {refused} refused, {not_sent} not sent, {unknown} unknown"
        )
    }
}

impl Outcome {
    const ALL: [Self; 4] = [Self::Labelled, Self::Refused, Self::NotSent, Self::Unknown];
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Labelled => "labelled",
            Self::Refused => "refused",
            Self::NotSent => "not sent",
            Self::Unknown => "unknown",
        })
    }
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
