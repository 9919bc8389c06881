//! Calls every operation of a provider with every kind of failure, over real sockets. The sandbox counts the applied
//! writes.

use std::collections::BTreeSet;

use customer_api_core::{ClientBuilder, Delivery, ErrorKind, ProviderClient};
use customer_api_sandbox::{ConnectionFault, Fault, FaultBody, Server};

use crate::Entry;

/// A provider whose operations are tested, and its sandbox.
pub trait Subject: Sized {
    /// The provider's client.
    type Client: ProviderClient;
    /// The provider that the sandbox imitates.
    type Imitation;

    /// Starts a sandbox in which all operations succeed, one after another.
    fn seeded() -> impl Future<Output = Self>;

    /// Returns the provider's server in the sandbox.
    fn server(&self) -> &Server<Self::Imitation>;

    /// Returns the number of writes that the server has applied.
    fn applied_count(&self) -> usize;

    /// Returns the settings of a client for that server. The client makes three attempts and does not wait between
    /// them.
    fn client(&self) -> ClientBuilder<Self::Client>;

    /// Returns every operation.
    fn operations() -> Vec<Entry<Self::Client>>;
}

/// The effect of a failure, which decides the number of attempts.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Repeats {
    /// The call may have happened, and a retry would fail in the same way. No call is retried.
    Never,
    /// The call may have happened. Only reads are retried.
    ReadsOnly,
    /// The response proves that nothing was done. Every call is retried.
    All,
}

impl Repeats {
    fn attempts(self, reads: bool) -> u32 {
        match self {
            Self::All => 3,
            Self::ReadsOnly if reads => 3,
            Self::Never | Self::ReadsOnly => 1,
        }
    }
}

/// Asserts that the list contains this number of different operations.
pub fn assert_count<S: Subject>(expected: usize) {
    let operations = S::operations();
    let ids: BTreeSet<_> = operations.iter().map(|entry| entry.id).collect();
    assert_eq!(ids.len(), expected, "{ids:?}");
    assert_eq!(operations.len(), ids.len());
}

/// Asserts that without faults every operation succeeds with one request, and that the server applies every write once.
pub async fn assert_all_succeed<S: Subject>() {
    let subject = S::seeded().await;
    let client = subject.client().build().unwrap();
    let mut writes = 0;
    for (index, operation) in S::operations().iter().enumerate() {
        let outcome = operation.call(&client).await;
        assert!(outcome.is_ok(), "{operation:?}: {outcome:?}");
        writes += usize::from(!operation.reads);
        let server = subject.server();
        assert_eq!(subject.applied_count(), writes, "{operation:?}");
        assert_eq!(server.requests().len(), index + 1);
    }
}

/// Lets every operation meet a fault. Unless the fault proves that nothing was done, each operation meets the fault in
/// a second round, in which the server first processes the request.
pub async fn assert_all_fail<S: Subject>(
    name: &str,
    fault: Fault,
    (kind, delivery): (ErrorKind, Delivery),
    repeats: Repeats,
) {
    for (fault, applies) in [(fault.clone(), false), (fault.processed(), true)] {
        if applies && matches!(repeats, Repeats::All) {
            continue;
        }
        let subject = S::seeded().await;
        let server = subject.server();
        server.fault(fault.times(99));
        let client = subject.client().build().unwrap();
        for operation in S::operations() {
            let (requests, applied) = (server.requests().len(), subject.applied_count());
            let error = operation.call(&client).await.unwrap_err();
            let attempts = repeats.attempts(operation.reads);
            let name = format!("{} {name} {applies}", operation.id);
            assert_eq!(
                (error.kind(), error.delivery(), error.attempts()),
                (kind, delivery, attempts),
                "{name}"
            );
            let requests = server.requests().len() - requests;
            assert_eq!(requests, attempts as usize, "{name}");
            let applied = subject.applied_count() - applied;
            assert_eq!(applied, usize::from(applies && !operation.reads), "{name}");
        }
    }
}

/// Asserts that a failing server leaves every outcome unknown, and that only reads are retried.
pub async fn assert_failing_server_leaves_a_doubt<S: Subject>() {
    for status in [408, 500, 502, 503, 504] {
        let told = (ErrorKind::Status, Delivery::Unknown);
        let fault = Fault::status(status);
        assert_all_fail::<S>(&status.to_string(), fault, told, Repeats::ReadsOnly).await;
    }
}

/// Asserts that all calls report `NotSent` if no server listens.
pub async fn assert_nobody_is_reached<S: Subject>() {
    let subject = S::seeded().await;
    subject.server().refuse_connections().await;
    let client = subject.client().build().unwrap();
    for operation in S::operations() {
        let error = operation.call(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Connect, Delivery::NotSent, 3),
            "{operation:?}"
        );
    }
}

/// Asserts that all calls report `NotSent` if the TLS handshake fails.
pub async fn assert_no_handshake_is_not_sent<S: Subject>() {
    let subject = S::seeded().await;
    let server = subject.server();
    server.fault_connection(ConnectionFault::garbage().times(99));
    let tls = server.base_url().replace("http:", "https:");
    let client = subject.client().base_url(tls).build().unwrap();
    for operation in S::operations() {
        let error = operation.call(&client).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Connect, Delivery::NotSent),
            "{operation:?}"
        );
    }
    assert_eq!(server.requests().len(), 0);
}

/// Asserts that a write with the status 200 is a success, whatever the response body contains.
pub async fn assert_any_body_will_do<S: Subject>() {
    for body in ["", "null", "thanks", "[]", "\"text\""] {
        let subject = S::seeded().await;
        let server = subject.server();
        let fault = Fault::status(200).processed().body(FaultBody::text(body));
        server.fault(fault.times(99));
        let client = subject.client().build().unwrap();
        let writes = S::operations();
        let writes = writes.iter().filter(|entry| !entry.reads);
        for (index, operation) in writes.enumerate() {
            let outcome = operation.call(&client).await;
            assert!(outcome.is_ok(), "{operation:?} {body}: {outcome:?}");
            assert_eq!(subject.applied_count(), index + 1, "{operation:?}");
        }
    }
}
