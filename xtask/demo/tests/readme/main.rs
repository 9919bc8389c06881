//! The Rust of the READMEs and of pages in `docs/`, compiled and run against the sandbox.
//!
//! Each block is quoted from a test here, or from a program in `examples/`. [`quotes`] compares them.
#![cfg(test)]

mod core;
mod customer_radar;
mod inside;
mod ledger;
mod omnidesk;
mod pages;
mod quick_starts;
mod quotes;
mod ravelin;
mod revnue;
mod sandbox;
mod stores;

use customer_api_sandbox::Fault;

/// The write is applied, and its response is lost.
fn lost() -> Fault {
    Fault::reset_before_head().processed()
}
