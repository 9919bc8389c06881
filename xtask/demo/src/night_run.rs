//! A fraud team labels a list of customers with a program that is killed, and settles the unknown outcomes with a look.

use std::{collections::BTreeMap, path::Path, sync::Mutex, time::Duration};

use customer_api_sandbox::{Fault, Later, Ravelin, Sandbox, Server};
use ravelin_labels::{
    Client, LabelCustomer, Marker, PaymentFraudReview, Settled,
    customer_api_core::rate_limit::Quota,
    ledger::{
        ClientExt as _, FileLedger, Key, LedgerList, Resolution, send_all, settle::SettlePolicy,
    },
};
use tokio::sync::oneshot;

use crate::{
    Failure,
    account::Account,
    sender::{self, LedgerFile, Sender, open},
};

/// The first argument of the program that sends.
pub(crate) const SENDER: &str = "send-labels";

/// The ledger's list.
const LIST: &str = "november";

const CASES: usize = 60;
const CONCURRENCY: usize = 3;

/// The number of labels that get a response before the kill. The next labels get none.
const ANSWERED: u32 = 20;

/// The time after which Ravelin applies its late label.
const LATE: Duration = Duration::from_secs(600);

pub(crate) async fn work(account: &mut Account) -> Result<(), Failure> {
    let (arrived, all_on_their_way) = oneshot::channel();
    let arrived = Mutex::new((0, Some(arrived)));
    // The sandbox reports each request, so the demo notices when the maximum number of labels are on their way.
    let builder = Sandbox::builder().on_request(move |request| {
        let Ok(mut arrived) = arrived.lock() else {
            return;
        };
        arrived.0 += usize::from(request.operation_id.as_deref() == Some(LabelCustomer::INFO.id));
        if arrived.0 == ANSWERED as usize + CONCURRENCY {
            // This line may be reached again. Only the first signal has a receiver.
            let _ = arrived.1.take().map(|arrived| arrived.send(()));
        }
    });
    let sandbox = builder.start().await?;
    let ravelin = sandbox.ravelin();
    let ledger = LedgerFile::new("labels");
    let file = FileLedger::create(ledger.path()).await?;
    drop(file.create_list(LIST, &LabelCustomer::INFO).await?);
    drop(file);

    account.step(&format!(
        "label {CASES} customers from a list, and kill the program with {CONCURRENCY} labels on their way"
    ));
    for fault in [
        Fault::none().times(ANSWERED),
        Fault::hang().processed(),
        Fault::hang().processed_later(Later::After(LATE)),
        Fault::hang(),
    ] {
        ravelin.fault_on(LabelCustomer::INFO.id, fault)?;
    }
    let mut killed = start(ravelin, &ledger)?;
    tokio::select! {
        arrived = all_on_their_way => arrived?,
        ended = killed.child.wait() => return Err(format!("the sender ended before it was killed: {}", ended?).into()),
    }
    killed.child.kill().await?;
    let summary = open(ledger.path(), LIST).await?.summary().await?;
    account.show(format!("killed; the ledger: {summary}"));
    account.expect("accepted", summary.accepted, u64::from(ANSWERED))?;
    account.expect("unknown", summary.unknown, CONCURRENCY as u64)?;

    account.step("run the same program again, from the beginning of the list");
    let told = start(ravelin, &ledger)?.finish(account).await?;
    account.show(format!(
        "{} accepted now, {} skipped: accepted before, {} skipped: unknown",
        told.accepted, told.skipped, told.doubtful
    ));
    account.expect("skipped", told.skipped, ANSWERED as usize)?;
    account.expect("doubtful", told.doubtful, CONCURRENCY)?;
    account.expect("keys", told.lines, CASES)?;

    account.step("look whether the unknown labels were applied, by the marker in each comment");
    let client = Client::builder(ravelin.secret_key())
        .base_url(ravelin.base_url())
        .build()?;
    let list = open(ledger.path(), LIST).await?;
    let seen = look(account, &client, &list).await?;
    account.expect("applied", seen, 1)?;
    account.expect("still unknown", list.summary().await?.unknown, 2)?;

    account.step("look again ten minutes later, by the sandbox's clock");
    sandbox.advance(LATE);
    let seen = look(account, &client, &list).await?;
    account.expect("applied", seen, 1)?;
    account.show("→ no look can show that a label will never be applied; here the team decides");
    for key in list.unknown(None, CASES).await? {
        list.resolve(&key, Resolution::NotSent).await?;
        account.show(format!("{key} will be sent again"));
    }
    // Only one program at a time can use the file.
    drop(list);

    account.step("run the program once more, and compare ledger and sandbox");
    let told = start(ravelin, &ledger)?.finish(account).await?;
    account.expect("accepted now", told.accepted, 1)?;
    account.expect("doubtful", told.doubtful, 0)?;
    compare(account, &sandbox, ledger.path()).await
}

