//! The jobs of the children.

use std::path::Path;

use customer_api_core::Operation as _;
use customer_api_ledger::{
    Begun, FileLedger, LedgerErrorKind, LedgerList, Outcome, Resend, send_all::Ending,
};
use proof::processes::{
    Contract, Creation, Invitation, LIST, Label, Sending, Subject, Update, job, key, variable,
};
use ravelin_labels::LabelCustomer;

use crate::ledger::{self, Halt, Point, Told, Watched};

/// The number of concurrent writes.
pub(crate) const CONCURRENCY: usize = 8;

/// A list to be sent through a file, as a child reads it.
pub(crate) fn variables(
    path: &Path,
    sending: &Sending,
    halt: Option<Halt>,
) -> Vec<(&'static str, String)> {
    let mut variables = sending.variables();
    variables.push(("PROOF_CHILD_FILE", path.to_str().unwrap().to_owned()));
    if let Some(halt) = halt {
        variables.push(("PROOF_CHILD_POINT", format!("{:?}", halt.point)));
        variables.push(("PROOF_CHILD_COUNT", halt.count.to_string()));
        variables.push(("PROOF_CHILD_GOES_ON", halt.goes_on.to_string()));
    }
    variables
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the children of other tests run this"]
async fn works() {
    let Some(job) = job() else {
        return;
    };
    println!("@open");
    let path = variable("PROOF_CHILD_FILE");
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

/// The point at which this child must report.
fn halt() -> Option<Halt> {
    let name = std::env::var("PROOF_CHILD_POINT").ok()?;
    let point = Point::ALL
        .into_iter()
        .find(|point| format!("{point:?}") == name);
    Some(Halt {
        point: point.unwrap(),
        count: variable("PROOF_CHILD_COUNT").parse().unwrap(),
        goes_on: variable("PROOF_CHILD_GOES_ON").parse().unwrap(),
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

/// Writes as fast as possible, and reports the results.
async fn write(path: &Path) {
    let (_, list) = open(path).await;
    let round = variable("PROOF_CHILD_ROUND");
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

/// Writes until the disk is full, and continues.
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
    // The file's content is no longer known, so no request gets a result.
    let known = list.entry(&key("order-0")).await.unwrap_err();
    assert_eq!(known.kind(), LedgerErrorKind::Storage);
    let begun = list.begin(&key("another"), Resend::none()).await;
    assert_eq!(begun.unwrap_err().kind(), LedgerErrorKind::Storage);
    let other = FileLedger::open_or_create(file.path()).await.unwrap_err();
    assert_eq!(other.kind(), LedgerErrorKind::InUse);
}
