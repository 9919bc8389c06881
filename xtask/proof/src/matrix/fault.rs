use std::time::Duration;

use customer_api_core::ErrorKind;
use customer_api_sandbox::{ConnectionFault, Fault};

use crate::Facts;

/// A fault: its name in the tables, how it is brought about, and what it is.
#[derive(Debug)]
#[non_exhaustive]
pub struct FaultCase {
    /// The name that readers see.
    pub name: &'static str,
    /// Where it stands in the tables.
    pub section: Section,
    /// How it is brought about.
    pub set_up: SetUp,
    /// What it is, in facts.
    pub happening: Happening,
    /// A timeout for the whole call other than the default.
    pub timeout: Option<Duration>,
    /// A timeout for each attempt other than the default.
    pub attempt_timeout: Option<Duration>,
}

/// A part of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Section {
    /// No connection, or one that breaks.
    Connections,
    /// Time passes.
    TimeOuts,
    /// A success whose body is not what it should be.
    Bodies,
    /// Statuses other than success.
    Statuses,
}

/// How a fault is brought about.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum SetUp {
    /// The server treats the request in this way, each time it comes or as often as the fault says. `None` where a provider
    /// has no such thing.
    Request(fn(&FaultContext<'_>) -> Option<Fault>),
    /// The server treats every new connection in this way.
    Connection(fn() -> ConnectionFault),
    /// As before, and the client expects TLS.
    Tls(fn() -> ConnectionFault),
    /// Nobody listens.
    Refused,
    /// The provider's name is not known.
    Dns,
}

/// What a fault may need to know.
#[derive(Debug)]
#[non_exhaustive]
pub struct FaultContext<'a> {
    /// What is known of the provider.
    pub facts: &'a Facts,
    /// An address of another origin, with a query.
    pub elsewhere: &'a str,
    /// What the server says where it says anything.
    pub says: &'a str,
}

/// What a fault is: not what a client makes of it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Happening {
    /// No connection comes about, which shows after this time.
    Unreachable {
        /// Whether it shows by the connect timeout.
        by_time_out: bool,
        /// The time.
        after: Duration,
    },
    /// The connection breaks before anything is written.
    NotWritten,
    /// The connection breaks before anything of a response.
    BrokenOff {
        /// Whether it carried the request out.
        processed: bool,
    },
    /// What comes is not HTTP.
    Gibberish,
    /// Nothing comes, for ever.
    Silence {
        /// Whether the server saw the head of the request.
        seen: bool,
    },
    /// The head of a response comes.
    Response {
        /// Its status.
        status: u16,
        /// What `Retry-After` asks for, if it can be understood.
        retry_after: Option<Duration>,
        /// Whether the request was carried out before.
        processed: bool,
        /// Whether the next request fares well.
        once: bool,
        /// What comes after the head.
        body: Body,
    },
}

/// What comes after the head of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// What the operation answers, or what goes with an error.
    Proper,
    /// No bytes.
    Empty,
    /// `null`.
    Null,
    /// A whole body that may be the provider's, and that no operation can read, such as a word.
    Unreadable,
    /// JSON of another form than the operation answers.
    OtherJson,
    /// A whole body that can't be the provider's own words, such as a gateway's page.
    Foreign,
    /// A JSON object that ends in the middle, framed as if it were whole.
    HalfJson,
    /// A report of a failure, in the provider's words.
    Failure,
    /// Not all of it, and this is how it ends.
    Cut(ErrorKind),
    /// All too slowly.
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