fn start(ravelin: &Server<Ravelin>, ledger: &LedgerFile) -> Result<Sender, Failure> {
    Sender::start(&[SENDER, ravelin.base_url(), &ravelin.secret_key()], ledger)
}

/// Looks at every unknown key, records the labels that were applied, and returns their number.
async fn look(account: &mut Account, client: &Client, list: &LedgerList) -> Result<usize, Failure> {
    let cases: BTreeMap<Key, LabelCustomer> = labels()?.into_iter().collect();
    let mut applied = 0;
    for key in list.unknown(None, CASES).await? {
        // The ledger keeps no content, so the operation is made again from the list.
        let label = cases.get(&key).ok_or("the key is not in the list")?;
        let settlement = list
            .settle(client, &key, label, SettlePolicy::new())
            .await?;
        settlement.recorded?;
        match settlement.verdict {
            Settled::Applied(review) => {
                applied += 1;
                account.show(format!("{key}: applied, dated {}", review.timestamp));
            }
            Settled::NotSeen { .. } => account.show(format!("{key}: not seen")),
            other => return Err(format!("{key}: {other:?}").into()),
        }
    }
    Ok(applied)
}

/// Checks that the ledger matches the sandbox's counts.
async fn compare(account: &mut Account, sandbox: &Sandbox, ledger: &Path) -> Result<(), Failure> {
    let ravelin = sandbox.ravelin();
    let summary = open(ledger, LIST).await?.summary().await?;
    account.show(format!("the ledger: {summary}"));
    account.expect("accepted", summary.accepted, CASES as u64)?;
    account.expect("all keys", summary.total(), CASES as u64)?;
    let applied = ravelin.applied_count();
    account.show(format!(
        "the sandbox: {applied} labels to {CASES} customers"
    ));
    account.expect("labels applied", applied, CASES)?;
    for number in 1..=CASES {
        let labels = ravelin.reviews(&customer(number)).len();
        account.expect(&format!("labels of {}", customer(number)), labels, 1)?;
    }
    account.expect("writes still to come", ravelin.pending_writes(), 0)
}

fn customer(number: usize) -> String {
    format!("cust-{number}")
}

/// Returns the list, which is the same in every run.
fn labels() -> Result<Vec<(Key, LabelCustomer)>, Failure> {
    (1..=CASES)
        .map(|number| {
            let case = format!("case-{number:04}");
            let label =
                LabelCustomer::payment_fraud(customer(number), PaymentFraudReview::Fraudster)
                    .comment("chargeback")
                    .marked(&Marker::new(case.as_str())?);
            Ok((Key::new(case)?, label))
        })
        .collect()
}

/// The program that sends. It prints one line for each key.
pub(crate) async fn send(arguments: &[String]) -> Result<(), Failure> {
    let [url, secret_key, ledger] = arguments else {
        return Err("expected a URL, a key and a ledger".into());
    };
    let ravelin = Client::builder(secret_key.as_str())
        .base_url(url)
        .rate_limiter(Quota::in_flight(CONCURRENCY))
        .build()?;
    let list = open(Path::new(ledger), LIST).await?;
    let run = ravelin
        .send_all(&list, send_all::iter(labels()?))
        .concurrency(CONCURRENCY);
    sender::report(run.start()).await;
    Ok(())
}
