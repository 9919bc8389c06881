//! A sender that uses a ledger: the demo's own program, started a second time so that it can be
//! killed.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Stdio},
};

use ravelin_labels::Operation;
use ravelin_labels::ledger::{
    FileLedger, LedgerError, LedgerList, State,
    send_all::{Run, SentOutcome},
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdout, Command},
};

use crate::{Failure, account::Account};

/// The ledger's file. It is deleted when the value is dropped.
pub(crate) struct LedgerFile(PathBuf);

impl LedgerFile {
    pub(crate) fn new(name: &str) -> Self {
        Self(env::temp_dir().join(format!("{name}-{}.ledger", process::id())))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for LedgerFile {
    fn drop(&mut self) {
        // A failure is ignored, because the system clears its temporary folder.
        let _ = fs::remove_file(&self.0);
    }
}

/// Opens the list of a ledger.
pub(crate) async fn open(ledger: &Path, list: &str) -> Result<LedgerList, LedgerError> {
    FileLedger::open(ledger).await?.list(list).await
}

/// The sending program, as its parent sees it.
pub(crate) struct Sender {
    pub(crate) child: Child,
    lines: tokio::io::Lines<BufReader<ChildStdout>>,
}

impl Sender {
    /// Starts this program again with these arguments. The ledger is the last argument.
    pub(crate) fn start(arguments: &[&str], ledger: &LedgerFile) -> Result<Self, Failure> {
        let mut child = Command::new(env::current_exe()?)
            .args(arguments)
            .arg(&ledger.0)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or("the sender has no output")?;
        Ok(Self {
            child,
            lines: BufReader::new(stdout).lines(),
        })
    }

    /// Reads all outcomes of a sender that is not killed.
    pub(crate) async fn finish(mut self, account: &mut Account) -> Result<Reported, Failure> {
        let mut told = Reported::default();
        while told.read(account, &mut self).await? {}
        let status = self.child.wait().await?;
        account.expect("the sender's end", status.success(), true)?;
        Ok(told)
    }
}

/// The outcomes that a sender has reported so far.
#[derive(Default)]
pub(crate) struct Reported {
    pub(crate) lines: usize,
    pub(crate) accepted: usize,
    pub(crate) skipped: usize,
    pub(crate) doubtful: usize,
    pub(crate) unknown: usize,
}

impl Reported {
    /// Reads one outcome. Returns false at the end.
    pub(crate) async fn read(
        &mut self,
        account: &mut Account,
        sender: &mut Sender,
    ) -> Result<bool, Failure> {
        let Some(line) = sender.lines.next_line().await? else {
            return Ok(false);
        };
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match word {
            "accepted" => self.accepted += 1,
            "skipped" => self.skipped += 1,
            "doubtful" => self.doubtful += 1,
            "unknown" => {
                self.unknown += 1;
                account.show(rest);
            }
            _ => return Err(line.into()),
        }
        self.lines += 1;
        Ok(true)
    }
}

/// Makes a run in the sending program, and prints one line for each key.
pub(crate) async fn report<O: Operation>(mut run: Run<O>) {
    while let Some(sent) = run.next().await {
        let word = match &sent.outcome {
            SentOutcome::Accepted(_) => "accepted",
            SentOutcome::Unknown(_) => "unknown",
            SentOutcome::Skipped(State::Accepted { .. }) => "skipped",
            SentOutcome::Skipped(_) => "doubtful",
            _ => "failed",
        };
        crate::account::say(&format!("{word} {}: {}", sent.key, sent.outcome));
    }
}
