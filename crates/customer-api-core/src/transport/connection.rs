//! Which connection a request may use, and whether kept connections to the server can be trusted.

use std::{
    collections::HashSet,
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::Version;
use hyper_util::client::legacy::connect::HttpInfo;
use tokio::time::Instant;

use crate::time::now;

/// How long writes avoid kept connections after a kept connection failed.
const DISTRUST: Duration = Duration::from_secs(10 * 60);

/// Which connection a request may use.
///
/// A client puts this value into the extensions of a request for a custom [`Transport`](super::Transport). A request without this value
/// may use any connection.
///
/// While a request is being sent on a kept connection, the server may close that connection. It is then unknown whether the request was
/// processed. A server may also write an unrequested response, such as a 408, to a kept connection. The client then reads this response
/// as the response to the next request. A new connection avoids both faults, but takes time to connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionReuse {
    /// Any connection.
    #[default]
    Allowed,
    /// Any connection, except in the ten minutes after a kept connection failed. During that time, a new connection only.
    WhileTrusted,
    /// A new connection only.
    Never,
}

/// A marker in the extensions of a response: the server may have written the response before the request arrived.
///
/// The default transport sets this marker for a 4xx over HTTP/1 on a connection that had carried another response. A client does not
/// repeat a write after such a response, even if the status would allow it.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct PossiblyUnasked;

/// The observed behaviour of a client's kept connections.
#[derive(Debug, Default)]
pub(super) struct Trust {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The local addresses of all connections that have carried a response. The machine's ports limit their number. A new connection on
    /// a port that was used before counts as a kept one, which does no harm.
    used: HashSet<SocketAddr>,
    lost_until: Option<Instant>,
}

impl Trust {
    /// Returns whether a write must avoid kept connections.
    pub(super) fn is_lost(&self) -> bool {
        let mut state = self.state();
        let is_lost = state.lost_until.is_some_and(|until| now() < until);
        if !is_lost {
            state.lost_until = None;
        }
        is_lost
    }

    /// Inspects a response that came over a pooled connection. Returns whether the server may have written it before the request arrived.
    pub(super) fn look_at(&self, response: &reqwest::Response, is_write: bool) -> bool {
        // HTTP/2 frames identify the request to which they belong.
        if response.version() >= Version::HTTP_2 {
            return false;
        }
        let near_end = response.extensions().get().map(HttpInfo::local_addr);
        let mut state = self.state();
        // A connection whose address is unknown may have been used before.
        let is_reused = near_end.is_none_or(|near_end| !state.used.insert(near_end));
        let status = response.status();
        let is_unasked = is_reused && status.is_client_error();
        // Some servers write these three statuses before a request arrives. After a read, any other 4xx is a common response and proves
        // nothing.
        if is_unasked && (is_write || matches!(status.as_u16(), 400 | 401 | 408)) {
            state.lose();
        }
        is_unasked
    }

    /// Records that a kept connection broke during a request.
    pub(super) fn lose(&self) {
        self.state().lose();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock, so the lock is never poisoned.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn lose(&mut self) {
        self.lost_until = now().checked_add(DISTRUST);
    }
}
