//! A shop asks two hundred customers for feedback, each once, though everything goes wrong.

use std::{
    collections::BTreeSet,
    env, fs,
    path::{Path, PathBuf},
    process::{self, Stdio},
};

use customer_api_sandbox::{CustomerRadarOptions, Fault, Sandbox};
use feedback_invitations::{
    Client, Programme, Recipient, SendInvitation,
    customer_api_core::rate_limit::Quota,
    ledger::{
        ClientExt as _, FileLedger, Key, LedgerError, LedgerList, Resolution, State,
        send_all::{self, SentOutcome},
    },
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, ChildStdout, Command},
};

use crate::{Failure, account::Account};

/// The first argument of the program that sends, which is this one again, so that it can be killed.
pub(crate) const SENDER: &str = "send-invitations";

/// The list of the ledger.
const LIST: &str = "march";

const CUSTOMERS: usize = 200;
const CONCURRENCY: usize = 4;

/// After so many outcomes the sender is killed.
const KILLED_AFTER: usize = 120;

pub(crate) async fn work(account: &mut Account) -> Result<(), Failure> {
    // A token is good for 70 requests: it expires twice on the way.
    let options = CustomerRadarOptions::default().token_uses(70);
    let sandbox = Sandbox::builder().customer_radar(options).start().await?;
    let radar = sandbox.customer_radar();
    let ledger = LedgerFile::new();
    let file = FileLedger::create(&ledger.0).await?;
    drop(file.create_list(LIST, &SendInvitation::INFO).await?);
    drop(file);

    account.step(&format!(
        "send {CUSTOMERS} invitations, lose the response to one, and kill the program on the way"
    ));
    let lost = Fault::close_before_head().processed();
    radar.fault_on("sendInvitation", lost)?;
    let mut sender = Sender::start(&sandbox, &ledger.0)?;
    let mut told = Reported::default();
    while told.lines < KILLED_AFTER && told.read(account, &mut sender).await? {}
    sender.child.kill().await?;
    account.show(format!("killed after {} outcomes", told.lines));
    account.expect("unknown outcomes", told.unknown, 1)?;
    account.expect("logins so far", radar.login_count() >= 2, true)?;

    account.step("run the same program again, from the beginning of the list");
    let mut sender = Sender::start(&sandbox, &ledger.0)?;
    let mut told = Reported::default();
    while told.read(account, &mut sender).await? {}
    account.expect(
        "the sender's end",
        sender.child.wait().await?.success(),
        true,
    )?;
    account.expect("keys", told.lines, CUSTOMERS)?;
    account.show(format!(
        "{} accepted now, {} skipped: accepted before, {} skipped: nobody knows",
        told.accepted, told.skipped, told.doubtful
    ));
    // The lost response, and what was on its way at the kill.
    let bearable = (1..=1 + CONCURRENCY).contains(&told.doubtful);
    account.expect("doubtful keys", bearable, true)?;

    account.step(
        "look up those of which nobody knows, settle them in the ledger, and run it once more",
    );
    let known = addresses(&sandbox);
    account.expect("nobody got two so far", known.len(), radar.outbox().len())?;
    settle(account, &ledger.0, &known).await?;
    let mut sender = Sender::start(&sandbox, &ledger.0)?;
    let mut told = Reported::default();
    while told.read(account, &mut sender).await? {}
    account.expect("doubtful keys", told.doubtful, 0)?;

    let summary = open(&ledger.0).await?.summary().await?;
    account.show(format!("the ledger: {summary}"));
    account.expect("accepted", summary.accepted, CUSTOMERS as u64)?;
    account.show(format!(
        "the sandbox: {} messages to {} people, {} logins",
        radar.outbox().len(),
        addresses(&sandbox).len(),
        radar.login_count()
    ));
    account.expect("messages", radar.outbox().len(), CUSTOMERS)?;
    account.expect("people", addresses(&sandbox).len(), CUSTOMERS)
}

/// What a person does who asks the provider's support about the doubtful ones. Here the outbox tells.
async fn settle(
    account: &mut Account,
    ledger: &Path,
    known: &BTreeSet<String>,
) -> Result<(), Failure> {
    let list = open(ledger).await?;
    for key in list.unknown(None, CUSTOMERS).await? {
        let was_sent = known.contains(&address(key.as_str()));
        let (resolution, word) = if was_sent {
            (Resolution::Sent, "was sent")
        } else {
            (Resolution::NotSent, "was not sent")
        };
        list.resolve(&key, resolution).await?;
        account.show(format!("{key} {word}"));
    }
    Ok(())
}

async fn open(ledger: &Path) -> Result<LedgerList, LedgerError> {
    FileLedger::open(ledger).await?.list(LIST).await
}

fn addresses(sandbox: &Sandbox) -> BTreeSet<String> {
    let outbox = sandbox.customer_radar().outbox();
    outbox.into_iter().filter_map(|sent| sent.email).collect()
}

fn address(key: &str) -> String {
    format!("{key}@shop.example")
}

/// The ledger's file, which goes away with the value.
struct LedgerFile(PathBuf);

impl LedgerFile {
    fn new() -> Self {
        Self(env::temp_dir().join(format!("invitations-{}.ledger", process::id())))
    }
}

impl Drop for LedgerFile {
    fn drop(&mut self) {
        // Nothing depends on it; the system clears its own temporary folder.
        let _ = fs::remove_file(&self.0);
    }
}

/// The program that sends, seen from outside.
struct Sender {
    child: Child,
    lines: tokio::io::Lines<BufReader<ChildStdout>>,
}

impl Sender {
    fn start(sandbox: &Sandbox, ledger: &Path) -> Result<Self, Failure> {
        let radar = sandbox.customer_radar();
        let mut child = Command::new(env::current_exe()?)
            .args([SENDER, radar.base_url(), radar.username(), radar.password()])
            .arg(ledger)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or("the sender has no output")?;
        Ok(Self {
            child,
            lines: BufReader::new(stdout).lines(),
        })
    }
}

/// What a sender has told so far.
#[derive(Default)]
struct Reported {
    lines: usize,
    accepted: usize,
    skipped: usize,
    doubtful: usize,
    unknown: usize,
}

impl Reported {
    /// Reads one outcome; false at the end.
    async fn read(&mut self, account: &mut Account, sender: &mut Sender) -> Result<bool, Failure> {
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

/// The program that sends: a line for each key.
pub(crate) async fn send(arguments: &[String]) -> Result<(), Failure> {
    let [url, username, password, ledger] = arguments else {
        return Err("expected a URL, a user name, a password and a ledger".into());
    };
    let radar = Client::builder(username.as_str(), password.as_str())
        .base_url(url)
        .rate_limiter(Quota::in_flight(CONCURRENCY))
        .build()?;
    let list = open(Path::new(ledger)).await?;
    let programme = Programme::new("client-1", "programme-1");
    let mut invitations = Vec::new();
    for number in 1..=CUSTOMERS {
        let key = Key::new(format!("order-{number}"))?;
        let recipient = Recipient::new("location-1").email(address(key.as_str()));
        invitations.push((key, SendInvitation::new(&programme, recipient)));
    }
    let mut run = radar
        .send_all(&list, send_all::iter(invitations))
        .concurrency(CONCURRENCY)
        .start();
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
    Ok(())
}
