//! The crate against its vendor's behaviour: the bytes on the wire, the answers, and what is said when something fails.
#![cfg(test)]

mod all_customers;
mod answers;
mod clients;
mod custom_fields;
mod delivery;
mod errors;
mod odd;
mod refusals;
mod sandbox;
mod support;
mod wire;
