//! The crate against its provider's behaviour: the bytes on the wire, the responses, and the errors.
#![cfg(test)]

mod all_customers;
mod clients;
mod delivery;
mod encoders;
mod errors;
mod fixtures;
mod odd;
mod refusals;
mod responses;
mod sandbox;
mod searches;
mod settle;
mod support;
mod upsert;
#[cfg(feature = "ledger")]
mod upsert_once;
mod upsert_unchanged;
mod wire;
