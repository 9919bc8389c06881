//! HTTP/1.1 by hand: faults need the socket, and a judge needs the request as sent.

pub(crate) mod read;
pub(crate) mod write;
