//! An established connection.

use std::{
    future::{Future, poll_fn},
    io,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use redis::{
    AsyncConnectionConfig, Cmd, RedisConnectionInfo, RedisResult, Value,
    aio::{ConnectionLike as _, MultiplexedConnection},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::watch,
    task::AbortHandle,
};

use crate::failure::Failure;

/// Means that no script is overdue.
const NONE: u64 = u64::MAX;

/// A connection, with the task that drives it.
pub(super) struct Live {
    connection: MultiplexedConnection,
    driver: AbortHandle,
    /// Closed when the task has ended.
    ended: watch::Receiver<()>,
    /// The number of scripts that were sent.
    sent: AtomicU64,
    /// The value of `sent` when a script timed out, or [`NONE`]. Later timeouts do not change it. A reply resets it.
    overdue_since: AtomicU64,
}

impl Live {
    /// Logs in on a stream.
    pub(super) async fn log_in<S>(login: &RedisConnectionInfo, stream: S) -> Result<Self, Failure>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        // Switches off the library's own timeout. `Connection::run` limits the time of each script, and this time includes the login.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let made = MultiplexedConnection::new_with_config(login, stream, config).await;
        let (connection, driver) = made.map_err(|error| Failure::of(&error))?;
        let (running, ended) = watch::channel(());
        let driver = tokio::spawn(async move {
            driver.await;
            drop(running);
        });
        Ok(Self {
            connection,
            driver: driver.abort_handle(),
            ended,
            sent: AtomicU64::new(0),
            overdue_since: AtomicU64::new(NONE),
        })
    }

    /// Sends a command, and waits for its reply.
    pub(super) async fn send(&self, command: &Cmd) -> RedisResult<Value> {
        let mut connection = self.connection.clone();
        let mut reply = connection.req_packed_command(command);
        let mut ended = self.ended.clone();
        let mut ended = pin!(ended.changed());
        let poll = |context: &mut Context<'_>| {
            if let Poll::Ready(reply) = reply.as_mut().poll(context) {
                return Poll::Ready(reply);
            }
            if ended.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            // A command that was queued just as the task ended gets neither a reply nor an error, because the queue lives as long as any
            // clone of the connection. Therefore a missing reply counts as a broken connection.
            match reply.as_mut().poll(context) {
                Poll::Pending => {
                    Poll::Ready(Err(io::Error::from(io::ErrorKind::BrokenPipe).into()))
                }
                ready => ready,
            }
        };
        match poll_fn(poll).await? {
            Value::ServerError(error) => Err(error.into()),
            value => Ok(value),
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // Otherwise the driver would wait for the replies of a server that hangs.
        self.driver.abort();
    }
}

/// A script that was sent on a connection.
pub(super) struct Sent {
    live: Arc<Live>,
    number: u64,
}

impl Sent {
    pub(super) fn on(live: &Arc<Live>) -> Self {
        Self {
            live: Arc::clone(live),
            number: live.sent.fetch_add(1, Ordering::Relaxed),
        }
    }

    pub(super) fn live(&self) -> &Arc<Live> {
        &self.live
    }

    /// Returns whether another script timed out and no reply has arrived since.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.live.overdue_since.load(Ordering::Relaxed) != NONE
    }

    pub(super) fn has_reply(&self) {
        self.live.overdue_since.store(NONE, Ordering::Relaxed);
    }

    /// Records that this script timed out. Returns whether to give the connection up: another script had timed out before this one was
    /// sent, and no reply has arrived since.
    pub(super) fn is_given_up(&self) -> bool {
        let sent = self.live.sent.load(Ordering::Relaxed);
        let first = self.live.overdue_since.compare_exchange(
            NONE,
            sent,
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        first.is_err_and(|since| self.number >= since)
    }
}
