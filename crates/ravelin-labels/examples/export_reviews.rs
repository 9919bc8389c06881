//! Exports all reviews since a time, as JSON Lines or CSV. See `--help`.
//!
//! ```console
//! $ cargo run --example export_reviews -- --sandbox --since 2020-01-01T00:00:00Z --format csv reviews.csv
//! ```
#![expect(clippy::print_stderr, reason = "a program reports its progress")]

use std::{
    error::Error,
    fs::{File, OpenOptions},
    io::{self, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write},
    path::PathBuf,
    process::ExitCode,
};

use customer_api_sandbox::Sandbox;
use lexopt::prelude::*;
use ravelin_labels::{Client, Resume, Review, Timestamp};

const HELP: &str = "\
Exports all reviews since a time.

Usage: export_reviews --since TIME [--format jsonl|csv] [--resume] [--sandbox] [FILE]

  FILE             the output file; standard output by default
  --since TIME     the start time, such as 2026-01-01T00:00:00Z
  --format FORMAT  jsonl (JSON Lines, the default) or csv
  --resume         resumes a FILE that an earlier export left unfinished. The reviews in it are read again and
                   compared, so that none is lost or repeated. Pass the same time and format
  --sandbox        exports 2,500 made-up reviews from a sandbox

Environment variables: RAVELIN_SECRET_KEY, and RAVELIN_BASE_URL if the base URL is not the provider's.

Exit code: 0 if everything was exported, 1 if something failed, 2 for a wrong command line.
";

type Failure = Box<dyn Error>;

struct Options {
    since: Timestamp,
    format: Format,
    resume: bool,
    sandbox: bool,
    file: Option<PathBuf>,
}

#[derive(Clone, Copy)]
enum Format {
    JsonLines,
    Csv,
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
    match export(options).await {
        Ok(reviews) => {
            eprintln!("done: {reviews} reviews");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Options {
    /// Reads the command line. `None` means that help was requested.
    fn read(mut arguments: lexopt::Parser) -> Result<Option<Self>, lexopt::Error> {
        let (mut since, mut file) = (None, None);
        let (mut format, mut resume, mut sandbox) = (Format::JsonLines, false, false);
        while let Some(argument) = arguments.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("since") => since = Some(arguments.value()?.parse()?),
                Long("format") => {
                    format = arguments.value()?.parse_with(|text| match text {
                        "jsonl" => Ok(Format::JsonLines),
                        "csv" => Ok(Format::Csv),
                        _ => Err("it is neither jsonl nor csv"),
                    })?;
                }
                Long("resume") => resume = true,
                Long("sandbox") => sandbox = true,
                Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
                other => return Err(other.unexpected()),
            }
        }
        if resume && file.is_none() {
            return Err("--resume needs a FILE to resume".into());
        }
        let since = since.ok_or("--since is missing")?;
        Ok(Some(Self {
            since,
            format,
            resume,
            sandbox,
            file,
        }))
    }
}

/// Exports the reviews, and returns their number.
async fn export(options: Options) -> Result<u64, Failure> {
    // The sandbox runs for as long as this variable lives.
    let (ravelin, _sandbox) = client(options.sandbox).await?;
    let mut target = Target::open(&options)?;
    // If the list breaks off, the library resumes the list, and checks that the reviews delivered before come again.
    let mut reviews = ravelin
        .reviews_since(options.since)
        .resume(Resume::FromStart);
    if let Format::Csv = options.format {
        target.write(b"customer,label,timestamp,reviewer,reviewer_email,comment\n")?;
    }
    while let Some(page) = reviews.next_page().await? {
        for review in &page.items {
            target.write(&encoded(review, options.format)?)?;
        }
        // If the program is killed, no reported page is lost.
        target.out.flush()?;
        for odd in page.unreadable() {
            // Shows the place of the value and how it was treated, but not the value.
            eprintln!("page {}: {odd:?}", page.number);
        }
        let so_far = reviews.progress().items;
        eprintln!("page {}: {so_far} reviews so far", page.number);
    }
    target.finish()?;
    if reviews.ended_without_empty_page() {
        eprintln!("note: the list ended without the empty page that Ravelin promises");
    }
    Ok(reviews.progress().items)
}

fn encoded(review: &Review, format: Format) -> Result<Vec<u8>, Failure> {
    let mut line = Vec::new();
    match format {
        Format::JsonLines => {
            serde_json::to_writer(&mut line, review)?;
            line.push(b'\n');
        }
        Format::Csv => {
            let reviewer = review.reviewer.as_ref();
            let name = reviewer.and_then(|one| one.name.as_deref());
            let email = reviewer.and_then(|one| one.email.as_deref());
            csv::Writer::from_writer(&mut line).write_record([
                review.customer_id.as_str(),
                review.label.as_str(),
                review.timestamp.as_str(),
                name.unwrap_or_default(),
                email.unwrap_or_default(),
                review.comment.as_deref().unwrap_or_default(),
            ])?;
        }
    }
    Ok(line)
}

/// The output, and the part of it that already exists.
struct Target {
    out: Box<dyn Write>,
    /// The existing part of the file, until its end is reached. Lines of this part are compared and not written.
    before: Option<BufReader<File>>,
    kept: u64,
}

impl Target {
    fn open(options: &Options) -> Result<Self, Failure> {
        let Some(path) = &options.file else {
            return Ok(Self {
                out: Box::new(BufWriter::new(io::stdout())),
                before: None,
                kept: 0,
            });
        };
        let at = |error: io::Error| format!("{}: {error}", path.display());
        let file = if options.resume {
            OpenOptions::new().read(true).write(true).open(path)
        } else {
            // An existing export is not overwritten.
            File::create_new(path)
        }
        .map_err(at)?;
        let before = options
            .resume
            .then(|| file.try_clone().map(BufReader::new))
            .transpose()
            .map_err(at)?;
        Ok(Self {
            out: Box::new(BufWriter::new(file)),
            before,
            kept: 0,
        })
    }

