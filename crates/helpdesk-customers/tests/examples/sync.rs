//! Customers are synchronised, and created once.

use std::fs;

use customer_api_sandbox::{Fault, FaultBody, OmnideskCustomer, Sandbox};
use testkit::Folder;

use crate::{against, example, run};

const LIST: &str = r#"{"id": "cust-1", "firstname": "Ana", "lastname": "Lopez", "channels": {"telephone": "+64211234567"}}

{"id": "cust-2", "firstname": "Zoë", "lastname": "O'Neil", "fields": {"tier": "gold"}}
"#;

const NAME: &str = "sync_customers";

/// Runs the program. Returns its exit code, its lines in the order of the ids, and its standard error.
fn sync(sandbox: &Sandbox, arguments: &[&str]) -> (i32, Vec<String>, String) {
    let (code, written, said) = run(NAME, sandbox, arguments);
    let mut lines: Vec<String> = written.lines().map(str::to_owned).collect();
    lines.sort();
    (code, lines, said)
}

#[test]
fn help_and_wrong_command_lines() {
    example(NAME).args(["--help"]).run().assert_is_help();
    for wrong in [
        &["--brand", "x", "a"][..],
        &["--brand", "1"],
        &["a"],
        &["--brand", "1", "--sandbox", "--ledger", "x", "a"],
    ] {
        example(NAME).args(wrong).run().assert_is_misuse();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn customers_are_synchronised() {
    let sandbox = Sandbox::start().await.unwrap();
    let ana = OmnideskCustomer::new(1, "cust-1").with_names("Anna", "Lopez");
    sandbox.omnidesk().seed_customer(ana);
    let folder = Folder::new("sync");
    let list = folder.file("customers.jsonl");
    fs::write(&list, LIST).unwrap();
    let arguments = ["--brand", "1", &list];

    let (code, written, said) = sync(&sandbox, &[&arguments[..], &["--dry-run"]].concat());
    assert_eq!((code, written.len()), (0, 0), "{said}");
    assert!(sandbox.omnidesk().requests().is_empty());

    let (code, written, said) = sync(&sandbox, &arguments);
    assert_eq!(code, 0, "{said}");
    assert_eq!(written, ["cust-1\tupdated", "cust-2\tcreated"]);
    assert!(said.contains("2 of 2: 0 failed"), "{said}");

    // One update may have been made. The next run makes it again.
    let lost = Fault::status(503).processed();
    let server = sandbox.omnidesk();
    server.fault_on("updateCustomerByExternalId", lost).unwrap();
    let (code, written, said) = sync(&sandbox, &arguments);
    assert_eq!(code, 3, "{said}");
    let ends = |word: &str| written.iter().filter(|line| line.ends_with(word)).count();
    assert_eq!((ends("unknown"), ends("updated")), (1, 1), "{written:?}");
    assert_eq!(sync(&sandbox, &arguments).0, 0);

    // A broken line stops everything. A refused key stops the run early.
    fs::write(&list, format!("{LIST}{{\"id\": 3}}\n")).unwrap();
    sandbox.omnidesk().clear_requests();
    let (code, _, said) = sync(&sandbox, &arguments);
    assert!(code == 1 && said.contains("line 4: "), "{said}");
    assert!(sandbox.omnidesk().requests().is_empty());
    fs::write(&list, LIST).unwrap();
    sandbox.omnidesk().fault(Fault::status(401).times(9));
    assert_eq!(sync(&sandbox, &arguments).0, 1);
    let sent = sandbox.omnidesk().requests();
    assert!(sent.len() <= 8 && sent.iter().all(|one| !one.applied));
}

/// Only a line without channels and fields can be unchanged.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn unchanged_customers_are_reported_and_not_written() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("unchanged");
    let list = folder.file("customers.jsonl");
    let plain = r#"{"id": "cust-3", "firstname": "Bo", "lastname": "Ng"}"#;
    fs::write(&list, format!("{LIST}{plain}\n")).unwrap();
    let arguments = ["--brand", "1", &list];
    assert_eq!(sync(&sandbox, &arguments).0, 0);

    sandbox.omnidesk().clear_requests();
    let (code, written, said) = sync(&sandbox, &arguments);
    assert_eq!(code, 0, "{said}");
    let words = ["cust-1\tupdated", "cust-2\tupdated", "cust-3\tunchanged"];
    assert_eq!(written, words);
    assert!(said.contains("3 of 3: 0 failed"), "{said}");
    let sent = sandbox.omnidesk().requests();
    assert_eq!(sent.len(), 5);
    assert_eq!(sent.iter().filter(|one| one.method == "PUT").count(), 2);
}

/// A search that lags makes an upsert create a customer twice. The ledger does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn nobody_is_created_twice_whatever_the_search_shows() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = sandbox.omnidesk();
    let folder = Folder::new("lag");
    let list = folder.file("customers.jsonl");
    fs::write(&list, LIST).unwrap();
    let arguments = ["--brand", "1", &list];
    let lag = || {
        let nobody = FaultBody::json(&serde_json::json!([]));
        let lag = Fault::status(200).body(nobody).times(8);
        server.fault_on("searchByExternalId", lag).unwrap();
    };

    // One response is lost, and the search does not show the customers yet.
    let lost = Fault::status(503).processed();
    server.fault_on("createCustomerCrud", lost).unwrap();
    lag();
    let (code, written, said) = sync(&sandbox, &arguments);
    assert_eq!(code, 3, "{said}");
    let ends = |word: &str| written.iter().filter(|line| line.ends_with(word)).count();
    assert_eq!((ends("unknown"), ends("created")), (1, 1), "{written:?}");
    lag();
    assert_eq!(sync(&sandbox, &arguments).0, 3);
    assert_eq!(server.applied_count(), 2);

    // Once the search shows the customers, they are updated, and no outcome is unknown any more.
    server.clear_faults();
    let (code, written, said) = sync(&sandbox, &arguments);
    assert_eq!(code, 0, "{said}");
    assert_eq!(written, ["cust-1\tupdated", "cust-2\tupdated"]);
    assert!(
        said.contains("2 accepted, 0 refused, 0 not sent, 0 unknown"),
        "{said}"
    );
    assert_eq!(server.customers().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_stands_there_twice_is_synchronised_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("twice");
    let list = folder.file("customers.jsonl");
    let again = r#"{"lastname": "O'Neil", "id": "cust-2", "firstname": "Zo\u00eb", "fields": {"tier": "gold"}}"#;
    fs::write(&list, format!("{LIST}{again}\n")).unwrap();
    let (code, written, said) = sync(&sandbox, &["--brand", "1", &list]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(written, ["cust-1\tcreated", "cust-2\tcreated"]);
    assert!(said.contains("line 4: repeats line 3; skipped"), "{said}");

    sandbox.omnidesk().clear_requests();
    for (line, word) in [
        (
            r#"{"id": "cust-2", "firstname": "Zoë", "lastname": "Neil"}"#,
            "line 4: the customer of line 3",
        ),
        (
            r#"{"id": "cust-3", "firstname": "A", "lastname": "B", "channels": {"1": "a", "1": "b"}}"#,
            "line 4: `1` appears twice",
        ),
        (
            r#"{"id": "cust-3", "firstname": "A", "lastname": "B", "fields": {"t": "a", "t": "a"}}"#,
            "line 4: `t` appears twice",
        ),
        (
            r#"{"id": "cust-3", "firstname": "A", "firstname": "A", "lastname": "B"}"#,
            "line 4: duplicate field `firstname`",
        ),
    ] {
        fs::write(&list, format!("{LIST}{line}\n")).unwrap();
        let (code, written, said) = sync(&sandbox, &["--brand", "1", &list]);
        assert_eq!((code, written.len()), (1, 0), "{said}");
        assert!(said.contains(word), "{said}");
    }
    assert!(sandbox.omnidesk().requests().is_empty());
}

/// The signals that Ctrl-C and a stopping container send.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_interrupted_run_is_gone_on_with() {
    use std::{fmt::Write as _, sync::mpsc, time::Duration};

    for signal in ["INT", "TERM"] {
        let (sender, writes) = mpsc::channel();
        let sandbox = Sandbox::builder()
            .on_request(move |request| {
                if request.applied {
                    let _ = sender.send(());
                }
            })
            .start()
            .await
            .unwrap();
        let server = sandbox.omnidesk();
        // Slow enough that the run is still in progress when the signal arrives.
        server.fault(Fault::none().delay(Duration::from_millis(50)).times(2_000));
        let folder = Folder::new(&format!("interrupted-{signal}"));
        let list = folder.file("customers.jsonl");
        let lines = (0..300).fold(String::new(), |mut lines, number| {
            let _ = writeln!(
                lines,
                r#"{{"id": "cust-{number}", "firstname": "Ana", "lastname": "Lopez"}}"#
            );
            lines
        });
        fs::write(&list, lines).unwrap();

        let arguments = ["--brand", "1", &list];
        let program = against(NAME, &sandbox).args(arguments);
        let running = program.start();
        writes.recv().unwrap();
        running.signal(signal);
        let (code, written, said) = running.wait().parts();
        assert_eq!(code, 3, "{signal}: {said}");
        assert!(said.contains("stopping: calls under way finish"), "{said}");
        // Every customer has its line, and customers with `not sent` were not touched.
        let count = |word: &str| written.lines().filter(|line| line.ends_with(word)).count();
        assert_eq!(count("created"), server.applied_count(), "{written}");
        assert_eq!(count("created") + count("not sent"), 300, "{written}");
        assert!(count("created") > 0 && count("not sent") > 0, "{written}");

        server.clear_faults();
        let (code, _, said) = run(NAME, &sandbox, &arguments);
        assert_eq!(code, 0, "{said}");
    }
}
