//! A fraud team labels a list on three machines through a PostgreSQL server that the demo starts. One machine dies.

use std::{process::Stdio, time::Duration};

use customer_api_postgres::{PostgresLedger, PostgresQuota};
use customer_api_sandbox::{Ravelin, Sandbox, Server};
use ravelin_labels::{
    Client, LabelCustomer, PaymentFraudReview,
    customer_api_core::rate_limit::SharedQuota,
    ledger::{
        ClientExt as _, Key, LedgerList, Resolution,
        send_all::{self, SentOutcome},
        settle::SettlePolicy,
    },
};
use testkit::Postgres;
use tokio::process::{Child, Command};

use crate::{Failure, account::Account};

/// The first argument of a program that acts as a machine.
pub(crate) const MACHINE: &str = "label-as-a-machine";

const LIST: &str = "december";
const CASES: usize = 90;
const MACHINES: usize = 3;

/// The limit of attempts of all machines together.
const ATTEMPTS: usize = 20;
const WINDOW: Duration = Duration::from_secs(1);

/// The timeout of a machine's call.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The time from the timeout of a dead machine's call until the call counts as gone.
const GRACE: Duration = Duration::from_secs(1);

pub(crate) async fn work(account: &mut Account) -> Result<(), Failure> {
    if !Postgres::is_installed() {
        account.show("skipped: no PostgreSQL server is installed");
        return Ok(());
    }
    let server = Postgres::start("demo").ok_or("the server did not start")?;
    let sandbox = Sandbox::start().await?;
    let ravelin = sandbox.ravelin();
    let ledger = connect(&server.configuration()).await?;
    let list = ledger.create_list(LIST, &LabelCustomer::INFO).await?;

    account.step(&format!(
        "label {CASES} customers on {MACHINES} machines that share a ledger and a quota of {ATTEMPTS} per second; one machine dies"
    ));
    let mut machines = (0..MACHINES)
        .map(|_| start(ravelin, &server))
        .collect::<Result<Vec<_>, _>>()?;
    // A third of the list is done, so the machine that dies probably has labels on their way.
    while list.summary().await?.accepted < CASES as u64 / 3 {
        tokio::task::yield_now().await;
    }
    let mut dead = machines.pop().ok_or("there is no machine")?;
    dead.kill().await?;
    for mut machine in machines {
        account.expect("a machine's end", machine.wait().await?.success(), true)?;
    }
    account.show(format!("the ledger: {}", list.summary().await?));

    account.step("replace the dead machine once its unfinished labels count as unknown");
    while list.summary().await?.sending > 0 {
        tokio::task::yield_now().await;
    }
    run_one(account, ravelin, &server).await?;
    account.show(format!("the ledger: {}", list.summary().await?));

    account.step(
        "let an operator decide about the labels that no look shows, and run a machine once more",
    );
    for key in list.unknown(None, CASES).await? {
        list.resolve(&key, Resolution::NotSent).await?;
        account.show(format!("{key} will be sent again"));
    }
    run_one(account, ravelin, &server).await?;
    compare(account, ravelin, &list).await
}

async fn run_one(
    account: &mut Account,
    ravelin: &Server<Ravelin>,
    server: &Postgres,
) -> Result<(), Failure> {
    let mut machine = start(ravelin, server)?;
    account.expect("the machine's end", machine.wait().await?.success(), true)
}

async fn compare(
    account: &mut Account,
    ravelin: &Server<Ravelin>,
    list: &LedgerList,
) -> Result<(), Failure> {
    let summary = list.summary().await?;
    account.show(format!("the ledger: {summary}"));
    account.expect("accepted", summary.accepted, CASES as u64)?;
    account.expect("labels applied", ravelin.applied_count(), CASES)?;
    account.expect("all keys", summary.total(), CASES as u64)?;
    for number in 1..=CASES {
        let labels = ravelin.reviews(&customer(number)).len();
        account.expect(&format!("labels of {}", customer(number)), labels, 1)?;
    }
    let requests = ravelin.requests();
    let throttled = requests
        .iter()
        .filter(|request| request.status == Some(429));
    account.expect("refused because of the limit", throttled.count(), 0)
}

fn customer(number: usize) -> String {
    format!("cust-{number}")
}

async fn connect(database: &str) -> Result<PostgresLedger, Failure> {
    let options = PostgresLedger::options().grace(GRACE);
    Ok(options.connect(database).await?)
}

fn start(ravelin: &Server<Ravelin>, server: &Postgres) -> Result<Child, Failure> {
    let child = Command::new(std::env::current_exe()?)
        .args([MACHINE, ravelin.base_url(), &ravelin.secret_key()])
        .arg(server.configuration())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    Ok(child)
}

/// Acts as one machine: sends the rest of the list.
pub(crate) async fn send(arguments: &[String]) -> Result<(), Failure> {
    let [url, secret_key, database] = arguments else {
        return Err("expected a URL, a key and a database".into());
    };
    let quota = PostgresQuota::connect(database).await?;
    let quota = SharedQuota::per_window(quota, "ravelin", ATTEMPTS, WINDOW);
    let client = Client::builder(secret_key.as_str())
        .base_url(url)
        .timeout(TIMEOUT)
        .rate_limiter(quota.clone())
        .build()?;
    let ledger = connect(database).await?;
    let list = ledger.list(LIST).await?;
    let labels = (1..=CASES).map(|number| {
        let label = LabelCustomer::payment_fraud(customer(number), PaymentFraudReview::Fraudster);
        Ok((Key::new(format!("case-{number}"))?, label))
    });
    let labels = labels.collect::<Result<Vec<_>, Failure>>()?;
    let mut run = client
        .send_all(&list, send_all::iter(labels))
        .concurrency(4)
        .settle_unknown(SettlePolicy::new())
        .start();
    while let Some(sent) = run.next().await {
        if let SentOutcome::Refused(error) = sent.outcome {
            return Err(error.into());
        }
    }
    ledger.flush().await;
    quota.flush().await;
    Ok(())
}
