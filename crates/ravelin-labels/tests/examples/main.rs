//! The example programs, run as programs against the sandbox.
//!
//! `cargo test` builds the programs. `cargo test --test examples` alone does not build them, and uses the existing ones.
#![cfg(test)]

mod export;
#[cfg(feature = "ledger")]
mod label;

use customer_api_sandbox::Sandbox;
use testkit::Example;

fn example(name: &str) -> Example {
    Example::new(name, "RAVELIN_")
}

/// Prepares an example that talks to a sandbox.
fn against(name: &str, sandbox: &Sandbox) -> Example {
    let server = sandbox.ravelin();
    example(name)
        .env("RAVELIN_SECRET_KEY", server.secret_key())
        .env("RAVELIN_BASE_URL", server.base_url())
}

/// Runs an example against a sandbox, and returns its exit code and its standard error.
fn run(name: &str, sandbox: &Sandbox, arguments: &[&str]) -> (i32, String) {
    let outcome = against(name, sandbox).args(arguments).run();
    (outcome.code, outcome.stderr)
}
