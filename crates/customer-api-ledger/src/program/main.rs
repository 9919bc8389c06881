//! The operator's program: inspects a ledger, and resolves keys.
#![expect(clippy::print_stderr, reason = "it prints messages for the operator")]

mod command;
mod print;

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use command::{Command, HELP};
use customer_api_ledger::{FileLedger, LedgerError, LedgerErrorKind, LedgerList};
use print::{Output, say};

/// No such list or key, or nothing to resolve.
const NOT_THERE: u8 = 1;
const USAGE: u8 = 2;
const FAILED: u8 = 3;
/// A program is sending from this ledger now.
const IN_USE: u8 = 4;

fn main() -> ExitCode {
    let (command, is_json) = match command::read(lexopt::Parser::from_env()) {
        Ok(read) => read,
        Err(error) => {
            eprintln!("{error}\nTry --help.");
            return USAGE.into();
        }
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return FAILED.into();
        }
    };
    match runtime.block_on(run(command, Output { is_json })) {
        Ok(code) => code,
        // The reader of the output has closed it.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(Failure::Output(error)) => {
            eprintln!("{error}");
            FAILED.into()
        }
        Err(Failure::Ledger(error)) => {
            eprintln!("{error}");
            match error.kind() {
                LedgerErrorKind::InUse => IN_USE,
                LedgerErrorKind::NotUnknown | LedgerErrorKind::NoSuchList => NOT_THERE,
                _ => FAILED,
            }
            .into()
        }
    }
}

/// The reason why the program failed.
enum Failure {
    Ledger(LedgerError),
    Output(io::Error),
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

async fn run(command: Command, output: Output) -> Result<ExitCode, Failure> {
    match command {
        Command::Help => io::stdout().write_all(HELP.as_bytes())?,
        Command::Version => say(&concat!("customer-api-ledger ", env!("CARGO_PKG_VERSION")))?,
        Command::Lists { file } => {
            let ledger = FileLedger::open(&file).await?;
            for list in customer_api_ledger::Ledger::lists(&ledger).await? {
                let list = ledger.list(list.name.as_str()).await?;
                output.list(&list, list.summary().await?)?;
            }
        }
        Command::Show { file, list, key } => {
            let list = open(&file, &list).await?;
            match list.entry(&key).await? {
                Some(entry) => output.entry(&entry)?,
                None => {
                    eprintln!("the list has no such key: nothing was sent under it");
                    return Ok(NOT_THERE.into());
                }
            }
        }
        Command::Unknown { file, list } => {
            let list = open(&file, &list).await?;
            let mut last = None;
            loop {
                let keys = list.unknown(last.as_ref(), 1_000).await?;
                for key in &keys {
                    if let Some(entry) = list.entry(key).await? {
                        output.entry(&entry)?;
                    }
                }
                last = keys.into_iter().next_back();
                if last.is_none() {
                    break;
                }
            }
        }
        Command::Resolve {
            file,
            list,
            key,
            resolution,
        } => {
            let list = open(&file, &list).await?;
            list.resolve(&key, resolution).await?;
            if let Some(entry) = list.entry(&key).await? {
                output.entry(&entry)?;
            }
        }
        Command::Backup { file, to } => FileLedger::open(&file).await?.backup_to(to).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn open(file: &std::path::Path, list: &str) -> Result<LedgerList, LedgerError> {
    FileLedger::open(file).await?.list(list).await
}
