//! Tests every row of the table of `Delivery` over real sockets, for a write and for a read. The sandbox counts the applied labels.

mod bodies;
mod connections;
mod statuses;

use customer_api_core::operation::Operation;
use customer_api_sandbox::{Fault, Sandbox};
use ravelin_labels::{
    Client, ClientBuilder, Delivery, Error, ErrorKind, LabelCustomer, LastReview,
    PaymentFraudReview, Ravelin,
};

use crate::support::sandbox_client;

use Delivery::{NotSent, Refused, Unknown};

/// The outcome of one call.
#[derive(Debug, PartialEq)]
struct Reported {
    kind: ErrorKind,
    delivery: Delivery,
    attempts: u32,
}

const fn told(kind: ErrorKind, delivery: Delivery, attempts: u32) -> Reported {
    Reported {
        kind,
        delivery,
        attempts,
    }
}

impl From<Error> for Reported {
    fn from(error: Error) -> Self {
        told(error.kind(), error.delivery(), error.attempts())
    }
}

/// The server's view: requests that arrived, and labels that it applied.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Seen {
    requests: usize,
    applied: usize,
}

fn write() -> LabelCustomer {
    LabelCustomer::payment_fraud("cust-1", PaymentFraudReview::Fraudster).comment("x".repeat(2_000))
}

fn read() -> LastReview {
    LastReview::new("cust-1")
}

/// Calls a new sandbox in which the fault affects every request.
async fn meet<O: Operation<Service = Ravelin>>(
    operation: O,
    fault: &Fault,
) -> (Result<O::Output, Reported>, Seen) {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.ravelin().fault(fault.clone().times(9));
    let outcome = call(&sandbox, sandbox_client(&sandbox), operation).await;
    (outcome, seen(&sandbox))
}

async fn call<O: Operation<Service = Ravelin>>(
    _: &Sandbox,
    builder: ClientBuilder<Client>,
    operation: O,
) -> Result<O::Output, Reported> {
    builder
        .build()
        .unwrap()
        .send(operation)
        .await
        .map_err(Reported::from)
}

fn seen(sandbox: &Sandbox) -> Seen {
    Seen {
        requests: sandbox.ravelin().requests().len(),
        applied: sandbox.ravelin().applied_count(),
    }
}

/// Asserts that both calls fail with the fault, each with this report and this number of attempts.
async fn assert_fails(
    name: &str,
    fault: Fault,
    (write_told, applied): (Reported, usize),
    read_told: Reported,
) {
    let (outcome, seen) = meet(write(), &fault).await;
    let requests = write_told.attempts as usize;
    assert_eq!(
        (outcome.err(), seen),
        (Some(write_told), Seen { requests, applied }),
        "write: {name}"
    );
    let (outcome, seen) = meet(read(), &fault).await;
    let requests = read_told.attempts as usize;
    assert_eq!(
        (outcome.err(), seen),
        (
            Some(read_told),
            Seen {
                requests,
                applied: 0
            }
        ),
        "read: {name}"
    );
}
