//! The programs with which the READMEs begin, run as programs.

use customer_api_sandbox::{RevnueCustomer, Sandbox};
use testkit::Example;

/// Runs a program that must succeed, and returns what it prints.
fn run(example: Example) -> String {
    let outcome = example.run();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    outcome.stdout
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ravelin() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.ravelin();
    let printed = run(Example::new("ravelin", "RAVELIN_")
        .env("RAVELIN_SECRET_KEY", server.secret_key())
        .env("RAVELIN_BASE_URL", server.base_url()));
    assert!(printed.starts_with("FRAUDSTER at "), "{printed}");
    assert_eq!(server.reviews("cust-1").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_omnidesk() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.omnidesk();
    run(Example::new("omnidesk", "OMNIDESK_")
        .env("OMNIDESK_API_KEY", server.api_key())
        .env("OMNIDESK_BASE_URL", server.base_url()));
    assert_eq!(server.applied_count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_revnue() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.revnue();
    let id = server.seed_customer(RevnueCustomer::new(1, "Harbour Lane"));
    let printed = run(Example::new("revnue", "REVNUE_")
        .env("REVNUE_TOKEN", server.token())
        .env("REVNUE_BASE_URL", server.base_url()));
    assert!(printed.contains("Harbour Lane"), "{printed}");
    let customer = server.customer(id).unwrap();
    assert_eq!(customer.field("city"), "Salem");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_customer_radar() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.customer_radar();
    let printed = run(Example::new("customer_radar", "RADAR_")
        .env("RADAR_USERNAME", server.username())
        .env("RADAR_PASSWORD", server.password())
        .env("RADAR_BASE_URL", server.base_url()));
    assert!(printed.starts_with("accepted: "), "{printed}");
    assert_eq!(server.outbox().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_the_sandbox() {
    run(Example::new("sandbox", "RAVELIN_"));
}
