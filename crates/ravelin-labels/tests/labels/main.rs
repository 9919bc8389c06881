//! Tests the crate against its provider's behaviour: the bytes on the wire, the responses, and the reports of failures.
#![cfg(test)]

mod callback;
mod clients;
mod delivery;
mod errors;
mod refusals;
mod responses;
mod reviews_since;
mod settle;
mod support;
mod wire;
