use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client could not be built; the cause is a [`BuildError`](super::BuildError).
    Build,
    /// A blocking call was made inside an async runtime; the cause is a `BlockingError`.
    InsideRuntime,
    /// The call can't be made where it is awaited. It needs a tokio runtime with time enabled and, for the default transport, also I/O, in
    /// the process that first used the client. The cause states what is missing. The cause is a [`RuntimeError`](super::RuntimeError),
    /// perhaps inside an error of the transport, or a `BlockingError` if the runtime behind blocking calls could not be made.
    NoRuntime,
    /// A field can't be sent; the cause is a [`ValidationError`](super::ValidationError).
    Validation,
    /// No credential could be obtained.
    Authentication,
    /// The client's own rate limiter granted no permit in time.
    RateLimit,
    /// The caller's own [`BeforeSend`](crate::before_send::BeforeSend) step refused to let the call be sent; the cause is the
    /// step's error.
    Withheld,
    /// No connection could be made.
    Connect,
    /// A timeout ended the attempt or the call.
    Timeout(TimeoutPhase),
    /// The connection broke off.
    Interrupted,
    /// The transport failed for a reason that it could not identify.
    Transport,
    /// The response is larger than the client accepts.
    ResponseTooLarge,
    /// The provider responded with a redirect; redirects are never followed.
    Redirect,
    /// The provider responded with an error status.
    Status,
    /// The provider responded with a 2xx status and reported a failure in the body.
    Rejected,
    /// The response could not be understood; the cause is a [`DecodeError`](super::DecodeError).
    Decode,
}

/// Which of the timeouts ended a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutPhase {
    /// Connecting.
    Connect,
    /// One attempt, from sending the request to the end of the response.
    Attempt,
    /// The whole call, with all attempts and waits.
    Call,
}

/// All kinds, for finding one by its name.
const KINDS: [ErrorKind; 18] = [
    ErrorKind::Build,
    ErrorKind::InsideRuntime,
    ErrorKind::NoRuntime,
    ErrorKind::Validation,
    ErrorKind::Authentication,
    ErrorKind::RateLimit,
    ErrorKind::Withheld,
    ErrorKind::Connect,
    ErrorKind::Timeout(TimeoutPhase::Connect),
    ErrorKind::Timeout(TimeoutPhase::Attempt),
    ErrorKind::Timeout(TimeoutPhase::Call),
    ErrorKind::Interrupted,
    ErrorKind::Transport,
    ErrorKind::ResponseTooLarge,
    ErrorKind::Redirect,
    ErrorKind::Status,
    ErrorKind::Rejected,
    ErrorKind::Decode,
];

impl ErrorKind {
    /// Returns a short name for spans, metrics, database columns and logs. `serde` uses the same name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::InsideRuntime => "inside_runtime",
            Self::NoRuntime => "no_runtime",
            Self::Validation => "validation",
            Self::Authentication => "authentication",
            Self::RateLimit => "rate_limit",
            Self::Withheld => "withheld",
            Self::Connect => "connect",
            Self::Timeout(TimeoutPhase::Connect) => "connect_timeout",
            Self::Timeout(TimeoutPhase::Attempt) => "attempt_timeout",
            Self::Timeout(TimeoutPhase::Call) => "call_timeout",
            Self::Interrupted => "interrupted",
            Self::Transport => "transport",
            Self::ResponseTooLarge => "response_too_large",
            Self::Redirect => "redirect",
            Self::Status => "status",
            Self::Rejected => "rejected",
            Self::Decode => "decode",
        }
    }
}

impl Serialize for ErrorKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = <Cow<'de, str>>::deserialize(deserializer)?;
        let known = KINDS.into_iter().find(|kind| kind.as_str() == name);
        known.ok_or_else(|| de::Error::custom("this is not the name of an error kind"))
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Build => "the client could not be built",
            Self::InsideRuntime => "the call can't block here",
            Self::NoRuntime => "the call can't be made here",
            Self::Validation => "the request can't be sent",
            Self::Authentication => "no credential could be obtained",
            Self::RateLimit => "no permit from the rate limiter in time",
            Self::Withheld => "the call was withheld before it was sent",
            Self::Connect => "no connection",
            Self::Timeout(TimeoutPhase::Connect) => "connecting timed out",
            Self::Timeout(TimeoutPhase::Attempt) => "the attempt timed out",
            Self::Timeout(TimeoutPhase::Call) => "the call timed out",
            Self::Interrupted => "the connection broke off",
            Self::Transport => "the transport failed",
            Self::ResponseTooLarge => "the response is larger than `max_response_bytes` allows",
            Self::Redirect => "the provider responded with a redirect, which is not followed",
            Self::Status => "the provider responded with an error",
            Self::Rejected => "the provider reported a failure",
            Self::Decode => "the response could not be understood",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Delivery;

    #[test]
    fn a_kind_and_a_delivery_are_stored_by_their_names() {
        for kind in KINDS {
            let text = serde_json::to_string(&kind).unwrap();
            assert_eq!(text, format!("{:?}", kind.as_str()));
            assert_eq!(serde_json::from_str::<ErrorKind>(&text).unwrap(), kind);
        }
        assert!(serde_json::from_str::<ErrorKind>("\"teapot\"").is_err());
        for delivery in [Delivery::NotSent, Delivery::Refused, Delivery::Unknown] {
            let text = serde_json::to_string(&delivery).unwrap();
            assert_eq!(text, format!("{:?}", delivery.as_str()));
            assert_eq!(serde_json::from_str::<Delivery>(&text).unwrap(), delivery);
        }
    }
}
