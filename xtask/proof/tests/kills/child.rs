//! What the children do.

use std::{env, path::Path, time::Duration};

use customer_api_core::{
    Operation as _,
    rate_limit::{Quota, Unlimited},
    reqwest,
    retry::{Backoff, ExponentialBackoff, FailedAttempt},
};
use customer_api_ledger::{
    Begun, ClientExt as _, FileLedger, LedgerErrorKind, LedgerList, Outcome, Resend,
    send_all::{self, Ending, Run},
};
use ravelin_labels::LabelCustomer;

use crate::{
    Contract, Creation, Invitation, Label, Subject, Update,
    ledger::{self, Halt, LIST, Point, Told, Watched, key},
    provider::keys,
};

/// How many writes are on their way at once.
pub(crate) const CONCURRENCY: usize = 8;

/// How long an attempt may take: less would end calls that are merely slow, and more would wait for
/// each response that never comes.
const ATTEMPT: Duration = Duration::from_secs(5);

/// A list to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    pub(crate) url: String,
    pub(crate) keys: usize,
    pub(crate) concurrency: usize,
    pub(crate) pace: Pace,
}

/// What calls wait for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pace {
    /// For nothing that can be helped.
    Quick,
    /// For their turn: a few at once, and no more for longer than a test takes.
    Rare,
    /// A minute before each repeat.
    Slow,
}

/// How many calls [`Pace::Rare`] lets through.
pub(crate) const RARE: usize = 3;

/// Waits longer than a test takes, and not longer than a call may.
#[derive(Debug)]
struct Minute;

impl Backoff for Minute {
    fn wait(&self, _: &FailedAttempt) -> Duration {
        Duration::from_secs(60)
    }
}

impl Sending {
    /// As a child takes it.
    pub(crate) fn arguments(&self, path: &Path, halt: Option<Halt>) -> Vec<(&'static str, String)> {
        let mut arguments = vec![
            ("LEDGER_TEST_FILE", path.to_str().unwrap().to_owned()),
            ("LEDGER_TEST_URL", self.url.clone()),
            ("LEDGER_TEST_KEYS", self.keys.to_string()),
            ("LEDGER_TEST_CONCURRENCY", self.concurrency.to_string()),
            ("LEDGER_TEST_PACE", format!("{:?}", self.pace)),
        ];
        if let Some(halt) = halt {
            arguments.push(("LEDGER_TEST_POINT", format!("{:?}", halt.point)));
            arguments.push(("LEDGER_TEST_COUNT", halt.count.to_string()));
            arguments.push(("LEDGER_TEST_GOES_ON", halt.goes_on.to_string()));
        }
        arguments
    }

    fn of_variables() -> Self {
        let pace = variable("LEDGER_TEST_PACE");
        let paces = [Pace::Quick, Pace::Rare, Pace::Slow];
        Self {
            url: variable("LEDGER_TEST_URL"),
            keys: variable("LEDGER_TEST_KEYS").parse().unwrap(),
            concurrency: variable("LEDGER_TEST_CONCURRENCY").parse().unwrap(),
            pace: *paces
                .iter()
                .find(|known| format!("{known:?}") == pace)
                .unwrap(),
        }
    }

