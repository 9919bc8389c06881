//! Faults of a connection, which occur before a request is read.

/// A fault of a new connection, before a request is read.
///
/// To refuse connections before they are made, use
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

    /// Accepts the connection and resets it before anything is read.
    pub const fn reset() -> Self {
        Self::new(ConnectionFaultKind::Reset)
    }

    /// Responds to the first bytes of the client with bytes that are neither TLS nor HTTP. The effect on a client is
    /// the same as if the client used one protocol and the server another.
    pub const fn garbage() -> Self {
        Self::new(ConnectionFaultKind::Garbage)
    }

    /// Accepts the connection, and never reads or writes. TLS handshakes and requests hang.
    pub const fn silence() -> Self {
        Self::new(ConnectionFaultKind::Silence)
    }

    /// Sets how many connections the fault affects. Default: one.
    pub const fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }
}
