//! HTTP/1.1 without a server library, because faults need the socket, and requests are checked and
//! recorded exactly as sent.

mod head;
pub(crate) mod read;
mod response;
pub(crate) mod write;

pub(crate) use head::Head;
pub(crate) use response::Response;
