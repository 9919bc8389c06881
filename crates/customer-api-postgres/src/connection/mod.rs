//! One connection that all statements share. A lost connection is replaced.

mod cancel;
mod tls;

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    str::FromStr as _,
    sync::{Arc, OnceLock},
    time::Duration,
};

use customer_api_core::error::StoreError;
use customer_api_ledger::{LedgerError, LedgerErrorKind};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, timeout_at},
};
use tokio_postgres::{
    Client, Config, Row,
    config::SslMode,
    error::{Severity, SqlState},
    types::{ToSql, Type},
};

use crate::{history::History, schema};

/// The maximum number of attempts to run a statement that is lost with its connection.
const ATTEMPTS: u32 = 4;

/// The default idle time before TCP keepalive. Some networks drop an idle connection after four minutes without reporting that. The next
/// statement on that connection would time out.
const IDLE: Duration = Duration::from_secs(60);

/// The driver's own default.
const DRIVERS_IDLE: Duration = Duration::from_secs(2 * 60 * 60);

/// The first and the longest pause before a statement is repeated because another statement conflicted with it.
const PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// The pauses between the repetitions of one statement. They are random, so that two programs do not conflict again.
struct Pauses(Duration);

impl Default for Pauses {
    fn default() -> Self {
        Self(PAUSE)
    }
}

impl Pauses {
    fn next(&mut self) -> Duration {
        // The keys of the standard library's hasher come from the system.
        let random = RandomState::new().hash_one(0) % 1000;
        let part = u32::try_from(random).unwrap_or_default() + 1;
        let pause = self.0 * part / 1000;
        self.0 = (self.0 * 2).min(LONGEST_PAUSE);
        pause
    }
}

/// A value of a statement, with its type. With the types, a statement need not be prepared, so it works behind a transaction pooler.
pub(crate) type Value<'a> = (&'a (dyn ToSql + Sync), Type);

/// A connection to a server.
pub(crate) struct Connection {
    config: Config,
    timeout: Duration,
    current: Mutex<Option<Arc<Client>>>,
    history: OnceLock<Arc<History>>,
}

impl Connection {
    /// Creates a connection. It connects to the server when the first statement is run.
    pub(crate) fn new(configuration: &str, timeout: Duration) -> Result<Self, Failure> {
        let mut config = Config::from_str(configuration).map_err(|error| {
            // The driver's error may quote a part of the text, and thereby a password.
            drop(error);
            Failure::Configuration
        })?;
        if config.get_application_name().is_none() {
            config.application_name(env!("CARGO_PKG_NAME"));
        }
        if config.get_keepalives_idle() == DRIVERS_IDLE {
            config.keepalives_idle(IDLE);
        }
        Ok(Self {
            config,
            timeout,
            current: Mutex::default(),
            history: OnceLock::new(),
        })
    }

    /// Sets the history that each later connection must continue. A later connection may find another history, because a replica took over
    /// or a copy was restored while the program ran.
    pub(crate) fn expect(&self, history: Arc<History>) {
        // A second call changes nothing. The ledger calls this once, when it is opened.
        let _ = self.history.set(history);
    }

    /// Compares the current database with the expected history.
    pub(crate) async fn check(&self) -> Result<(), LedgerError> {
        let checked = timeout_at(self.end(), async {
            let client = self.client().await?;
            match self.history.get() {
                Some(history) => history.check(&client).await,
                None => Ok(()),
            }
        });
        Ok(checked.await.map_err(|_| Failure::TooSlow)??)
    }

    /// Replaces the current connection by a new connection, and checks the new one against the expected history.
    pub(crate) async fn renew(&self) -> Result<(), LedgerError> {
        self.current.lock().await.take();
        let connected = timeout_at(self.end(), self.client()).await;
        connected.map_err(|_| Failure::TooSlow)??;
        Ok(())
    }

