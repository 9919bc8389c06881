//! The program with which `crates/customer-api-sandbox/README.md` begins.

use customer_api_sandbox::{Fault, Sandbox, SandboxError};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), SandboxError> {
    let sandbox = Sandbox::start().await?;
    let ravelin = sandbox.ravelin();
    // The label is stored, and its response is lost.
    ravelin.fault_on("labelCustomer", Fault::reset_before_head().processed())?;
    // Here your client labels a customer, at `ravelin.base_url()` with `ravelin.secret_key()`.
    assert!(
        ravelin.applied_count() <= 1,
        "a lost response must not lead to another label"
    );
    Ok(())
}
