//! Faults of a connection, before any request is known.

/// What happens to a new connection before a request was read from it.
///
/// A refused connection is not one of these: it has no connection to happen to. See
/// [`Server::refuse_connections`](crate::Server::refuse_connections).
#[derive(Debug, Clone)]
#[must_use = "a fault does nothing until it is handed to a server"]
pub struct ConnectionFault {
    pub(crate) kind: ConnectionFaultKind,
    pub(crate) times: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConnectionFaultKind {
    Reset,
    Garbage,
    Silence,
}

impl ConnectionFault {
    const fn new(kind: ConnectionFaultKind) -> Self {
        Self { kind, times: 1 }
    }

    /// The connection is accepted and reset before anything is read.
    pub const fn reset() -> Self {
        Self::new(ConnectionFaultKind::Reset)
    }

    /// The first bytes of the client are answered with bytes that are neither TLS nor HTTP: what
    /// a client sees that expects the one where the other speaks.
    pub const fn garbage() -> Self {
        Self::new(ConnectionFaultKind::Garbage)
    }

    /// The connection is accepted, and nothing is ever read or written: a TLS handshake hangs, and
    /// so does a request.
    pub const fn silence() -> Self {
        Self::new(ConnectionFaultKind::Silence)
    }

    /// How many connections meet the fault; one if this is not called.
    pub const fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }
}