    /// Returns the deadline of a statement that begins now.
    fn end(&self) -> Instant {
        sleep(self.timeout).deadline()
    }

    /// Runs a statement that may be run twice. By the token in the statement, the caller recognises that the statement already took
    /// effect.
    ///
    /// A statement that is lost with its connection is run again on another connection, in up to [`ATTEMPTS`] attempts. A statement that
    /// conflicts with another one is also run again, any number of times: under a strict isolation level, the server rejects statements
    /// that would otherwise wait for each other. The timeout limits all of this.
    pub(crate) async fn query(
        &self,
        statement: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<Row>, Failure> {
        let end = self.end();
        let mut attempt = 1;
        let mut pauses = Pauses::default();
        loop {
            let error = match self.try_query(statement, values, end).await {
                Ok(rows) => return Ok(rows),
                Err(error) => error,
            };
            if error.is_in_the_way() {
                let pause = sleep(pauses.next());
                if pause.deadline() >= end {
                    return Err(error);
                }
                pause.await;
                continue;
            }
            if attempt >= ATTEMPTS || !error.may_pass() {
                return Err(error);
            }
            attempt += 1;
        }
    }

    async fn try_query(
        &self,
        statement: &str,
        values: &[Value<'_>],
        end: Instant,
    ) -> Result<Vec<Row>, Failure> {
        let client = timeout_at(end, self.client()).await;
        let client = client.map_err(|_| Failure::TooSlow)??;
        match timeout_at(end, client.query_typed(statement, values)).await {
            Ok(Ok(rows)) => Ok(rows),
            Ok(Err(error)) => {
                if client.is_closed() || ends_connection(&error) {
                    self.discard(&client).await;
                }
                Err(Failure::Statement(error))
            }
            Err(_) => {
                // Later statements on this connection would wait for this statement. Without the cancellation, the server would carry
                // this statement out later.
                self.cancel(&client);
                self.discard(&client).await;
                Err(Failure::TooSlow)
            }
        }
    }

    /// Runs several statements without values, one after the other, in a transaction of the server.
    pub(crate) async fn batch(&self, statements: &str) -> Result<(), Failure> {
        let end = self.end();
        let client = timeout_at(end, self.client()).await;
        let client = client.map_err(|_| Failure::TooSlow)??;
        let failure = match timeout_at(end, client.batch_execute(statements)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => Failure::Statement(error),
            Err(_) => Failure::TooSlow,
        };
        // A transaction may be open on this connection.
        self.discard(&client).await;
        Err(failure)
    }

    async fn discard(&self, client: &Arc<Client>) {
        let mut current = self.current.lock().await;
        current.take_if(|current| Arc::ptr_eq(current, client));
    }

    async fn client(&self) -> Result<Arc<Client>, Failure> {
        let mut current = self.current.lock().await;
        if let Some(client) = current.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(self.connect().await?);
        if let Some(history) = self.history.get() {
            history.check(&client).await?;
        }
        *current = Some(Arc::clone(&client));
        Ok(client)
    }

    async fn connect(&self) -> Result<Client, Failure> {
        if self.config.get_ssl_mode() == SslMode::Disable {
            let connected = self.config.connect(tokio_postgres::NoTls).await;
            let (client, connection) = connected.map_err(Failure::Connect)?;
            // If the connection fails, its statements return the same error.
            tokio::spawn(async move { drop(connection.await) });
            return Ok(client);
        }
        let tls = tls::Tls::new().map_err(Failure::Tls)?;
        let (client, connection) = self.config.connect(tls).await.map_err(Failure::Connect)?;
        tokio::spawn(async move { drop(connection.await) });
        Ok(client)
    }
}

/// The reason why a statement returned no rows.
#[derive(Debug)]
pub(crate) enum Failure {
    Configuration,
    Tls(rustls::Error),
    Connect(tokio_postgres::Error),
    Statement(tokio_postgres::Error),
    TooSlow,
    Restored,
}

impl Failure {
    /// Returns whether the statement conflicted with another statement. Nothing was done, and the statement may succeed a moment later.
    fn is_in_the_way(&self) -> bool {
        let Self::Statement(error) = self else {
            return false;
        };
        error.code().is_some_and(|code| {
            [
                SqlState::T_R_SERIALIZATION_FAILURE,
                SqlState::T_R_DEADLOCK_DETECTED,
                // A role or a database can be configured so that statements do not wait for a lock.
                SqlState::LOCK_NOT_AVAILABLE,
            ]
            .contains(code)
        })
    }

    /// Returns whether the statement may succeed if it is run again immediately, because it was lost with its connection or with the
    /// connection of a pooler.
    fn may_pass(&self) -> bool {
        match self {
            Self::Statement(error) => {
                error.is_closed()
                    || error.as_db_error().is_none()
                    || ends_connection(error)
                    // The cancellation was meant for another statement of this connection.
                    || error.code() == Some(&SqlState::QUERY_CANCELED)
            }
            Self::Configuration
            | Self::Tls(_)
            | Self::Connect(_)
            | Self::TooSlow
            | Self::Restored => false,
        }
    }
}

/// Returns whether the server or a pooler ends the connection with this error, for example because of a restart or an idle time.
fn ends_connection(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|error| {
        let is_fatal = matches!(
            error.parsed_severity(),
            Some(Severity::Fatal | Severity::Panic)
        );
        // A pooler that lost its connection to the server may send a severity that the driver can't parse.
        is_fatal || error.severity() == "FATAL" || error.code().code().starts_with("08")
    })
}

/// Describes the failure without quoting values.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Configuration => "the configuration of the connection can't be read",
            Self::Tls(_) => "TLS can't be set up",
            Self::Connect(_) => "the database can't be reached",
            Self::Statement(_) => "the database failed",
            Self::TooSlow => "the database took too long",
            Self::Restored => "the database was restored from a copy, or a replica took over",
        })
    }
}

