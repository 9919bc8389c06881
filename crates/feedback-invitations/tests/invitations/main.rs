//! The crate against its vendor's behaviour: the bytes on the wire, the answers, and what is said when something fails.
#![cfg(test)]

mod answers;
mod clients;
mod delivery;
mod errors;
mod refusals;
mod sandbox;
mod session;
mod support;
mod wire;
