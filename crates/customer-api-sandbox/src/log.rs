//! The request log: the requests that arrived, and their outcomes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One request, as the sandbox received it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The provider that received it, for example `ravelin`.
    pub provider: &'static str,
    /// The operation of the provider's description, or `None` if path or method match no operation.
    pub operation_id: Option<String>,
    /// The path template of that operation.
    pub path_template: Option<String>,
    /// The method as sent.
    pub method: String,
    /// The request target exactly as sent: path and query, not decoded or normalised.
    pub target: String,
    /// The decoded names of the query parameters that the operation does not know, each once.
    pub unknown_query: Vec<String>,
    /// Header names and values as sent and in that order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body, without its transfer encoding. If the fault was a reset while reading, the part of
    /// the body that had arrived.
    pub body: Vec<u8>,
    /// Whether the request has changed the provider's state so far. A request that is
    /// [processed later](crate::Fault::processed_later) changes it then. Always false for a read.
    pub applied: bool,
    /// The status of the response, or `None` if no head was sent.
    pub status: Option<u16>,
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

/// Requests in the order in which they were decided, which is before their responses are sent. A
/// test that has received a response therefore finds its request here.
#[derive(Default)]
pub(crate) struct RequestLog {
    requests: Mutex<Requests>,
    observer: Option<Observer>,
    /// How many of the latest requests are kept; `None` for all.
    limit: Option<usize>,
}

#[derive(Default)]
struct Requests {
    kept: VecDeque<RecordedRequest>,
    /// The number of requests before the first one that is kept.
    dropped: usize,
}

impl RequestLog {
    pub(crate) fn new(observer: Option<Observer>, limit: Option<usize>) -> Self {
        Self {
            requests: Mutex::default(),
            observer,
            limit,
        }
    }

    /// Adds a request and returns its number.
    pub(crate) fn push(&self, request: RecordedRequest) -> usize {
        if let Some(observer) = &self.observer {
            observer(&request);
        }
        let mut requests = self.requests();
        let number = requests.dropped + requests.kept.len();
        requests.kept.push_back(request);
        if self.limit.is_some_and(|limit| requests.kept.len() > limit) {
            drop(requests.kept.pop_front());
            requests.dropped += 1;
        }
        number
    }

    /// Marks a request as applied, if it is still kept.
    pub(crate) fn set_applied(&self, number: usize) {
        let mut requests = self.requests();
        let place = number.checked_sub(requests.dropped);
        if let Some(request) = place.and_then(|place| requests.kept.get_mut(place)) {
            request.applied = true;
        }
    }

    pub(crate) fn all(&self) -> Vec<RecordedRequest> {
        self.requests().kept.iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        let mut requests = self.requests();
        requests.dropped += requests.kept.len();
        requests.kept.clear();
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