    /// Starts the run in this process.
    pub(crate) fn start<S: Subject>(&self, list: &LedgerList) -> Run<S::Operation> {
        // Trusts nobody, and so needs not read whom this machine trusts. Nor does it know the
        // proxies that it may have.
        let client = S::client(&self.url)
            .http(|| reqwest::Client::builder().tls_certs_only([]).no_proxy())
            .attempt_timeout(ATTEMPT);
        let quick = ExponentialBackoff::new().base(Duration::from_millis(1));
        let client = match self.pace {
            Pace::Quick => client.rate_limiter(Unlimited).backoff(quick),
            // Whoever can't have a turn before the call is over does not wait for it.
            Pace::Rare => client.rate_limiter(Quota::per_window(RARE, Duration::from_secs(80))),
            Pace::Slow => client.rate_limiter(Unlimited).backoff(Minute),
        };
        let writes = keys(self.keys)
            .into_iter()
            .map(|text| (key(&text), S::write(&text)));
        let run = client
            .build()
            .unwrap()
            .send_all(list, send_all::iter(writes));
        run.concurrency(self.concurrency)
            .resend_refused()
            .max_unknown(u64::MAX)
            .start()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "what the children of other tests run"]
async fn works() {
    let Ok(job) = env::var("LEDGER_TEST_JOB") else {
        return;
    };
    println!("@open");
    let path = variable("LEDGER_TEST_FILE");
    let path = Path::new(&path);
    match job.as_str() {
        Label::NAME => send::<Label>(path).await,
        Update::NAME => send::<Update>(path).await,
        Creation::NAME => send::<Creation>(path).await,
        Contract::NAME => send::<Contract>(path).await,
        Invitation::NAME => send::<Invitation>(path).await,
        "write" => write(path).await,
        "fill" => fill(path).await,
        job => panic!("{job}"),
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap()
}

/// Where this child is to say that it is there.
fn halt() -> Option<Halt> {
    let name = env::var("LEDGER_TEST_POINT").ok()?;
    let point = Point::ALL
        .into_iter()
        .find(|point| format!("{point:?}") == name);
    Some(Halt {
        point: point.unwrap(),
        count: variable("LEDGER_TEST_COUNT").parse().unwrap(),
        goes_on: variable("LEDGER_TEST_GOES_ON").parse().unwrap(),
    })
}

async fn send<S: Subject>(path: &Path) {
    let (file, list) = ledger::open(path, S::Operation::INFO).await.unwrap();
    drop(list);
    let tell = |told: Told| println!("@{told:?}");
    let list = LedgerList::open(Watched::new(file, halt(), tell), LIST)
        .await
        .unwrap();
    let summary = Sending::of_variables().start::<S>(&list).finish().await;
    assert!(matches!(summary.ending, Ending::Exhausted), "{summary}");
}

async fn open(path: &Path) -> (FileLedger, LedgerList) {
    ledger::open(path, &LabelCustomer::INFO).await.unwrap()
}

/// Writes as fast as it can, and tells what was answered.
async fn write(path: &Path) {
    let (_, list) = open(path).await;
    let round = variable("LEDGER_TEST_ROUND");
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..4 {
        let (list, round) = (list.clone(), round.clone());
        tasks.spawn(async move {
            for number in 0.. {
                let key = key(&format!("order-{round}-{task}-{number}"));
                let begun = list.begin(&key, Resend::none()).await.unwrap();
                let Begun::Started(claim) = begun else {
                    panic!("{begun:?}")
                };
                println!("@begun {key}.");
                let outcome = Outcome::accepted(Some("1"));
                list.finish(&claim, &outcome).await.unwrap();
                println!("@finished {key}.");
            }
        });
    }
    tasks.join_all().await;
}

/// Writes until the disk is full, and beyond.
async fn fill(path: &Path) {
    let (file, list) = open(path).await;
    for number in 0.. {
        let key = key(&format!("order-{number}"));
        let failure = match list.begin(&key, Resend::none()).await {
            Ok(Begun::Started(claim)) => {
                println!("@begun {key}.");
                list.finish(&claim, &Outcome::accepted(Some("1"))).await
            }
            begun => begun.map(|begun| panic!("{begun:?}")),
        };
        match failure {
            Ok(_) => println!("@finished {key}."),
            Err(error) => {
                assert_eq!(error.kind(), LedgerErrorKind::Storage, "{error:?}");
                break;
            }
        }
    }
    // What is in the file is not known any more, so nothing is answered.
    let known = list.entry(&key("order-0")).await.unwrap_err();
    assert_eq!(known.kind(), LedgerErrorKind::Storage);
    let begun = list.begin(&key("another"), Resend::none()).await;
    assert_eq!(begun.unwrap_err().kind(), LedgerErrorKind::Storage);
    let other = FileLedger::open_or_create(file.path()).await.unwrap_err();
    assert_eq!(other.kind(), LedgerErrorKind::InUse);
}
