//! What the children do.

use std::{
    env,
    sync::atomic::{AtomicU32, Ordering},
};

use customer_api_core::{async_trait, rate_limit::Unlimited};
use feedback_invitations::{
    Client,
    ledger::{
        self, Begun, Claim, ClientExt as _, DigestKey, Entry, Intent, Key, Ledger, LedgerError,
        LedgerErrorKind, LedgerList, LedgerSummary, ListInfo, Outcome, Resend, Resolution,
        send_all::{self, Ending},
    },
};

use super::Point;
use crate::support::{FileLedger, LIST, invitation, key};

/// Whom the children send to.
pub(super) fn keys(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("order-{number}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "what the children of other tests run"]
async fn works() {
    let Ok(job) = env::var("LEDGER_TEST_JOB") else {
        return;
    };
    println!("@open");
    let ledger = FileLedger::open_or_create(variable("LEDGER_TEST_FILE"))
        .await
        .unwrap();
    match job.as_str() {
        "send" => send(ledger).await,
        "write" => write(ledger).await,
        "fill" => fill(ledger).await,
        job => panic!("{job}"),
    }
}

fn variable(name: &str) -> String {
    env::var(name).unwrap()
}

async fn send(ledger: FileLedger) {
    let point = variable("LEDGER_TEST_POINT");
    let ledger = Halting {
        inner: ledger.file().clone(),
        point: super::POINTS
            .into_iter()
            .find(|known| format!("{known:?}") == point),
        count: variable("LEDGER_TEST_COUNT").parse().unwrap(),
        goes_on: variable("LEDGER_TEST_GOES_ON").parse().unwrap(),
        reached: AtomicU32::new(0),
    };
    let ledger = LedgerList::open(ledger, LIST).await.unwrap();
    let radar = Client::builder("testing", "testing12345")
        .base_url(variable("LEDGER_TEST_URL"))
        .rate_limiter(Unlimited)
        .build()
        .unwrap();
    let list = keys(variable("LEDGER_TEST_KEYS").parse().unwrap()).map(|key| invitation(&key));
    let run = radar
        .send_all(&ledger, send_all::iter(list))
        .concurrency(variable("LEDGER_TEST_CONCURRENCY").parse().unwrap())
        .start();
    let summary = run.finish().await;
    assert!(matches!(summary.ending, Ending::Exhausted), "{summary}");
    assert_eq!(summary.progress.unknown, 0, "{summary}");
}

/// Writes as fast as it can, and tells what was answered.
async fn write(ledger: FileLedger) {
    let round = variable("LEDGER_TEST_ROUND");
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..4 {
        let (ledger, round) = (ledger.clone(), round.clone());
        tasks.spawn(async move {
            for number in 0.. {
                let key = key(&format!("order-{round}-{task}-{number}"));
                let begun = ledger.begin(&key, Resend::none()).await.unwrap();
                let Begun::Started(claim) = begun else {
                    panic!("{begun:?}")
                };
                println!("@begun {key}.");
                ledger
                    .finish(&claim, &Outcome::accepted(Some("1")))
                    .await
                    .unwrap();
                println!("@finished {key}.");
            }
        });
    }
    tasks.join_all().await;
}

/// Writes until the disk is full, and beyond.
async fn fill(ledger: FileLedger) {
    for number in 0.. {
        let key = key(&format!("order-{number}"));
        let failure = match ledger.begin(&key, Resend::none()).await {
            Ok(Begun::Started(claim)) => {
                println!("@begun {key}.");
                ledger.finish(&claim, &Outcome::accepted(Some("1"))).await
            }
            begun => begun.map(|begun| panic!("{begun:?}")),
        };
        match failure {
            Ok(()) => println!("@finished {key}."),
            Err(error) => {
                assert_eq!(error.kind(), LedgerErrorKind::Storage, "{error:?}");
                break;
            }
        }
    }
    // What is in the file is not known any more, so nothing is answered.
    let known = ledger.entry(&key("order-0")).await.unwrap_err();
    assert_eq!(known.kind(), LedgerErrorKind::Storage);
    let begun = ledger.begin(&key("another"), Resend::none()).await;
    assert_eq!(begun.unwrap_err().kind(), LedgerErrorKind::Storage);
    let other = FileLedger::open_or_create(ledger.path()).await.unwrap_err();
    assert_eq!(other.kind(), LedgerErrorKind::InUse);
}

/// A ledger that says when it passes a point, and may come to a halt there.
#[derive(Debug)]
struct Halting {
    inner: ledger::FileLedger,
    point: Option<Point>,
    count: u32,
    /// Says so, and no more.
    goes_on: bool,
    reached: AtomicU32,
}

impl Halting {
    async fn pass(&self, point: Point) {
        let is_here = self.point == Some(point)
            && self.reached.fetch_add(1, Ordering::Relaxed) + 1 == self.count;
        if is_here {
            println!("@here");
            if !self.goes_on {
                std::future::pending::<()>().await;
            }
        }
    }
}

#[async_trait]
impl Ledger for Halting {
    async fn create_list(&self, list: &Key, operation: &str) -> Result<(), LedgerError> {
        Ledger::create_list(&self.inner, list, operation).await
    }
    async fn lists(&self) -> Result<Vec<ListInfo>, LedgerError> {
        self.inner.lists().await
    }
    async fn digest_key(&self) -> Result<DigestKey, LedgerError> {
        self.inner.digest_key().await
    }
    async fn begin(&self, claim: &Claim, intent: &Intent) -> Result<Option<Entry>, LedgerError> {
        let known = self.inner.entry(claim.list(), claim.key()).await?;
        if known.is_none() {
            self.pass(Point::BeforeBegin).await;
        }
        let known = self.inner.begin(claim, intent).await?;
        if known.is_none() {
            self.pass(Point::AfterBegin).await;
        }
        Ok(known)
    }
    async fn withdraw(&self, claim: &Claim) -> Result<(), LedgerError> {
        self.inner.withdraw(claim).await
    }
    async fn finish(&self, claim: &Claim, outcome: &Outcome) -> Result<(), LedgerError> {
        self.pass(Point::BeforeFinish).await;
        self.inner.finish(claim, outcome).await?;
        self.pass(Point::AfterFinish).await;
        Ok(())
    }
    fn abandon(&self, claim: &Claim, outcome: Option<&Outcome>) {
        self.inner.abandon(claim, outcome);
    }
    async fn entry(&self, list: &Key, key: &Key) -> Result<Option<Entry>, LedgerError> {
        self.inner.entry(list, key).await
    }
    async fn summary(&self, list: &Key) -> Result<LedgerSummary, LedgerError> {
        self.inner.summary(list).await
    }
    async fn unknown(
        &self,
        list: &Key,
        after: Option<&Key>,
        limit: usize,
    ) -> Result<Vec<Key>, LedgerError> {
        self.inner.unknown(list, after, limit).await
    }
    async fn resolve(
        &self,
        list: &Key,
        known: &Entry,
        resolution: Resolution,
    ) -> Result<(), LedgerError> {
        self.inner.resolve(list, known, resolution).await
    }
}
