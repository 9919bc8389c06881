use std::{fmt, net::TcpListener, time::Duration};

use customer_api_core::{Delivery, ErrorKind};
use customer_api_sandbox::RecordedRequest;
use tokio::time::Instant;

use super::{
    fault::{FaultCase, FaultContext, SetUp},
    setting::{self, AuthState},
};
use crate::{Entry, Outcome, Provider, planted::encode};

/// More than the attempts of any call.
const ALWAYS: u32 = 99;

/// The report to a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a call succeeds or fails")]
pub enum Reported {
    /// The call succeeded.
    Success,
    /// The kind of the error, and its delivery.
    Failure(ErrorKind, Delivery),
}

/// The result of a call that met a fault.
#[derive(Debug)]
#[non_exhaustive]
pub struct Observed {
    /// The report to the caller.
    pub told: Reported,
    /// The number of attempts that the client counts.
    pub attempts: u32,
    /// The duration of the call.
    pub elapsed: Duration,
    /// The number of the call's requests that the server saw.
    pub received: usize,
    /// The number of writes that the server executed.
    pub applied: usize,
    /// The number of logins that the server saw. Zero if the call itself is a login.
    pub logins: usize,
    /// The number of connections to another origin, to which a redirect points: 0 or 1.
    pub elsewhere: usize,
    /// The client after the call, as `Debug` prints it.
    pub client: String,
    /// The requests that the server saw.
    pub requests: Vec<RecordedRequest>,
    /// The outcome itself.
    pub outcome: Outcome,
}

/// Makes the call with the fault, with a new client. `says` is the server's message, in responses that have one.
/// Returns `None` if the provider can't have the fault.
///
/// The clock must be tokio's own and paused, and the provider's server must run on the same thread.
pub async fn observe<P: Provider>(
    provider: &P,
    case: &FaultCase,
    entry: &Entry<P::Client>,
    standing: AuthState,
    says: &str,
) -> Option<Observed> {
    let (server, id) = (provider.server(), entry.info.id);
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let address = elsewhere.local_addr().unwrap();
    let words = encode(says);
    let url = format!("http://{words}@{address}/{words}?key={words}#{words}");
    let scene = FaultContext {
        facts: &P::FACTS,
        elsewhere: &url,
        says,
    };

    let (client, detour) = setting::client(provider, case);
    let needs_login = entry.info.authenticated && P::FACTS.login.is_some();
    if needs_login && standing == AuthState::Ready {
        let warm = entry.call(&client).await;
        assert!(warm.error.is_none(), "{entry:?}: {warm:?}");
        // Faults of connections need a new connection.
        server.refuse_connections().await;
        setting::settle().await;
        server.accept_connections().await.unwrap();
    }
    let target = match standing {
        AuthState::Ready => id,
        AuthState::LoggingIn => P::FACTS.login?,
    };
    match case.set_up {
        SetUp::Request(fault) => server.fault_on(target, fault(&scene)?).unwrap(),
        SetUp::Connection(fault) | SetUp::Tls(fault) => {
            server.fault_connection(fault().times(ALWAYS));
        }
        SetUp::Refused => server.refuse_connections().await,
        SetUp::Dns => {}
    }
    detour.begin();
    server.clear_requests();
    let applied = provider.applied();

    let began = now();
    let outcome = entry.call(&client).await;
    let elapsed = began.elapsed();

    setting::settle().await;
    let requests = server.requests();
    let of = |wanted: &str| {
        let ids = requests
            .iter()
            .map(|request| request.operation_id.as_deref());
        ids.filter(|id| *id == Some(wanted)).count()
    };
    let observed = Observed {
        told: match &outcome.error {
            None => Reported::Success,
            Some(error) => Reported::Failure(error.kind(), error.delivery()),
        },
        attempts: outcome.attempts,
        elapsed,
        received: of(id),
        applied: provider.applied() - applied,
        logins: P::FACTS.login.filter(|login| *login != id).map_or(0, of),
        elsewhere: usize::from(elsewhere.accept().is_ok()),
        client: format!("{client:?} {client:#?}"),
        requests,
        outcome,
    };
    server.clear_faults();
    server.accept_connections().await.unwrap();
    Some(observed)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this measures the clients' own time"
)]
fn now() -> Instant {
    Instant::now()
}

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Success => f.write_str("success"),
            Self::Failure(kind, delivery) => write!(f, "`{delivery:?}` {}", words(*kind)),
        }
    }
}

/// Returns the kind of an error in two words.
fn words(kind: ErrorKind) -> String {
    kind.as_str().replace('_', " ")
}
