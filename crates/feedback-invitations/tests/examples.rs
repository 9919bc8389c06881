//! The example programs, run as programs against the sandbox.
//!
//! `cargo test` builds them. `cargo test --test examples` alone does not build them, and runs those that were built before.
#![cfg(feature = "ledger")]
#![cfg(test)]

use std::fs;

use customer_api_sandbox::{Fault, Sandbox};
use testkit::{Example, Folder};

fn example() -> Example {
    Example::new("invite_from_csv", "RADAR_")
}

/// The example that talks to a sandbox.
fn against(sandbox: &Sandbox) -> Example {
    let server = sandbox.customer_radar();
    example()
        .env("RADAR_USERNAME", server.username())
        .env("RADAR_PASSWORD", server.password())
        .env("RADAR_BASE_URL", server.base_url())
        .env("RADAR_CLIENT", "client-1")
        .env("RADAR_PROGRAMME", "programme-1")
}

/// Runs the example against a sandbox, and returns its exit code and its standard error.
fn run(sandbox: &Sandbox, arguments: &[&str]) -> (i32, String) {
    let outcome = against(sandbox).args(arguments).run();
    (outcome.code, outcome.stderr)
}

fn list(count: usize) -> String {
    let line = |number| format!("order-{number},location-1,person-{number}@shop.example\n");
    let lines: String = (1..=count).map(line).collect();
    format!("key,location,email\n{lines}")
}

