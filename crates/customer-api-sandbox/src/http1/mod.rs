//! HTTP/1.1 without a library: faults need the socket, and the judge needs the request as sent.

mod head;
pub(crate) mod read;
mod response;
pub(crate) mod write;

pub(crate) use head::Head;
pub(crate) use response::Response;
