//! Writes that are carried out after the response to their request.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::fault::Later;
use crate::provider::ValidRequest;

/// A write that is still to be carried out.
#[derive(Debug)]
pub(crate) struct LateWrite {
    pub(crate) request: ValidRequest,
    /// The request's number in the log. `None` for a second writer, because a second writer sends
    /// no request.
    pub(crate) logged: Option<u64>,
    due: Due,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// By the sandbox's clock.
    At(Duration),
    /// After this number of further requests has arrived.
    Requests(u32),
}

/// All writes of a server that are still to be carried out.
#[derive(Debug, Default)]
pub(crate) struct LateWrites(Mutex<Vec<LateWrite>>);

impl LateWrites {
    pub(crate) fn add(
        &self,
        request: ValidRequest,
        logged: Option<u64>,
        later: Later,
        now: Duration,
    ) {
        let due = match later {
            Later::After(time) => Due::At(now.saturating_add(time)),
            Later::Requests(count) => Due::Requests(count.max(1)),
        };
        self.writes().push(LateWrite {
            request,
            logged,
            due,
        });
    }

    /// Counts an arrived request.
    pub(crate) fn count_request(&self) {
        for write in self.writes().iter_mut() {
            if let Due::Requests(left) = &mut write.due {
                *left = left.saturating_sub(1);
            }
        }
    }

    /// Removes and returns the writes that are due, in the order in which they became due.
    pub(crate) fn take_due(&self, now: Duration) -> Vec<LateWrite> {
        let mut writes = self.writes();
        let all = std::mem::take(&mut *writes);
        let (mut due, left): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|write| write.due_time(now) <= now);
        *writes = left;
        due.sort_by_key(|write| write.due_time(now));
        due
    }

    /// Returns the earliest due time among the writes that wait for a time.
    pub(crate) fn next_time(&self) -> Option<Duration> {
        let writes = self.writes();
        let times = writes.iter().filter_map(|write| match write.due {
            Due::At(time) => Some(time),
            Due::Requests(_) => None,
        });
        times.min()
    }

    pub(crate) fn clear(&self) {
        self.writes().clear();
    }

    pub(crate) fn count(&self) -> usize {
        self.writes().len()
    }

    fn writes(&self) -> MutexGuard<'_, Vec<LateWrite>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LateWrite {
    fn due_time(&self, now: Duration) -> Duration {
        match self.due {
            Due::At(time) => time,
            Due::Requests(0) => now,
            Due::Requests(_) => Duration::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn request(id: &str) -> ValidRequest {
        ValidRequest {
            operation_id: id.to_owned(),
            path: crate::parameters::Parameters::default(),
            query: crate::parameters::Parameters::default(),
            body: serde_json::Value::Null,
        }
    }

    fn due(writes: &LateWrites, now: Duration) -> Vec<String> {
        let due = writes.take_due(now).into_iter();
        due.map(|write| write.request.operation_id).collect()
    }

    #[test]
    fn what_waits_for_a_time_comes_in_the_order_of_time() {
        let writes = LateWrites::default();
        writes.add(request("b"), None, Later::After(2 * SECOND), Duration::ZERO);
        writes.add(request("a"), None, Later::After(SECOND), Duration::ZERO);
        assert_eq!(writes.next_time(), Some(SECOND));
        assert!(due(&writes, Duration::ZERO).is_empty());
        assert_eq!(due(&writes, 2 * SECOND), ["a", "b"]);
        assert_eq!((writes.count(), writes.next_time()), (0, None));
    }

    #[test]
    fn what_waits_for_requests_counts_them() {
        let writes = LateWrites::default();
        writes.add(request("a"), None, Later::Requests(2), Duration::ZERO);
        writes.add(request("b"), None, Later::Requests(0), Duration::ZERO);
        assert!(due(&writes, SECOND).is_empty());
        writes.count_request();
        assert_eq!(due(&writes, SECOND), ["b"]);
        writes.count_request();
        assert_eq!(due(&writes, SECOND), ["a"]);
    }
}
