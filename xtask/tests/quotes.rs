//! What the docs quote from tests is what the tests say.
#![cfg(test)]

use std::{fs, path::Path};

#[test]
fn every_rust_block_of_testing_your_code_is_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let tests: Vec<String> = [
        "ravelin-labels",
        "helpdesk-customers",
        "revnue-customers",
        "feedback-invitations",
    ]
    .map(|name| read(&format!("crates/{name}/tests/testing_your_code.rs")))
    .to_vec();

    let page = read("docs/testing-your-code.md");
    let blocks: Vec<&str> = page
        .split("```rust\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("\n```").map(|(block, _)| block))
        .collect();
    assert!(blocks.len() >= 5, "only {} blocks", blocks.len());
    for block in blocks {
        let is_there = tests.iter().any(|test| test.contains(block));
        assert!(is_there, "no test says\n{block}");
    }
}
