//! The emitted code of a nasty description at work, over a transport that records what it is asked.
#![cfg(test)]

mod bodies;
mod redaction;
mod refusals;
mod responses;
mod support;
mod wire;
