//! Tests the crate against its provider's behaviour: the bytes on the wire, the responses, and the reports of failures.
#![cfg(test)]

mod all_customers;
mod clients;
mod custom_fields;
mod delivery;
mod errors;
mod odd;
mod refusals;
mod responses;
mod sandbox;
#[cfg(feature = "undocumented")]
mod settle;
mod support;
mod wire;
