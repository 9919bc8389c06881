//! Sending to many, each once: what the ledger remembers, and what a run does.
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
