use std::{
    fmt,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{SendTrace, Settled, Skew, clock::nanoseconds};
use crate::{
    Call, Client, Error, Idempotency, Operation, Response, Service, Timestamp,
    error::{Failure, ValidationError},
    response::UnreadableKind,
    time::{Deadline, now, wall_clock},
};

/// A look at the outcome of a write, as an implementation of [`Settle`](super::Settle) sees it.
///
/// The implementation makes its reads with the methods of this type. The type also has the times at which the write was sent, and
/// compares the provider's clock with this machine's.
pub struct Look<S> {
    client: Client<S>,
    trace: SendTrace,
    began: Moment,
    deadline: Deadline,
    skew: Option<Skew>,
    is_whole: bool,
}

/// One moment by the calendar clock and by the monotonic clock. The calendar clock can jump during a look, so it is read only
/// once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    calendar: SystemTime,
    instant: Instant,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self {
            calendar: wall_clock(),
            instant: now(),
        }
    }

    /// The time by this machine's calendar clock.
    fn time(self) -> SystemTime {
        let passed = now().saturating_duration_since(self.instant);
        self.calendar.checked_add(passed).unwrap_or(self.calendar)
    }
}

impl<S: Service> Look<S> {
    pub(super) fn new(
        client: Client<S>,
        trace: SendTrace,
        began: Moment,
        deadline: Deadline,
    ) -> Self {
        Self {
            client,
            trace,
            began,
            deadline,
            skew: None,
            is_whole: true,
        }
    }

    /// Reads something from the provider, through the client's own limiter and retry policy, within the time of the look.
    ///
    /// # Errors
    ///
    /// The error of the read. An operation that is not [`Safe`](Idempotency::Safe) is refused before anything is sent.
    pub async fn read<R: Operation<Service = S>>(&mut self, read: R) -> Result<R::Output, Error> {
        let call = self.client.call(read);
        self.read_call(call).await
    }

    /// Reads something by a call that has its own settings, except the timeout, which the look sets.
    ///
    /// # Errors
    ///
    /// The same errors as [`read`](Self::read).
    pub async fn read_call<R: Operation<Service = S>>(
        &mut self,
        call: Call<R>,
    ) -> Result<R::Output, Error> {
        let response = self.read_response(call).await?;
        Ok(response.into_value())
    }

    /// Reads something by a call that has its own settings, except the timeout, which the look sets. Returns the value with the
    /// response's metadata.
    ///
    /// # Errors
    ///
    /// The same errors as [`read`](Self::read).
    pub async fn read_response<R: Operation<Service = S>>(
        &mut self,
        call: Call<R>,
    ) -> Result<Response<R::Output>, Error> {
        let operation = call.operation().info();
        if operation.idempotency != Idempotency::Safe {
            let problem =
                ValidationError::other(operation.id, "is not a read, and a look only reads");
            return Err(Error::without_call(Failure::from(problem)));
        }
        let limit = self.client.timeout().min(self.deadline.remaining());
        let response = call.timeout(limit).response().await?;
        let (received, took) = (self.began.time(), response.attempt_elapsed());
        self.skew = Skew::read(response.headers(), received, took);
        let mut unreadable = response.unreadable().iter();
        self.is_whole &= unreadable.all(|one| one.kind() == UnreadableKind::Coerced);
        Ok(response)
    }

    /// Whether all responses so far could be read completely. If not, a record or a field that the verdict depends on may be
    /// missing.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The client of the look, for preparing calls for [`read_call`](Self::read_call).
    #[must_use]
    pub fn client(&self) -> &Client<S> {
        &self.client
    }

    /// The trace of the write, with the times at which it was sent.
    #[must_use]
    pub fn trace(&self) -> &SendTrace {
        &self.trace
    }

    /// Whether something that the provider dates at `shown` can be the effect of the write. `Some(false)` means that `shown` is
    /// before the time at which the write was sent. `Some(true)` is not a proof, because another write can have the same
    /// effect.
    ///
    /// The `Date` of the last read shows the provider's clock. `None` if that clock can't be compared with this machine's:
    /// there was no `Date`, the `Date` may come from a cache, the read took more than 10 s, or the recorded time of sending is
    /// later than the present time by this machine's clock.
    #[must_use]
    pub fn may_be_later(&self, shown: &Timestamp) -> Option<bool> {
        let sent = self.trace.first();
        if sent.unix_nanoseconds() > nanoseconds(self.began.time()) {
            return None;
        }
        Some(self.skew?.may_follow(shown, sent))
    }

    /// The time since the last known attempt.
    #[must_use]
    pub fn waited(&self) -> Duration {
        let sent = self.trace.last().unwrap_or(self.trace.first());
        let waited = nanoseconds(self.began.time()) - sent.unix_nanoseconds();
        u64::try_from(waited).map_or(Duration::ZERO, Duration::from_nanos)
    }

    /// Returns the verdict [`NotSeen`](Settled::NotSeen): the reads show no effect of the write.
    #[must_use]
    pub fn not_seen<E>(&self) -> Settled<E> {
        Settled::NotSeen {
            waited: self.waited(),
        }
    }
}

impl<S> fmt::Debug for Look<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Look")
            .field("trace", &self.trace)
            .field("skew", &self.skew)
            .finish_non_exhaustive()
    }
}
