//! What `cargo xtask demo` runs: the clients at work against the sandbox, with an account of each step. Ends with an error
//! if anything differs from what it expects.

mod account;
mod fraud_team;

use std::process::ExitCode;

use account::Account;

/// Why the demo stopped.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut account = Account::new();
    let outcome = fraud_team::work(&mut account).await;
    account.close(outcome)
}
