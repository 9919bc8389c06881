//! Customers are exported.

use std::fs;

use customer_api_sandbox::{OmnideskCustomer, Sandbox};
use testkit::Folder;

use crate::{example, run};

const NAME: &str = "export_customers";

#[test]
fn help_and_wrong_command_lines() {
    example(NAME).args(["--help"]).run().assert_is_help();
    for wrong in [&["--what"][..], &["a", "b"]] {
        example(NAME).args(wrong).run().assert_is_misuse();
    }
    let (code, _, said) = example(NAME).run().parts();
    assert_eq!(code, 1);
    assert!(said.contains("`OMNIDESK_API_KEY` is not set"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn customers_are_exported() {
    let sandbox = Sandbox::start().await.unwrap();
    for number in 0..120 {
        let customer =
            OmnideskCustomer::new(1, format!("cust-{number}")).with_names("Ana", "Lopez");
        sandbox.omnidesk().seed_customer(customer);
    }
    let folder = Folder::new("export");
    let file = folder.file("customers.jsonl");
    let (code, written, said) = run(NAME, &sandbox, &[]);
    assert_eq!((code, written.lines().count()), (0, 120), "{said}");
    let (code, _, said) = run(NAME, &sandbox, &[&file]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
    // An existing file is not overwritten.
    assert_eq!(run(NAME, &sandbox, &[&file]).0, 1);
}
