//! HTTP/1.1 by hand: faults need the socket, and a judge needs the request as sent.

mod answer;
mod head;
pub(crate) mod read;
pub(crate) mod write;

pub(crate) use answer::Answer;
pub(crate) use head::Head;
