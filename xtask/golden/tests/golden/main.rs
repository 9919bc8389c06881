//! Runs the emitted code of an inconvenient description over a transport that records the requests.
#![cfg(test)]

mod bodies;
mod redaction;
mod refusals;
mod responses;
mod support;
mod unions;
mod wire;
