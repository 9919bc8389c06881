//! The jobs of the children.

use customer_api_ledger::send_all::Ending;
use proof::processes::{Contract, Sending, Subject, job, variable};

use crate::{ledger, logins, quota};

/// The line of a child that could not continue, because the server was down.
pub(crate) const DOWN: &str = "down";

/// The line of a child that reached the end of its list.
pub(crate) const DONE: &str = "done";

/// The variable with the server, for a child that uses it.
pub(crate) fn variables(configuration: String) -> Vec<(&'static str, String)> {
    vec![("PROOF_CHILD_SERVER", configuration)]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the children of other tests run this"]
async fn works() {
    let Some(job) = job() else {
        return;
    };
    match job.as_str() {
        Contract::NAME => println!("@{}", send::<Contract>().await),
        quota::JOB => println!("@{}", quota::read().await),
        logins::JOB => println!("@{}", logins::invite().await),
        job => panic!("{job}"),
    }
}

/// Sends a list through the shared ledger.
async fn send<S: Subject>() -> &'static str {
    let (ledger, list) = match ledger::open(&variable("PROOF_CHILD_SERVER")).await {
        Ok(opened) => opened,
        Err(error) => {
            ledger::assert_is_down(&error);
            return DOWN;
        }
    };
    let summary = Sending::of_variables().start::<S>(&list).finish().await;
    ledger.flush().await;
    match summary.ending {
        Ending::Exhausted => DONE,
        Ending::LedgerFailed(error) => {
            ledger::assert_is_down(&error);
            DOWN
        }
        ending => panic!("{ending}"),
    }
}
