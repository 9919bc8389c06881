//! The example labels a list, each customer once.

use std::fs;

use customer_api_sandbox::{Fault, Sandbox};
use testkit::Folder;

use crate::{against, example, run};

const LIST: &str =
    "customer,review,comment\ncust-1,FRAUDSTER,\"a, b\"\ncust-2,GENUINE,\ncust-3,GENUINE,\n";

const NAME: &str = "label_from_csv";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn help_and_wrong_command_lines() {
    example(NAME).args(["--help"]).run().assert_is_help();
    for wrong in [
        &[][..],
        &["--what"],
        &["a", "b"],
        &["--name=Ana", "a"],
        &["--sandbox", "--ledger=x", "a"],
    ] {
        example(NAME).args(wrong).run().assert_is_misuse();
    }
}

/// Returns how often a label was applied for each of these customers.
fn applied(sandbox: &Sandbox) -> [usize; 3] {
    let sent = sandbox.ravelin().requests();
    ["cust-1", "cust-2", "cust-3"].map(|customer| {
        let path = format!("/v2/customer/{customer}/labels");
        let here = sent.iter().filter(|one| one.path() == path);
        here.filter(|one| one.applied).count()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn customers_are_labelled_once_and_what_is_unknown_is_looked_for() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("label");
    let list = folder.file("list.csv");
    fs::write(&list, LIST).unwrap();

    let (code, said) = run(NAME, &sandbox, &["--dry-run", &list]);
    assert_eq!(code, 0);
    assert!(said.contains("3 labels; nothing was sent"), "{said}");
    assert!(sandbox.ravelin().requests().is_empty());

    // The looks find nothing while reads fail. One label is applied although its response is lost, one is not applied, and one is
    // refused.
    let server = sandbox.ravelin();
    for fault in [
        Fault::status(503).processed(),
        Fault::status(503),
        Fault::status(400),
    ] {
        server.fault_on("labelCustomer", fault).unwrap();
    }
    let lost = Fault::status(404).times(2);
    server.fault_on("customerReviews", lost).unwrap();
    let arguments = ["--name", "Ana", "--email", "ana@shop.example", &list];
    let (code, said) = run(NAME, &sandbox, &arguments);
    assert_eq!(code, 3, "{said}");
    let line = "all runs: 0 accepted, 1 refused, 0 not sent, 2 unknown";
    assert!(said.contains(line), "{said}");

    // Second run: the label in effect counts as sent. The other unknown label is not sent again.
    let (code, said) = run(NAME, &sandbox, &arguments);
    assert_eq!(code, 3, "{said}");
    let line = "all runs: 1 accepted, 1 refused, 0 not sent, 1 unknown";
    assert!(
        said.contains(line) && said.contains("1 found done"),
        "{said}"
    );
    let applied_once = applied(&sandbox);
    assert_eq!(applied_once.iter().sum::<usize>(), 1);

    // A refused label is sent again if the operator asks for it.
    let arguments = [&["--resend-refused"][..], &arguments].concat();
    let (code, said) = run(NAME, &sandbox, &arguments);
    assert_eq!(code, 3, "{said}");
    let line = "all runs: 2 accepted, 0 refused, 0 not sent, 1 unknown";
    assert!(said.contains(line), "{said}");
    assert_eq!(applied(&sandbox).iter().max(), Some(&1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_stands_there_twice_is_labelled_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("twice");
    let list = folder.file("list.csv");
    fs::write(&list, format!("{LIST}cust-1, FRAUDSTER ,\"a, b\"\n")).unwrap();
    let (code, said) = run(NAME, &sandbox, &[&list]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("line 5: repeats line 2; skipped"), "{said}");
    assert_eq!(applied(&sandbox), [1, 1, 1]);

    // The same review with another comment also counts as other content.
    for other in ["cust-1,GENUINE,", "cust-1,FRAUDSTER,"] {
        sandbox.ravelin().clear_requests();
        fs::write(&list, format!("{LIST}{other}\n")).unwrap();
        let (code, said) = run(NAME, &sandbox, &[&list]);
        assert_eq!(code, 1, "{said}");
        assert!(
            said.contains("line 5: repeats the customer of line 2"),
            "{said}"
        );
        assert!(!said.contains("cust-1"), "{said}");
        assert!(sandbox.ravelin().requests().is_empty());
    }

    // A later list with another review for a labelled customer sends nothing for that customer.
    fs::write(&list, "customer,review\ncust-1,GENUINE\n").unwrap();
    let (code, said) = run(NAME, &sandbox, &[&list]);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("the key was used for other content"),
        "{said}"
    );
    assert!(sandbox.ravelin().requests().is_empty());
}

/// Tests the signals of Ctrl-C and of the end of a container.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_interrupted_run_is_gone_on_with() {
    use std::{fmt::Write as _, sync::mpsc, time::Duration};

    for signal in ["INT", "TERM"] {
        let (sender, labels) = mpsc::channel();
        let sandbox = Sandbox::builder()
            .on_request(move |request| {
                if request.applied {
                    let _ = sender.send(());
                }
            })
            .start()
            .await
            .unwrap();
        let server = sandbox.ravelin();
        // Slow enough that the list is not done when the signal arrives.
        let slow = Fault::none().delay(Duration::from_millis(50)).times(1_000);
        server.fault_on("labelCustomer", slow).unwrap();
        let folder = Folder::new(&format!("interrupted-{signal}"));
        let list = folder.file("list.csv");
        let rows = (0..400).fold("customer,review\n".to_owned(), |mut rows, number| {
            let _ = writeln!(rows, "cust-{number},GENUINE");
            rows
        });
        fs::write(&list, rows).unwrap();

        let program = against(NAME, &sandbox).args([&list]);
        let running = program.start();
        labels.recv().unwrap();
        running.signal(signal);
        let (code, _, said) = running.wait().parts();
        assert_eq!(code, 3, "{signal}: {said}");
        assert!(
            said.contains("stopping: labels in flight are finished first"),
            "{said}"
        );
        assert!(
            said.contains("0 refused, 0 not sent, 0 unknown, 0 skipped; stopped"),
            "{said}"
        );
        let labelled = server.applied_count();
        assert!((1..400).contains(&labelled), "{labelled}");

        server.clear_faults();
        let (code, said) = run(NAME, &sandbox, &[&list]);
        assert_eq!((code, server.applied_count()), (0, 400), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn lists_that_are_wrong_send_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("wrong");
    let list = folder.file("list.csv");
    for (text, word) in [
        (
            "customer,review\ncust-1,GENUINE\ncust-2,FRAUDSTR\n",
            "line 3: `FRAUDSTR` is not a valid review",
        ),
        (
            "\u{feff}customer,review,comment\r\n\r\ncust-1,GENUINE,\"two\r\nlines\"\r\n\r\n\r\ncust-2,NO,\r\n",
            "line 7: `NO` is not a valid review",
        ),
        (
            "customer,review, review \ncust-1,GENUINE,FRAUDSTER\n",
            "the column `review` occurs twice",
        ),
        ("customer,label\ncust-1,GENUINE\n", "needs the columns"),
        ("customer,review\n,GENUINE\n", "line 2: "),
        ("customer,review\ncust-1,GENUINE,more\n", "list.csv: "),
    ] {
        fs::write(&list, text).unwrap();
        let (code, said) = run(NAME, &sandbox, &[&list]);
        assert_eq!(code, 1, "{text}");
        assert!(said.contains(word), "{said}");
        assert!(sandbox.ravelin().requests().is_empty());
    }

    // A refused key ends the run. The labels that were refused with it are sent with a valid key.
    fs::write(&list, LIST).unwrap();
    sandbox.ravelin().fault(Fault::status(401).times(9));
    let (code, said) = run(NAME, &sandbox, &[&list]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("all runs: 0 accepted"), "{said}");
    sandbox.ravelin().clear_faults();
    let (code, said) = run(NAME, &sandbox, &["--resend-refused", &list]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(applied(&sandbox), [1, 1, 1]);
}

/// A trial leaves nothing behind that a real run would count.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_trial_in_a_sandbox_does_not_count() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("trial");
    let file = folder.file("labels.csv");
    fs::write(&file, "customer,review\ncust-1,FRAUDSTER\n").unwrap();
    for _ in 0..2 {
        let (code, said) = run(NAME, &sandbox, &["--sandbox", &file]);
        assert_eq!(code, 0, "{said}");
    }
    assert_eq!(sandbox.ravelin().applied_count(), 0);
    let (code, said) = run(NAME, &sandbox, &[&file]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(sandbox.ravelin().applied_count(), 1);
}
