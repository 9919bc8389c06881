//! The example programs, run as programs against the sandbox.
//!
//! `cargo test` builds them. `cargo test --test examples` alone does not build them, and runs those that were built before.
#![cfg(test)]

mod export;
#[cfg(feature = "ledger")]
mod sync;

use customer_api_sandbox::Sandbox;
use testkit::Example;

fn example(name: &str) -> Example {
    Example::new(name, "OMNIDESK_")
}

/// An example that uses a sandbox.
fn against(name: &str, sandbox: &Sandbox) -> Example {
    let server = sandbox.omnidesk();
    example(name)
        .env("OMNIDESK_API_KEY", server.api_key())
        .env("OMNIDESK_BASE_URL", server.base_url())
}

/// Runs an example against a sandbox, and returns its exit code, its standard output and its standard error.
fn run(name: &str, sandbox: &Sandbox, arguments: &[&str]) -> (i32, String, String) {
    against(name, sandbox).args(arguments).run().parts()
}
