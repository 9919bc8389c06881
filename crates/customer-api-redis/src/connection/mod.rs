//! One connection that all scripts share. A lost connection is replaced.

mod live;
mod socket;
mod tls;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::{Cmd, Value};
use tokio::sync::{Mutex as Turn, OnceCell};

use self::live::{Live, Sent};
use crate::{
    address::Address,
    failure::{Failure, is_unknown_script},
    script::Lua,
};

/// The maximum number of attempts of a script that is lost with its connection.
const ATTEMPTS: u32 = 4;

/// A connection to a server.
pub(crate) struct Connection {
    address: Address,
    timeout: Duration,
    current: Mutex<Option<Arc<Live>>>,
    /// The task that holds this lock connects.
    turn: Turn<()>,
    tls: OnceCell<tokio_rustls::TlsConnector>,
}

impl Connection {
    /// Creates a connection that connects when it is first needed.
    pub(crate) fn new(address: Address, timeout: Duration) -> Self {
        Self {
            address,
            timeout,
            current: Mutex::default(),
            turn: Turn::default(),
            tls: OnceCell::new(),
        }
    }

    /// Runs a script that may be run twice. A script that is lost with its connection is run again on another connection.
    pub(crate) async fn run(
        &self,
        lua: &Lua,
        keys: &[String],
        values: &[&[u8]],
    ) -> Result<Value, Failure> {
        let mut last = None;
        let script = self.repeat(lua, keys, values, &mut last);
        let outcome = tokio::time::timeout(self.timeout, script).await;
        outcome.unwrap_or_else(|_| {
            // One timeout is not enough to give the connection up. A server that is merely slow still runs the connection's later scripts,
            // such as a release, in order.
            if let Some(sent) = last.filter(Sent::is_given_up) {
                self.discard(sent.live());
            }
            Err(Failure::TooSlow)
        })
    }

    async fn repeat(
        &self,
        lua: &Lua,
        keys: &[String],
        values: &[&[u8]],
        last: &mut Option<Sent>,
    ) -> Result<Value, Failure> {
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(lua, keys, values, last).await {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            if attempt >= ATTEMPTS || !failure.is_lost() {
                return Err(failure);
            }
            attempt += 1;
        }
    }

    async fn attempt(
        &self,
        lua: &Lua,
        keys: &[String],
        values: &[&[u8]],
        last: &mut Option<Sent>,
    ) -> Result<Value, Failure> {
        *last = None;
        let live = self.live().await?;
        let sent = last.insert(Sent::on(&live));
        let mut reply = Ok(Value::Nil);
        if lua.takes && sent.is_in_doubt() {
            // First check with PING that the server responds. A slot taken from a server that hangs might not be given back: this
            // connection would be given up before the release, and a new connection can't be made before the server continues.
            reply = live.send(&redis::cmd("PING")).await;
        }
        if !reply
            .as_ref()
            .is_err_and(|error| Failure::of(error).is_lost())
        {
            reply = live
                .send(&command("EVALSHA", &lua.digest, keys, values))
                .await;
        }
        if reply.as_ref().is_err_and(is_unknown_script) {
            // The server has not seen the script yet, or has forgotten it.
            reply = live.send(&command("EVAL", lua.text, keys, values)).await;
        }
        let failure = match reply {
            Ok(value) => {
                sent.has_reply();
                return Ok(value);
            }
            Err(error) => Failure::of(&error),
        };
        if failure.is_lost() || failure.is_misled() {
            self.discard(&live);
        } else {
            sent.has_reply();
        }
        Err(failure)
    }

    async fn live(&self) -> Result<Arc<Live>, Failure> {
        if let Some(live) = self.current().clone() {
            return Ok(live);
        }
        let _turn = self.turn.lock().await;
        if let Some(live) = self.current().clone() {
            return Ok(live);
        }
        let live = Arc::new(socket::connect(&self.address, &self.tls).await?);
        *self.current() = Some(Arc::clone(&live));
        Ok(live)
    }

    fn discard(&self, live: &Arc<Live>) {
        self.current().take_if(|current| Arc::ptr_eq(current, live));
    }

    fn current(&self) -> MutexGuard<'_, Option<Arc<Live>>> {
        // No code panics while it holds the lock. Therefore a poisoned lock is usable.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn command(name: &str, script: &str, keys: &[String], values: &[&[u8]]) -> Cmd {
    let mut command = redis::cmd(name);
    command.arg(script).arg(keys.len()).arg(keys).arg(values);
    command
}

/// Does not show the user name or the password.
impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("place", &self.address.place)
            .finish_non_exhaustive()
    }
}
