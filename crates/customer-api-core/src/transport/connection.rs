//! Which connection a request may go on, and whether the server can be trusted with one that is kept.

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

/// How long writes keep off connections that are kept, once one of these has gone wrong.
const DISTRUST: Duration = Duration::from_secs(10 * 60);

/// Which connection a request may go on.
///
/// A client puts it into the extensions of a request for a custom [`Transport`](super::Transport); a request without it may go on
/// any.
///
/// A connection that carried a request before may be closed by the server just when the next request is on its way. Then nobody
/// can tell whether that request was processed. A server may also write a response unasked, such as a 408, that the next request
/// takes for its own. A new connection has neither fault, and costs the time to connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConnectionReuse {
    /// Any connection.
    #[default]
    Allowed,
    /// A kept connection, unless one has gone wrong of late.
    WhileTrusted,
    /// A new connection only.
    Never,
}

/// In the extensions of a response: the server may have written the response before the request arrived.
///
/// Said of a 4xx over HTTP/1 on a connection that had carried another response. A client does not send a write again after it,
/// whatever the status would allow.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct PossiblyUnasked;

/// What the kept connections of a client were seen to do.
#[derive(Debug, Default)]
pub(super) struct Trust {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The near ends of all connections that have carried a response. There are fewer than a machine has ports. A port that is
    /// used again makes a new connection look like an old one, which does no harm.
    used: HashSet<SocketAddr>,
    lost_until: Option<Instant>,
}

impl Trust {
    /// Whether a write keeps off connections that are kept.
    pub(super) fn is_lost(&self) -> bool {
        let mut state = self.state();
        let is_lost = state.lost_until.is_some_and(|until| now() < until);
        if !is_lost {
            state.lost_until = None;
        }
        is_lost
    }

    /// Looks at a response to a write, or to another request, that came over a kept connection; gives whether it may have been
    /// written unasked.
    pub(super) fn look_at(&self, response: &reqwest::Response, is_write: bool) -> bool {
        // The frames of HTTP/2 say to which request they belong.
        if response.version() >= Version::HTTP_2 {
            return false;
        }
        let near_end = response.extensions().get().map(HttpInfo::local_addr);
        let mut state = self.state();
        // A connection that is not known may well have been used.
        let is_reused = near_end.is_none_or(|near_end| !state.used.insert(near_end));
        let status = response.status();
        let is_unasked = is_reused && status.is_client_error();
        // Servers are known to write these three. Others are common responses to reads, and no sign there.
        if is_unasked && (is_write || matches!(status.as_u16(), 400 | 401 | 408)) {
            state.lose();
        }
        is_unasked
    }

    /// Learns that a kept connection broke under a request.
    pub(super) fn lose(&self) {
        self.state().lose();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, so a poisoned one is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn lose(&mut self) {
        self.lost_until = now().checked_add(DISTRUST);
    }
}
