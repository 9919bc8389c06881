//! Failures of scripts.

use std::{error::Error as StdError, fmt, io};

use customer_api_core::error::StoreError;
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// The reason why a script returned no reply. Its text contains no password, key or value.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The URL can't be read.
    Url,
    /// The prefix of the keys is not valid.
    KeyPrefix,
    /// TLS can't be set up, for example because there are no root certificates.
    Tls(rustls::Error),
    /// No connection could be made.
    Connect(io::Error),
    /// The server does not accept the user name or the password.
    Login,
    /// The connection broke.
    Lost,
    /// The server returned an error.
    Server(ServerCode),
    /// The server's reply is not one that the script can return.
    Reply,
    /// The script timed out.
    TooSlow,
}

/// The errors that show that the connection leads to the wrong server: a replica, an old primary that its replicas have left, or a server
/// that requires a password that the client did not send.
const MISLED: &[&str] = &["READONLY", "MASTERDOWN", "NOAUTH", "NOREPLICAS"];

/// The text with which servers before version 7 begin the error of a command that a script called.
const IN_SCRIPT: &str = "Error running script";

/// The first word of a server's error. The rest may quote keys and values.
#[derive(Debug)]
pub(crate) struct ServerCode(String);

impl Failure {
    /// Converts the driver's error.
    pub(crate) fn of(error: &RedisError) -> Self {
        match error.kind() {
            ErrorKind::AuthenticationFailed => Self::Login,
            ErrorKind::Io | ErrorKind::Parse => Self::Lost,
            _ => Self::Server(ServerCode::of(error)),
        }
    }

    /// Returns whether the script may succeed on another connection.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self, Self::Lost)
    }

    /// Returns whether the error shows that the connection leads to the wrong server, for example to a replica after a failover.
    pub(crate) fn is_misled(&self) -> bool {
        matches!(self, Self::Server(code) if MISLED.contains(&&*code.0))
    }
}

/// Returns whether the server does not know a script by its digest.
pub(crate) fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url => f.write_str("the URL of the Redis server can't be read"),
            Self::KeyPrefix => f.write_str("the prefix of the Redis keys contains a brace"),
            Self::Tls(error) => write!(f, "TLS to the Redis server can't be set up: {error}"),
            Self::Connect(error) => write!(f, "the Redis server can't be reached: {error}"),
            Self::Login => {
                f.write_str("the Redis server does not accept the user name or the password")
            }
            Self::Lost => f.write_str("the connection to the Redis server was lost"),
            Self::Server(code) => write!(f, "the Redis server failed: {}", code.meaning()),
            Self::Reply => f.write_str("the reply of the Redis server can't be read"),
            Self::TooSlow => f.write_str("the Redis server took too long"),
        }
    }
}

impl ServerCode {
    fn of(error: &RedisError) -> Self {
        let code = error.code().unwrap_or("ERR");
        let detail = error.detail().unwrap_or_default();
        let called = detail.starts_with(IN_SCRIPT).then_some(detail);
        let called = called.and_then(|detail| detail.split_once(": -"));
        let called = called.map(|(_, error)| error.split(' ').next().unwrap_or_default());
        // Only this code is taken from the detail. The rest of the detail may quote keys and values, and is not shown.
        let known = called.map(|code| Self(code.to_owned()));
        let known = known.filter(|code| code.known_meaning().is_some());
        known.unwrap_or_else(|| Self(code.to_owned()))
    }

    fn meaning(&self) -> String {
        match self.known_meaning() {
            Some(meaning) => format!("{meaning} ({})", self.0),
            None => self.0.clone(),
        }
    }

    fn known_meaning(&self) -> Option<&'static str> {
        Some(match &*self.0 {
            "NOAUTH" => "it requires a password",
            "NOPERM" => "the user may not run the scripts on these keys",
            "READONLY" => "it is a replica",
            "MASTERDOWN" => "it is a replica that has lost its primary",
            "NOREPLICAS" => "too few replicas follow it",
            "MOVED" | "ASK" => "it is a node of a cluster, and another node has the keys",
            "LOADING" => "it is reading its data",
            "BUSY" => "another script is running",
            "OOM" => "its memory is full",
            "MISCONF" => "it can't write to its disk",
            "WRONGTYPE" => "a key with this name holds another type of value",
            _ => return None,
        })
    }
}

impl StdError for Failure {}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        Self::new(failure)
    }
}

#[cfg(test)]
mod tests {
    use redis::{Value, make_extension_error};

    use super::*;

    #[test]
    fn what_a_command_of_a_script_failed_with_is_known_from_any_version() {
        let error = |detail: &str| {
            let error = make_extension_error("ERR".to_owned(), Some(detail.to_owned()));
            Failure::of(&error)
        };
        let older = "Error running script (call to f_e0e1): @user_script:8: @user_script: 8: ";
        let replica = error(&format!(
            "{older}-READONLY You can't write against a read only replica."
        ));
        assert!(replica.is_misled(), "{replica}");
        assert!(replica.to_string().ends_with("it is a replica (READONLY)"));
        let full = error(&format!("{older}-OOM command not allowed"));
        assert!(full.to_string().ends_with("(OOM)") && !full.is_misled());
        for other in [&*format!("{older}-HUNTER2 x"), "x: -READONLY x", older] {
            assert_eq!(error(other).to_string(), "the Redis server failed: ERR");
        }
    }

    #[test]
    fn what_a_server_quotes_is_not_shown() {
        let quoted = Some("unknown command, with args beginning with: hunter2".to_owned());
        let failure = Failure::of(&make_extension_error("ERR".to_owned(), quoted));
        assert_eq!(failure.to_string(), "the Redis server failed: ERR");
        let quoted = Some("hunter2".to_owned());
        let failure = Failure::of(&make_extension_error("OOM".to_owned(), quoted));
        assert_eq!(
            format!("{failure} {failure:?}"),
            "the Redis server failed: its memory is full (OOM) Server(ServerCode(\"OOM\"))"
        );
        let odd = redis::from_redis_value::<u8>(Value::SimpleString("hunter2".to_owned()));
        let text = odd.map_err(|error| Failure::of(&error.into()).to_string());
        assert!(text.is_err_and(|text| !text.contains("hunter2")));
    }
}
