//! The crate against its provider's behaviour: the bytes on the wire, the responses, and the errors.
#![cfg(test)]

mod clients;
mod delivery;
mod errors;
mod refusals;
mod responses;
mod sandbox;
mod session;
mod settle;
mod support;
mod wire;
