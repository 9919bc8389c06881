//! The request log: the requests that arrived, and their outcomes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;

use crate::fault::Fault;
use crate::pulse::Pulse;

/// One request, as the sandbox received it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The number of the request. All servers of a sandbox count together, from 1.
    pub id: u64,
    /// The time at which the request had arrived, by the sandbox's clock.
    pub time: SystemTime,
    /// The provider that received the request, for example `ravelin`.
    pub provider: &'static str,
    /// The operation of the provider's description, or `None` if path or method match no operation.
    pub operation_id: Option<String>,
    /// The path template of that operation.
    pub path_template: Option<String>,
    /// The method as sent.
    pub method: String,
    /// The request target exactly as sent: path and query, not decoded or normalised.
    pub target: String,
    /// The decoded names of the query parameters that the operation does not have, each once.
    pub unknown_query: Vec<String>,
    /// Header names and values as sent, in the order in which they were sent.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, without its transfer encoding. If the fault was a reset while reading, the part of
    /// the body that had arrived.
    pub body: Vec<u8>,
    /// The scripted fault that the request met.
    pub fault: Option<Fault>,
    /// The rules of the provider's description that the request broke, in neutral words.
    pub problems: Vec<String>,
    /// Whether the request has changed the provider's state so far. A request that is
    /// [processed later](crate::Fault::processed_later) changes the state only when it is
    /// processed. Always false for a read.
    pub applied: bool,
    /// The status of the response, or `None` if no head was sent.
    pub status: Option<u16>,
    /// The headers of the response, except those that frame the body. Empty if no head was sent.
    pub response_headers: Vec<(String, String)>,
    /// The body of the response. After a fault, perhaps only a part of the body was sent.
    pub response_body: Bytes,
}

impl RecordedRequest {
    /// Returns the first value of a header as text, or `None` if the header is absent or not UTF-8.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .and_then(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// Returns the request as the admin API lists it, without headers and bodies.
    #[cfg(feature = "console")]
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        crate::console::summary(self)
    }

    /// Returns the path as sent, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// Returns the query as sent, without its question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }
}

pub(crate) type Observer = Arc<dyn Fn(&RecordedRequest) + Send + Sync>;

/// The limits of the log. The oldest requests are removed first. `None` means no limit.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) requests: Option<usize>,
    /// The total number of bytes of the targets, headers, bodies and broken rules, and of the
    /// responses.
    pub(crate) bytes: Option<usize>,
}

/// Requests in the order in which their outcomes were decided. A request is recorded before its
/// response is sent. Therefore a test that has received a response finds the request here.
#[derive(Default)]
pub(crate) struct RequestLog {
    requests: Mutex<Requests>,
    observer: Option<Observer>,
    pulse: Arc<Pulse>,
    limits: Limits,
}

#[derive(Default)]
struct Requests {
    kept: VecDeque<Entry>,
    bytes: usize,
    counts: Counts,
}

struct Entry {
    request: RecordedRequest,
    /// The number of the last change to the entry.
    change: u64,
}

/// How many requests there were since the start or the last clearing.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) all: usize,
    pub(crate) applied: usize,
    /// The requests that were removed because the log was full.
    pub(crate) dropped: usize,
}

impl Entry {
    fn bytes(&self) -> usize {
        let request = &self.request;
        let headers = request.headers.iter();
        let headers = headers.map(|(name, value)| name.len() + value.len());
        let response_headers = request.response_headers.iter();
        let response_headers = response_headers.map(|(name, value)| name.len() + value.len());
        let problems = request.problems.iter().map(String::len);
        headers
            .chain(response_headers)
            .chain(problems)
            .sum::<usize>()
            + request.target.len()
            + request.body.len()
            + request.response_body.len()
    }
}

impl RequestLog {
    pub(crate) fn new(observer: Option<Observer>, pulse: Arc<Pulse>, limits: Limits) -> Self {
        Self {
            requests: Mutex::default(),
            observer,
            pulse,
            limits,
        }
    }

    /// Adds a request and returns its number.
    pub(crate) fn push(&self, mut request: RecordedRequest) -> u64 {
        let mut requests = self.requests();
        // Under the lock, so that the numbers of a log ascend.
        request.id = self.pulse.next_request();
        let id = request.id;
        if let Some(observer) = &self.observer {
            observer(&request);
        }
        requests.counts.all += 1;
        requests.counts.applied += usize::from(request.applied);
        let entry = Entry {
            request,
            change: self.pulse.change(),
        };
        requests.bytes += entry.bytes();
        requests.kept.push_back(entry);
        let Limits {
            requests: most,
            bytes,
        } = self.limits;
        while most.is_some_and(|most| requests.kept.len() > most)
            || bytes.is_some_and(|bytes| requests.bytes > bytes)
        {
            let Some(first) = requests.kept.pop_front() else {
                break;
            };
            requests.bytes -= first.bytes();
            requests.counts.dropped += 1;
        }
        id
    }

    /// Marks a request as applied, if it is still kept.
    pub(crate) fn set_applied(&self, id: u64) {
        let mut requests = self.requests();
        requests.counts.applied += 1;
        let place = requests
            .kept
            .binary_search_by_key(&id, |entry| entry.request.id);
        if let Some(entry) = place.ok().and_then(|place| requests.kept.get_mut(place)) {
            entry.request.applied = true;
            entry.change = self.pulse.change();
        }
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.requests()
            .kept
            .iter()
            .map(|entry| entry.request.clone())
            .collect()
    }

    pub(crate) fn clear(&self) {
        *self.requests() = Requests::default();
        self.pulse.change();
    }

    /// Calls `read` with each kept request, and the number of the last change to its entry.
    #[cfg(feature = "console")]
    pub(crate) fn for_each(&self, mut read: impl FnMut(&RecordedRequest, u64)) {
        for entry in &self.requests().kept {
            read(&entry.request, entry.change);
        }
    }

    #[cfg(feature = "console")]
    pub(crate) fn counts(&self) -> (usize, Counts) {
        let requests = self.requests();
        (requests.kept.len(), requests.counts)
    }

    #[cfg(feature = "console")]
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
