//! A shop asks two hundred customers for feedback, each once, despite every failure.

use std::{collections::BTreeSet, path::Path};

use customer_api_sandbox::{CustomerRadarOptions, Fault, Sandbox};
use feedback_invitations::{
    Client, Programme, Recipient, SendInvitation,
    customer_api_core::rate_limit::Quota,
    ledger::{ClientExt as _, FileLedger, Key, Resolution, send_all},
};

use crate::{
    Failure,
    account::Account,
    sender::{self, LedgerFile, Reported, Sender, open},
};

/// The first argument of the program that sends.
pub(crate) const SENDER: &str = "send-invitations";

/// The ledger's list.
const LIST: &str = "march";

const CUSTOMERS: usize = 200;
const CONCURRENCY: usize = 4;

/// The number of outcomes after which the sender is killed.
const KILLED_AFTER: usize = 120;

pub(crate) async fn work(account: &mut Account) -> Result<(), Failure> {
    // A token is valid for 70 requests, so it expires twice during the run.
    let options = CustomerRadarOptions::default().token_uses(70);
    let sandbox = Sandbox::builder().customer_radar(options).start().await?;
    let radar = sandbox.customer_radar();
    let ledger = LedgerFile::new("invitations");
    let file = FileLedger::create(ledger.path()).await?;
    drop(file.create_list(LIST, &SendInvitation::INFO).await?);
    drop(file);

    account.step(&format!(
        "send {CUSTOMERS} invitations, lose the response to one, and kill the program during the run"
    ));
    let lost = Fault::close_before_head().processed();
    radar.fault_on("sendInvitation", lost)?;
    let mut sender = start(&sandbox, &ledger)?;
    let mut told = Reported::default();
    while told.lines < KILLED_AFTER && told.read(account, &mut sender).await? {}
    sender.child.kill().await?;
    account.show(format!("killed after {} outcomes", told.lines));
    account.expect("unknown outcomes", told.unknown, 1)?;
    account.expect("logins so far", radar.login_count() >= 2, true)?;

    account.step("run the same program again, from the beginning of the list");
    let told = start(&sandbox, &ledger)?.finish(account).await?;
    account.expect("keys", told.lines, CUSTOMERS)?;
    account.show(format!(
        "{} accepted now, {} skipped: accepted before, {} skipped: unknown",
        told.accepted, told.skipped, told.doubtful
    ));
    // One key for the lost response, and one for each invitation that was on its way at the kill.
    let bearable = (1..=1 + CONCURRENCY).contains(&told.doubtful);
    account.expect("doubtful keys", bearable, true)?;

    account.step(
        "look up the unknown ones, resolve them in the ledger, and run the program once more",
    );
    let known = addresses(&sandbox);
    account.expect(
        "people with one message each so far",
        known.len(),
        radar.outbox().len(),
    )?;
    settle(account, ledger.path(), &known).await?;
    let told = start(&sandbox, &ledger)?.finish(account).await?;
    account.expect("doubtful keys", told.doubtful, 0)?;

    let summary = open(ledger.path(), LIST).await?.summary().await?;
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

/// Acts as an operator who asks the provider's support about the doubtful keys. Here, the sandbox's
/// outbox shows which invitations were sent.
async fn settle(
    account: &mut Account,
    ledger: &Path,
    known: &BTreeSet<String>,
) -> Result<(), Failure> {
    let list = open(ledger, LIST).await?;
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

fn start(sandbox: &Sandbox, ledger: &LedgerFile) -> Result<Sender, Failure> {
    let radar = sandbox.customer_radar();
    let arguments = [
        SENDER,
        radar.base_url(),
        &radar.username(),
        &radar.password(),
    ];
    Sender::start(&arguments, ledger)
}

fn addresses(sandbox: &Sandbox) -> BTreeSet<String> {
    let outbox = sandbox.customer_radar().outbox();
    outbox.into_iter().filter_map(|sent| sent.email).collect()
}

fn address(key: &str) -> String {
    format!("{key}@shop.example")
}

/// The program that sends. It prints one line for each key.
pub(crate) async fn send(arguments: &[String]) -> Result<(), Failure> {
    let [url, username, password, ledger] = arguments else {
        return Err("expected a URL, a user name, a password and a ledger".into());
    };
    let radar = Client::builder(username.as_str(), password.as_str())
        .base_url(url)
        .rate_limiter(Quota::in_flight(CONCURRENCY))
        .build()?;
    let list = open(Path::new(ledger), LIST).await?;
    let programme = Programme::new("client-1", "programme-1");
    let mut invitations = Vec::new();
    for number in 1..=CUSTOMERS {
        let key = Key::new(format!("order-{number}"))?;
        let recipient = Recipient::new("location-1").email(address(key.as_str()));
        invitations.push((key, SendInvitation::new(&programme, recipient)));
    }
    let run = radar
        .send_all(&list, send_all::iter(invitations))
        .concurrency(CONCURRENCY);
    sender::report(run.start()).await;
    Ok(())
}
