use std::{fmt, time::Duration};

use super::{Look, Reason, SendTrace, Settle, Settled, Why, look::Moment};
use crate::{Client, Error, ErrorKind, Operation, time::Deadline};

/// The wait between the first look and the second. The wait doubles after each look.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait between two looks, unless the provider asks for a longer one.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Checks whether a write happened. Made by [`Client::settle`](crate::Client::settle).
///
/// Only reads are sent. An error is an error of the look: its [`delivery`](Error::delivery) is about a read, and the write's outcome stays
/// unknown.
#[must_use = "nothing is read before `look` or `look_for` is called"]
pub struct Settling<'o, O: Operation> {
    client: Client<O::Service>,
    operation: &'o O,
    trace: SendTrace,
}

impl<'o, O: Settle> Settling<'o, O> {
    pub(crate) fn new(client: Client<O::Service>, operation: &'o O, trace: SendTrace) -> Self {
        Self {
            client,
            operation,
            trace,
        }
    }

    /// Looks once, within the client's timeout. One look can take several reads.
    ///
    /// # Errors
    ///
    /// The errors of the reads: the provider was not reached, or refused the reads.
    pub async fn look(self) -> Result<Settled<O::Evidence>, Error> {
        if let Some(verdict) = self.refused() {
            return Ok(verdict);
        }
        let (began, deadline) = (Moment::now(), Deadline::after(self.client.timeout()));
        let mut look = Look::new(self.client, self.trace, began, deadline);
        self.operation.look(&mut look).await
    }

    /// Looks repeatedly until a read shows the write, for at most this time.
    ///
    /// The waits between looks grow from 1 s to 30 s, and are longer if the provider asks for that. The first verdict other than
    /// [`NotSeen`](Settled::NotSeen) is returned immediately. When the time is over, the last verdict is returned. After a look that fails
    /// for a temporary reason, such as a timeout, the next look follows.
    ///
    /// # Errors
    ///
    /// The errors of the reads. A permanent error, such as a refused credential, is returned immediately. The last error is
    /// returned if no look succeeded.
    pub async fn look_for(self, time: Duration) -> Result<Settled<O::Evidence>, Error> {
        if let Some(verdict) = self.refused() {
            return Ok(verdict);
        }
        let (began, deadline) = (Moment::now(), Deadline::after(time));
        let mut last = None;
        let mut wait = FIRST_WAIT;
        loop {
            let (client, trace) = (self.client.clone(), self.trace.clone());
            let mut look = Look::new(client, trace, began, deadline);
            let mut asked = Duration::ZERO;
            match self.operation.look(&mut look).await {
                Ok(verdict @ Settled::NotSeen { .. }) => last = Some(verdict),
                Ok(verdict) => return Ok(verdict),
                Err(error) => {
                    asked = error.asked_wait().unwrap_or_default();
                    let is_over = !may_pass(&error) || wait.max(asked) >= deadline.remaining();
                    match (is_over, last.take()) {
                        (true, Some(verdict)) if may_pass(&error) => return Ok(verdict),
                        (true, _) => return Err(error),
                        (false, verdict) => last = verdict,
                    }
                }
            }
            let pause = wait.max(asked);
            if pause >= deadline.remaining() {
                if let Some(verdict) = last {
                    return Ok(verdict);
                }
            }
            tokio::time::sleep(pause).await;
            wait = wait.saturating_mul(2).min(LONGEST_WAIT);
        }
    }

    /// Does the same as [`look`](Self::look), in a program without a runtime.
    ///
    /// # Errors
    ///
    /// The same errors as [`look`](Self::look). Inside an async runtime nothing is sent, and the error is of kind
    /// [`InsideRuntime`](ErrorKind::InsideRuntime).
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait_look(self) -> Result<Settled<O::Evidence>, Error> {
        crate::blocking::wait(self.look()).unwrap_or_else(|error| Err(error.into()))
    }

    /// Does the same as [`look_for`](Self::look_for), in a program without a runtime.
    ///
    /// # Errors
    ///
    /// The same errors as [`look_for`](Self::look_for). Inside an async runtime nothing is sent, and the error is of kind
    /// [`InsideRuntime`](ErrorKind::InsideRuntime).
    #[cfg(feature = "blocking")]
    #[cfg_attr(docsrs, doc(cfg(feature = "blocking")))]
    pub fn wait_look_for(self, time: Duration) -> Result<Settled<O::Evidence>, Error> {
        crate::blocking::wait(self.look_for(time)).unwrap_or_else(|error| Err(error.into()))
    }

    /// Returns the verdict on a trace that belongs to another operation. `None` if the trace belongs to this operation.
    fn refused(&self) -> Option<Settled<O::Evidence>> {
        let is_ours = self.trace.operation() == O::INFO.id;
        (!is_ours).then(|| {
            let ask = "pass the trace of the error that this write ended with";
            Settled::CannotTell(Why::new(Reason::OtherOperation, ask))
        })
    }
}

/// Returns whether a look that failed with this error may succeed a little later.
fn may_pass(error: &Error) -> bool {
    let is_transport = matches!(
        error.kind(),
        ErrorKind::Timeout(_) | ErrorKind::Connect | ErrorKind::Interrupted | ErrorKind::RateLimit
    );
    is_transport || error.is_server_error() || matches!(error.status(), Some(408 | 429))
}

impl<O: Operation> fmt::Debug for Settling<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settling")
            .field("operation", &O::INFO.id)
            .field("trace", &self.trace)
            .finish_non_exhaustive()
    }
}
