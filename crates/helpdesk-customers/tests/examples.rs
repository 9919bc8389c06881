//! The example programs, run as programs against the sandbox.
//!
//! `cargo test` builds them; `cargo test --test examples` alone does not, and finds what is there.
#![cfg(test)]

use std::fs;

use customer_api_sandbox::{Fault, OmnideskCustomer, Sandbox};
use testkit::{Example, Folder};

fn example(name: &str) -> Example {
    Example::new(name, "OMNIDESK_")
}

/// An example that talks to a sandbox.
fn against(name: &str, sandbox: &Sandbox) -> Example {
    let server = sandbox.omnidesk();
    example(name)
        .env("OMNIDESK_API_KEY", server.api_key())
        .env("OMNIDESK_BASE_URL", server.base_url())
}

/// Runs an example against a sandbox; gives its exit code, what it wrote, and what it said.
fn run(name: &str, sandbox: &Sandbox, arguments: &[&str]) -> (i32, String, String) {
    against(name, sandbox).args(arguments).run().parts()
}

const LIST: &str = r#"{"id": "cust-1", "firstname": "Ana", "lastname": "Lopez", "channels": {"telephone": "+64211234567"}}

{"id": "cust-2", "firstname": "Zoë", "lastname": "O'Neil", "fields": {"tier": "gold"}}
"#;

#[test]
fn help_and_wrong_command_lines() {
    for (name, wrongs) in [
        ("sync_customers", [&["--brand", "x"][..], &[]]),
        ("export_customers", [&["--what"], &["a", "b"]]),
    ] {
        example(name).args(["--help"]).run().assert_is_help();
        for wrong in wrongs {
            example(name).args(wrong).run().assert_is_misuse();
        }
    }
    let (code, _, said) = example("export_customers").run().parts();
    assert_eq!(code, 1);
    assert!(said.contains("`OMNIDESK_API_KEY` is not set"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn customers_are_synchronised() {
    let sandbox = Sandbox::start().await.unwrap();
    let ana = OmnideskCustomer::new(1, "cust-1").with_names("Anna", "Lopez");
    sandbox.omnidesk().seed_customer(ana);
    let folder = Folder::new("sync");
    let list = folder.file("customers.jsonl");
    fs::write(&list, LIST).unwrap();
    let sync = ["--brand", "1", &list];

    let (code, written, said) = run(
        "sync_customers",
        &sandbox,
        &[&sync[..], &["--dry-run"]].concat(),
    );
    assert_eq!((code, &*written), (0, ""), "{said}");
    assert!(sandbox.omnidesk().requests().is_empty());

    let (code, written, said) = run("sync_customers", &sandbox, &sync);
    assert_eq!(
        (code, &*written),
        (0, "cust-1\tupdated\ncust-2\tcreated\n"),
        "{said}"
    );
    assert!(
        said.contains("2 of 2: 1 created, 1 updated, 0 failed"),
        "{said}"
    );

    // One that may have been written: running it again settles it.
    let lost = Fault::status(503).processed();
    sandbox
        .omnidesk()
        .fault_on("updateCustomerByExternalId", lost)
        .unwrap();
    let (code, written, said) = run("sync_customers", &sandbox, &sync);
    assert_eq!(
        (code, &*written),
        (3, "cust-1\tunknown\ncust-2\tupdated\n"),
        "{said}"
    );
    let (code, ..) = run("sync_customers", &sandbox, &sync);
    assert_eq!(code, 0);

    // A broken line stops everything; a key that is refused stops at once.
    fs::write(&list, format!("{LIST}{{\"id\": 3}}\n")).unwrap();
    sandbox.omnidesk().clear_requests();
    let (code, _, said) = run("sync_customers", &sandbox, &sync);
    assert!(code == 1 && said.contains("line 4: "), "{said}");
    assert!(sandbox.omnidesk().requests().is_empty());
    fs::write(&list, LIST).unwrap();
    sandbox.omnidesk().fault(Fault::status(401).times(9));
    let (code, ..) = run("sync_customers", &sandbox, &sync);
    assert_eq!((code, sandbox.omnidesk().requests().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_stands_there_twice_is_synchronised_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("twice");
    let list = folder.file("customers.jsonl");
    let again = r#"{"lastname": "O'Neil", "id": "cust-2", "firstname": "Zo\u00eb", "fields": {"tier": "gold"}}"#;
    fs::write(&list, format!("{LIST}{again}\n")).unwrap();
    let (code, written, said) = run("sync_customers", &sandbox, &["--brand", "1", &list]);
    assert_eq!(
        (code, &*written),
        (0, "cust-1\tcreated\ncust-2\tcreated\n"),
        "{said}"
    );
    assert!(said.contains("line 4: line 3 again; left out"), "{said}");

    sandbox.omnidesk().clear_requests();
    for (line, word) in [
        (
            r#"{"id": "cust-2", "firstname": "Zoë", "lastname": "Neil"}"#,
            "line 4: the customer of line 3",
        ),
        (
            r#"{"id": "cust-3", "firstname": "A", "lastname": "B", "channels": {"1": "a", "1": "b"}}"#,
            "line 4: `1` is there twice",
        ),
        (
            r#"{"id": "cust-3", "firstname": "A", "lastname": "B", "fields": {"t": "a", "t": "a"}}"#,
            "line 4: `t` is there twice",
        ),
        (
            r#"{"id": "cust-3", "firstname": "A", "firstname": "A", "lastname": "B"}"#,
            "line 4: duplicate field `firstname`",
        ),
    ] {
        fs::write(&list, format!("{LIST}{line}\n")).unwrap();
        let (code, written, said) = run("sync_customers", &sandbox, &["--brand", "1", &list]);
        assert_eq!((code, &*written), (1, ""), "{said}");
        assert!(said.contains(word), "{said}");
    }
    assert!(sandbox.omnidesk().requests().is_empty());
}

/// The signals that Ctrl-C and the end of a container send.
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
        // Slow enough that the list is not done when the signal arrives.
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
        let program = against("sync_customers", &sandbox).args(arguments);
        let running = program.start();
        writes.recv().unwrap();
        running.signal(signal);
        let (code, written, said) = running.wait().parts();
        assert_eq!(code, 3, "{signal}: {said}");
        assert!(
            said.contains("stopping: what is on its way is finished"),
            "{said}"
        );
        // Every one has its line, and those that say so were not touched.
        let count = |word: &str| written.lines().filter(|line| line.ends_with(word)).count();
        assert_eq!(count("created"), server.applied_count(), "{written}");
        assert_eq!(count("created") + count("not sent"), 300, "{written}");
        assert!(count("created") > 0 && count("not sent") > 0, "{written}");

        server.clear_faults();
        let (code, _, said) = run("sync_customers", &sandbox, &arguments);
        assert_eq!(code, 0, "{said}");
    }
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
    let (code, written, said) = run("export_customers", &sandbox, &[]);
    assert_eq!((code, written.lines().count()), (0, 120), "{said}");
    let (code, _, said) = run("export_customers", &sandbox, &[&file]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(fs::read_to_string(&file).unwrap(), written);
    // What is there is not overwritten.
    assert_eq!(run("export_customers", &sandbox, &[&file]).0, 1);
}
