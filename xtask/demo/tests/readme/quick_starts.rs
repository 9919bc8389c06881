//! The programs with which the READMEs begin, and those of pages in `docs/`, run as programs.

use std::collections::BTreeSet;

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

#[test]
fn of_the_logs() {
    let printed = run(Example::new("logs", "RUST_LOG"));
    // The client's spans, and the records of the crates below.
    for text in ["api.call{", "reqwest::connect", "hyper_util"] {
        assert!(printed.contains(text), "{text}:\n{printed}");
    }
    for bytes in ["FRAUDSTER", "cust-4711", "authorization", "HTTP/1.1 200"] {
        assert!(!printed.contains(bytes), "{bytes}:\n{printed}");
    }
}

#[test]
fn of_the_traces() {
    let printed = run(Example::new("traces", "OTEL_"));
    for name in ["settle", "labelCustomer", "lastReview"] {
        assert_eq!(
            printed.matches(&format!("Name         : {name}\n")).count(),
            1,
            "{printed}"
        );
    }
    let traces: BTreeSet<&str> = printed
        .lines()
        .filter(|line| line.contains("TraceId"))
        .collect();
    assert_eq!(traces.len(), 1, "{printed}");
}

#[test]
fn of_the_metrics() {
    let printed = run(Example::new("metrics", "OTEL_"));
    for text in [
        "api.call.duration",
        "api.attempt.duration",
        "lastReview",
        "503",
    ] {
        assert!(printed.contains(text), "{text}:\n{printed}");
    }
    // One call; of its two attempts, one failed.
    assert_eq!(
        printed.matches("Count        : 1\n").count(),
        3,
        "{printed}"
    );
}
