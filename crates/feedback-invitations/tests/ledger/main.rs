//! Sending to many, each once: what the ledger remembers, what a run does, and what a kill leaves behind.
#![cfg(test)]

mod abuse;
mod damage;
mod endings;
mod files;
#[cfg(unix)]
mod holding;
mod kills;
mod machines;
mod runs;
mod support;
