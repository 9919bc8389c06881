//! The example programs, run as programs against the sandbox.
//!
//! `cargo test` builds the programs. `cargo test --test examples` alone does not build them, and uses the existing ones.
#![cfg(test)]

use std::fs;

use customer_api_sandbox::{Fault, RevnueCustomer, RevnueListResponse, RevnueOptions, Sandbox};
use testkit::{Example, Folder};

/// Runs an example against a sandbox, and returns its exit code, its standard output and its standard error.
fn run(name: &str, sandbox: &Sandbox, arguments: &[&str]) -> (i32, String, String) {
    let server = sandbox.revnue();
    let program = Example::new(name, "REVNUE_")
        .env("REVNUE_TOKEN", server.token())
        .env("REVNUE_BASE_URL", server.base_url());
    program.args(arguments).run().parts()
}

async fn with_customers(company: u64, count: u64) -> Sandbox {
    let options = RevnueOptions::default().list_response(RevnueListResponse::Pages(100));
    let sandbox = Sandbox::builder().revnue(options).start().await.unwrap();
    for number in 0..count {
        let customer = RevnueCustomer::new(company, format!("Customer {number}"));
        sandbox
            .revnue()
            .seed_customer(customer.with("category", 17));
    }
    sandbox
}

#[test]
fn help_and_wrong_command_lines() {
    let list = || Example::new("list_customers", "REVNUE_");
    list().args(["--help"]).run().assert_is_help();
    for wrong in [&["--company", "x"][..], &["a", "b"], &["--what"]] {
        list().args(wrong).run().assert_is_misuse();
    }
    let (code, _, said) = list().run().parts();
    assert!(
        code == 1 && said.contains("`REVNUE_TOKEN` is not set"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn customers_are_listed() {
    let sandbox = with_customers(7, 250).await;
    let folder = Folder::new("list");
    let file = folder.file("customers.jsonl");
    let (code, written, said) = run("list_customers", &sandbox, &["--company", "7"]);
    assert_eq!((code, written.lines().count()), (0, 250), "{said}");
    assert!(said.contains("page 3: 250 customers so far"), "{said}");
    let (code, ..) = run("list_customers", &sandbox, &["--company", "7", &file]);
    assert_eq!(code, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
    // An existing file is not overwritten.
    assert_eq!(
        run("list_customers", &sandbox, &["--company", "7", &file]).0,
        1
    );

    sandbox.revnue().fault(Fault::status(401));
    let (code, _, said) = run("list_customers", &sandbox, &["--company", "7"]);
    assert!(
        code == 1 && said.starts_with("error: ") && said.contains("401"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_customer_is_updated() {
    let sandbox = with_customers(1, 1).await;
    let (code, written, said) = run("update_customer", &sandbox, &["1", "Salem"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(written, "done\n");
    let city = || sandbox.revnue().customer(1).unwrap().field("city").clone();
    assert_eq!(city(), "Salem");

    // The response is lost, and a look shows the change.
    let lost = Fault::status(503).processed();
    sandbox.revnue().fault_on("updateCustomer", lost).unwrap();
    let (code, written, said) = run("update_customer", &sandbox, &["1", "Bergen"]);
    assert_eq!(
        (code, &*written),
        (0, "done: a look shows the change\n"),
        "{said}"
    );
    assert_eq!(city(), "Bergen");
}