impl From<Failure> for LedgerError {
    fn from(failure: Failure) -> Self {
        let (kind, words) = (LedgerErrorKind::Storage, failure.to_string());
        match failure {
            Failure::Tls(error) => Self::with_source(kind, words, error),
            Failure::Connect(error) | Failure::Statement(error) => {
                Self::with_source(kind, words, Told::of(&error))
            }
            Failure::Configuration | Failure::TooSlow => Self::new(kind, words),
            Failure::Restored => schema::restored(),
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        let cause = match &failure {
            Failure::Tls(error) => Some(error.to_string()),
            Failure::Connect(error) | Failure::Statement(error) => Some(Told::of(error).0),
            Failure::Configuration | Failure::TooSlow | Failure::Restored => None,
        };
        Self::new(match cause {
            Some(cause) => format!("{failure}: {cause}"),
            None => failure.to_string(),
        })
    }
}

/// The driver's message, without the values that a server may quote in its details.
#[derive(Debug)]
struct Told(String);

impl Told {
    fn of(error: &tokio_postgres::Error) -> Self {
        Self(match error.as_db_error() {
            Some(error) => format!("{} ({})", error.message(), error.code().code()),
            None => {
                let source = std::error::Error::source(error);
                let source = source.map_or_else(String::new, |source| format!(": {source}"));
                format!("{error}{source}")
            }
        })
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Told {}

/// Does not show the password.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("hosts", &self.config.get_hosts())
            .field("database", &self.config.get_dbname())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_connection_is_kept_alive_as_often_as_the_configuration_says() {
        for (text, seconds) in [("host=db", 60), ("host=db keepalives_idle=7", 7)] {
            let connection = Connection::new(text, IDLE).unwrap();
            let idle = connection.config.get_keepalives_idle();
            assert_eq!(idle, Duration::from_secs(seconds), "{text}");
        }
    }
}
