//! The ledger in a file follows the rules of every ledger.
#![cfg(test)]
#![cfg(all(feature = "file", feature = "test-util"))]

use customer_api_ledger::{FileLedger, conformance};

#[tokio::test]
async fn a_file_is_a_ledger() {
    let name = format!("ledger-conformance-{}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let ledger = FileLedger::create(&path).await.unwrap();
    conformance::check(&ledger).await.unwrap();
    // A second time, with the lists of the first run still there.
    conformance::check(&ledger).await.unwrap();
    drop(ledger);
    std::fs::remove_file(path).unwrap();
}
