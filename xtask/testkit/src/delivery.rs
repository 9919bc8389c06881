//! Every operation of a provider meets every kind of failure, over real sockets; the sandbox counts what was applied.

use std::collections::BTreeSet;

use customer_api_core::{ClientBuilder, Delivery, ErrorKind, ProviderClient};
use customer_api_sandbox::{ConnectionFault, Fault, FaultBody, Server};

use crate::Entry;

/// A provider whose operations are tried, and the sandbox that they meet.
pub trait Subject: Sized {
    /// The provider's client.
    type Client: ProviderClient;
    /// What the sandbox imitates.
    type Imitation;

    /// Starts a sandbox in which all operations succeed, one after another.
    fn seeded() -> impl Future<Output = Self>;

    /// The provider's server in the sandbox.
    fn server(&self) -> &Server<Self::Imitation>;

    /// How many writes that server has applied.
    fn applied_count(&self) -> usize;

    /// The settings of a client for that server, which does not wait between its three attempts.
    fn client(&self) -> ClientBuilder<Self::Client>;

    /// Every operation.
    fn operations() -> Vec<Entry<Self::Client>>;
}

/// How often a call is attempted in the face of a failure.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Repeats {
    /// It may have happened, and would not come to anything else.
    Never,
    /// It may have happened.
    ReadsOnly,
    /// The response proves that nothing was done.
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

/// Asserts that these are this number of different operations.
pub fn assert_count<S: Subject>(expected: usize) {
    let operations = S::operations();
    let ids: BTreeSet<_> = operations.iter().map(|entry| entry.id).collect();
    assert_eq!(ids.len(), expected, "{ids:?}");
    assert_eq!(operations.len(), ids.len());
}

/// Asserts that all succeed where nothing fails, each with one request, and each write once.
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

/// Lets every operation meet a fault. It meets it once more after the server did what it was asked for, unless the
/// fault proves that nothing was done.
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

/// Asserts that a failing server leaves a doubt with all of them, and that only reads are repeated.
pub async fn assert_failing_server_leaves_a_doubt<S: Subject>() {
    for status in [408, 500, 502, 503, 504] {
        let told = (ErrorKind::Status, Delivery::Unknown);
        let fault = Fault::status(status);
        assert_all_fail::<S>(&status.to_string(), fault, told, Repeats::ReadsOnly).await;
    }
}

/// Asserts that all are told that nothing was sent where nobody listens.
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

/// Asserts that all are told that nothing was sent where TLS does not come about.
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

/// Asserts that a write which succeeds is a success, whatever the response says.
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
