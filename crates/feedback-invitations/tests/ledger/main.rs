//! Sending to many people, each once: what the ledger records, and what a run does.
#![cfg(test)]

mod abuse;
mod damage;
mod endings;
mod files;
#[cfg(unix)]
mod holding;
mod machines;
mod runs;
mod support;