    /// Compares a line with the existing part of the file. After the end of that part, writes the line.
    fn write(&mut self, line: &[u8]) -> Result<(), Failure> {
        if let Some(before) = &mut self.before {
            let mut there = Vec::new();
            before.take(line.len() as u64).read_to_end(&mut there)?;
            if !line.starts_with(&there) {
                return Err(
                    "the file contains something other than this export: start a new one".into(),
                );
            }
            if there.len() == line.len() {
                self.kept += there.len() as u64;
                return Ok(());
            }
            // The existing part ends here, perhaps in the middle of a line. That line is overwritten.
            before.seek(SeekFrom::Start(self.kept))?;
            self.before = None;
        }
        Ok(self.out.write_all(line)?)
    }

    fn finish(mut self) -> Result<(), Failure> {
        if let Some(before) = &mut self.before {
            if before.read(&mut [0])? > 0 {
                return Err("the file contains more than this export: start a new one".into());
            }
        }
        Ok(self.out.flush()?)
    }
}

/// Builds a client for Ravelin, or for a sandbox with reviews.
async fn client(sandbox: bool) -> Result<(Client, Option<Sandbox>), Failure> {
    if !sandbox {
        return Ok((Client::from_env()?, None));
    }
    let sandbox = Sandbox::start().await?;
    for number in 0..2_500 {
        let time = Timestamp::from_unix_seconds(1_577_836_800 + 60 * number)?;
        let label = if number % 7 == 0 {
            "FRAUDSTER"
        } else {
            "GENUINE"
        };
        let customer = format!("cust-{number}");
        let review = customer_api_sandbox::Review::new(customer, label, time.as_str());
        sandbox.ravelin().seed_review(review);
    }
    let client = Client::builder(sandbox.ravelin().secret_key())
        .base_url(sandbox.ravelin().base_url())
        .build()?;
    Ok((client, Some(sandbox)))
}