#[test]
fn help_and_wrong_command_lines() {
    example().args(["--help"]).run().assert_is_help();
    for wrong in [&[][..], &["a", "b"], &["--what"]] {
        example().args(wrong).run().assert_is_misuse();
    }
    let (code, _, said) = example().args(["list.csv"]).run().parts();
    assert!(code == 1 && said.contains("RADAR_CLIENT"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn everybody_is_invited_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.customer_radar();
    let folder = Folder::new("invite");
    let file = folder.file("list.csv");
    fs::write(&file, list(60)).unwrap();

    let (code, said) = run(&sandbox, &["--dry-run", &file]);
    assert_eq!((code, server.requests().len()), (0, 0), "{said}");

    // One response is lost, so its outcome is unknown.
    server
        .fault_on("sendInvitation", Fault::status(503).processed())
        .unwrap();
    let (code, said) = run(&sandbox, &["--new", &file]);
    assert_eq!((code, server.outbox().len()), (3, 60), "{said}");
    assert!(
        said.contains("order-1: ask Customer Radar's support"),
        "{said}"
    );

    // A second run sends nothing, because the unknown invitation is not settled.
    let (code, said) = run(&sandbox, &[&file]);
    assert_eq!((code, server.outbox().len()), (3, 60), "{said}");

    // With another ledger, everything is sent again.
    let ledger = folder.file("other.ledger");
    let (code, said) = run(&sandbox, &["--new", "--ledger", &ledger, &file]);
    assert_eq!((code, server.outbox().len()), (0, 120), "{said}");
    let (code, said) = run(&sandbox, &["--ledger", &ledger, &file]);
    assert_eq!((code, server.outbox().len()), (0, 120), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_line_that_comes_again_is_left_out() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("again");
    let file = folder.file("list.csv");
    let again = "order-1, location-1,person-1@shop.example \n";
    fs::write(&file, list(2) + again).unwrap();
    let (code, said) = run(&sandbox, &["--new", &file]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("line 4: repeats line 2; skipped"), "{said}");
    assert_eq!(sandbox.customer_radar().outbox().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_ledger_that_is_not_there_stops_all_but_the_first_run() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.customer_radar();
    let folder = Folder::new("new");
    let file = folder.file("list.csv");
    fs::write(&file, list(3)).unwrap();

    let (code, said) = run(&sandbox, &[&file]);
    assert_eq!((code, server.outbox().len()), (1, 0), "{said}");
    assert!(
        said.contains("list.csv.ledger: ") && said.contains("`--new`"),
        "{said}"
    );
    let (code, said) = run(&sandbox, &["--new", &file]);
    assert_eq!((code, server.outbox().len()), (0, 3), "{said}");
    let (code, said) = run(&sandbox, &["--new", &file]);
    assert_eq!((code, server.outbox().len()), (1, 3), "{said}");
    assert!(said.contains("omit `--new`"), "{said}");

    // The ledger is missing, as from another working directory or after a clean-up.
    let ledger = folder.file("list.csv.ledger");
    fs::rename(&ledger, folder.file("elsewhere")).unwrap();
    let (code, said) = run(&sandbox, &[&file]);
    assert_eq!((code, server.outbox().len()), (1, 3), "{said}");
    fs::rename(folder.file("elsewhere"), &ledger).unwrap();
    let (code, said) = run(&sandbox, &[&file]);
    assert_eq!((code, server.outbox().len()), (0, 3), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_refused_is_sent_again_on_request() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.customer_radar();
    let folder = Folder::new("refused");
    let file = folder.file("list.csv");
    fs::write(&file, list(3)).unwrap();
    server
        .fault_on("sendInvitation", Fault::status(400))
        .unwrap();
    let (code, said) = run(&sandbox, &["--new", &file]);
    assert_eq!((code, server.outbox().len()), (3, 2), "{said}");
    assert_eq!(run(&sandbox, &[&file]).0, 3);
    let (code, said) = run(&sandbox, &["--resend-refused", &file]);
    assert_eq!((code, server.outbox().len()), (0, 3), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn lists_that_are_wrong_and_a_refused_login_send_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.customer_radar();
    let folder = Folder::new("wrong");
    let file = folder.file("list.csv");
    for (text, word) in [
        ("key,place\na,b\n", "needs the columns"),
        ("key,location\norder-1,a\n,a\n", "line 3: "),
        ("key,location\norder-1,a,b\n", "list.csv: "),
        (
            "key,location,last_name\norder-1,a,\"two\nlines\"\n,a,b\n",
            "line 4: ",
        ),
        (
            "\u{feff}key,location\r\n\r\norder-1,a\r\n\r\n\r\n,a\r\n",
            "line 6: ",
        ),
        (
            "key,location,key\norder-1,a,order-2\n",
            "the column `key` appears twice",
        ),
        (
            "key,location,email, email\norder-1,a,a@shop.example,b@shop.example\n",
            "the column `email` appears twice",
        ),
        (
            "key,location,email\norder-1,a,a@shop.example\norder-1,a,b@shop.example\n",
            "line 3: has the key of line 2, but different values",
        ),
    ] {
        fs::write(&file, text).unwrap();
        let (code, said) = run(&sandbox, &[&file]);
        assert!(code == 1 && said.contains(word), "{said}");
    }
    assert!(server.requests().is_empty());

    fs::write(&file, list(3)).unwrap();
    let program = against(&sandbox).args(["--new", &file]);
    let program = program.env("RADAR_PASSWORD", "wrong-s3cret");
    let (code, _, said) = program.run().parts();
    assert!(code == 1 && said.contains("the login failed"), "{said}");
    assert!(!said.contains("s3cret") && server.outbox().is_empty());
}

/// The signals that Ctrl-C and a stopping container send.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_interrupted_run_is_gone_on_with() {
    use std::{sync::mpsc, time::Duration};

    for signal in ["INT", "TERM"] {
        let (sender, invitations) = mpsc::channel();
        let sandbox = Sandbox::builder()
            .on_request(move |request| {
                if request.applied && request.path() == "/invitation" {
                    let _ = sender.send(());
                }
            })
            .start()
            .await
            .unwrap();
        let server = sandbox.customer_radar();
        // Slow enough that the run is still in progress when the signal arrives.
        let slow = Fault::none().delay(Duration::from_millis(50)).times(1_000);
        server.fault_on("sendInvitation", slow).unwrap();
        let folder = Folder::new(&format!("interrupted-{signal}"));
        let file = folder.file("list.csv");
        fs::write(&file, list(400)).unwrap();

        let running = against(&sandbox).args(["--new", &file]).start();
        invitations.recv().unwrap();
        running.signal(signal);
        let (code, _, said) = running.wait().parts();
        assert_eq!(code, 3, "{signal}: {said}");
        assert!(said.contains("stopping: calls under way finish"), "{said}");
        let sent = server.outbox().len();
        assert!((1..400).contains(&sent), "{sent}");

        server.clear_faults();
        let (code, said) = run(&sandbox, &[&file]);
        assert_eq!((code, server.outbox().len()), (0, 400), "{said}");
    }
}

/// A trial leaves nothing behind that a later real run would use.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_trial_in_a_sandbox_does_not_count() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("trial");
    let file = folder.file("list.csv");
    fs::write(&file, list(3)).unwrap();
    for _ in 0..2 {
        let (code, said) = run(&sandbox, &["--sandbox", &file]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("all runs: 3 accepted"), "{said}");
    }
    assert_eq!(sandbox.customer_radar().outbox().len(), 0);
    for refused in [["--sandbox", "--new"], ["--sandbox", "--ledger=x"]] {
        let (code, _) = run(&sandbox, &[refused[0], refused[1], &file]);
        assert_eq!(code, 2);
    }
    let (code, said) = run(&sandbox, &["--new", &file]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(sandbox.customer_radar().outbox().len(), 3);
}
