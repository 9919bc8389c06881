use std::time::Duration;

use customer_api_core::ErrorKind;
use customer_api_sandbox::{ConnectionFault, Fault};

use crate::Facts;

/// A fault: its name in the tables, how it is caused, and its facts.
#[derive(Debug)]
#[non_exhaustive]
pub struct FaultCase {
    /// The name that readers see.
    pub name: &'static str,
    /// Its section in the tables.
    pub section: Section,
    /// How the fault is caused.
    pub set_up: SetUp,
    /// Its facts.
    pub happening: Happening,
    /// The timeout of the whole call, if it differs from the default.
    pub timeout: Option<Duration>,
    /// The timeout of each attempt, if it differs from the default.
    pub attempt_timeout: Option<Duration>,
}

/// A section of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Section {
    /// No connection, or one that breaks.
    Connections,
    /// A timeout.
    TimeOuts,
    /// A success with a wrong body.
    Bodies,
    /// Statuses other than success.
    Statuses,
}

/// How a fault is caused.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum SetUp {
    /// The server applies this fault to the request, every time or as often as the fault states. `None` if a provider
    /// does not have such a fault.
    Request(fn(&FaultContext<'_>) -> Option<Fault>),
    /// The server applies this fault to every new connection.
    Connection(fn() -> ConnectionFault),
    /// As `Connection`, with a client that expects TLS.
    Tls(fn() -> ConnectionFault),
    /// No server listens.
    Refused,
    /// The provider's name can't be resolved.
    Dns,
}

/// The information that a fault may need.
#[derive(Debug)]
#[non_exhaustive]
pub struct FaultContext<'a> {
    /// The facts about the provider.
    pub facts: &'a Facts,
    /// An address of another origin, with a query.
    pub elsewhere: &'a str,
    /// The server's message, in responses that have one.
    pub says: &'a str,
}

/// The facts of a fault, independent of a client's reaction.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Happening {
    /// No connection can be made.
    Unreachable {
        /// Whether the connect timeout ends the attempt.
        by_time_out: bool,
        /// The time until the attempt fails.
        after: Duration,
    },
    /// The connection breaks before anything is written.
    NotWritten,
    /// The connection breaks before any part of a response.
    BrokenOff {
        /// Whether the server executed the request.
        processed: bool,
    },
    /// The response is not HTTP.
    Gibberish,
    /// No response arrives.
    Silence {
        /// Whether the server saw the head of the request.
        seen: bool,
    },
    /// The head of a response arrives.
    Response {
        /// Its status.
        status: u16,
        /// The wait that `Retry-After` requests, if it can be read.
        retry_after: Option<Duration>,
        /// Whether the server executed the request before it sent the head.
        processed: bool,
        /// Whether the next request succeeds.
        once: bool,
        /// The part after the head.
        body: Body,
    },
}

/// The part after the head of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// The operation's response, or the body of an error.
    Proper,
    /// No bytes.
    Empty,
    /// `null`.
    Null,
    /// A complete body that may be the provider's, and that no operation can read, such as a word.
    Unreadable,
    /// JSON that does not have the form of the operation's response.
    OtherJson,
    /// A complete body that can't be the provider's own words, such as a gateway's page.
    Foreign,
    /// A JSON object that ends in the middle, framed as if it were complete.
    HalfJson,
    /// A report of a failure, in the provider's words.
    Failure,
    /// An incomplete body, and the kind of error that its end causes.
    Cut(ErrorKind),
    /// The body comes too slowly.
    Slow,
}

impl std::fmt::Debug for SetUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Request(_) => "Request",
            Self::Connection(_) => "Connection",
            Self::Tls(_) => "Tls",
            Self::Refused => "Refused",
            Self::Dns => "Dns",
        })
    }
}
