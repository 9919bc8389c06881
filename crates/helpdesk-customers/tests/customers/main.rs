//! The crate against its vendor's behaviour: the bytes on the wire, the answers, and what is said when something fails.
#![cfg(test)]

mod all_customers;
mod answers;
mod clients;
mod delivery;
mod encoders;
mod errors;
mod fixtures;
mod odd;
mod refusals;
mod sandbox;
mod searches;
mod support;
mod upsert;
mod wire;
