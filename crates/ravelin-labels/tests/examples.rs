//! The example programs, run as programs against the sandbox.
//!
//! `cargo test` builds them; `cargo test --test examples` alone does not, and finds what is there.
#![cfg(test)]

use std::{fs, path::Path};

use customer_api_sandbox::{Fault, Review, Sandbox};
use ravelin_labels::Timestamp;
use testkit::{Example, Folder};

fn example(name: &str) -> Example {
    Example::new(name, "RAVELIN_")
}

/// An example that talks to a sandbox.
fn against(name: &str, sandbox: &Sandbox) -> Example {
    let server = sandbox.ravelin();
    example(name)
        .env("RAVELIN_SECRET_KEY", server.secret_key())
        .env("RAVELIN_BASE_URL", server.base_url())
}

/// Runs an example against a sandbox, and gives its exit code and what it said.
fn run(name: &str, sandbox: &Sandbox, arguments: &[&str]) -> (i32, String) {
    let outcome = against(name, sandbox).args(arguments).run();
    (outcome.code, outcome.stderr)
}

/// A sandbox with reviews, a second apart.
async fn with_reviews(count: i64) -> Sandbox {
    let sandbox = Sandbox::start().await.unwrap();
    for number in 0..count {
        let time = Timestamp::from_unix_seconds(1_767_225_600 + number).unwrap();
        let review = Review::new(format!("cust-{number}"), "GENUINE", time.as_str());
        sandbox.ravelin().seed_review(review);
    }
    sandbox
}

const SINCE: [&str; 2] = ["--since", "2026-01-01T00:00:00Z"];

fn lines(path: impl AsRef<Path>) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn help_and_wrong_command_lines() {
    for name in ["export_reviews", "label_from_csv"] {
        example(name).args(["--help"]).run().assert_is_help();
        for wrong in [&[][..], &["--what"], &["a", "b"]] {
            example(name).args(wrong).run().assert_is_misuse();
        }
    }
    // Without a key, the error says what is missing.
    let (code, _, said) = example("export_reviews").args(SINCE).run().parts();
    assert_eq!(code, 1);
    assert!(said.contains("`RAVELIN_SECRET_KEY` is not set"), "{said}");

    // An error is one line that says it all, and its story below. Nobody listens where somebody just did.
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let program = example("export_reviews")
        .args(SINCE)
        .env("RAVELIN_SECRET_KEY", "sk_s3cret")
        .env("RAVELIN_BASE_URL", format!("http://{gone}"));
    let (code, _, said) = program.run().parts();
    assert_eq!(code, 1);
    let mut story = said.lines();
    let line = story.next().unwrap();
    assert!(
        line.starts_with("error: ") && line.contains("no connection"),
        "{said}"
    );
    assert!(story.all(|line| line.starts_with("  because: ")), "{said}");
    assert!(!said.contains("s3cret"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn reviews_are_exported_to_a_file_and_to_standard_output() {
    let sandbox = with_reviews(1_500).await;
    let folder = Folder::new("export");
    let file = folder.file("reviews.jsonl");
    let (code, said) = run("export_reviews", &sandbox, &[SINCE[0], SINCE[1], &file]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("page 2: 1500 reviews so far"), "{said}");
    assert_eq!(lines(&file).len(), 1_500);
    assert!(lines(&file)[7].contains("\"cust-7\""));

    // What is there is not overwritten.
    let (code, said) = run("export_reviews", &sandbox, &[SINCE[0], SINCE[1], &file]);
    assert_eq!((code, lines(&file).len()), (1, 1_500), "{said}");

    let outcome = against("export_reviews", &sandbox).args(SINCE).run();
    assert_eq!(outcome.stdout, fs::read_to_string(&file).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_unfinished_export_is_gone_on_with_in_both_formats() {
    let sandbox = with_reviews(1_500).await;
    let folder = Folder::new("resume");
    for format in ["jsonl", "csv"] {
        let whole = folder.file(&format!("whole.{format}"));
        let part = folder.file(&format!("part.{format}"));
        let since = [SINCE[0], SINCE[1], "--format", format];
        let (code, said) = run(
            "export_reviews",
            &sandbox,
            &[&since[..], &[&whole]].concat(),
        );
        assert_eq!(code, 0, "{said}");
        let text = fs::read(&whole).unwrap();
        // Nothing, half of the first line, half of a later one, all.
        for kept in [0, 5, text.len() / 2, text.len() - 1, text.len()] {
            fs::write(&part, &text[..kept]).unwrap();
            let resume = [&since[..], &["--resume", &part]].concat();
            let (code, said) = run("export_reviews", &sandbox, &resume);
            assert_eq!(code, 0, "{said}");
            assert!(fs::read(&part).unwrap() == text, "{kept} bytes of {format}");
        }
        // Another export, and more than there is now: both are left as they are.
        let other = String::from_utf8(text.clone())
            .unwrap()
            .replacen("cust-9", "cust-x", 1);
        let more = [&text[..], b"more\n"].concat();
        for wrong in [other.into_bytes(), more] {
            fs::write(&part, &wrong).unwrap();
            let resume = [&since[..], &["--resume", &part]].concat();
            let (code, said) = run("export_reviews", &sandbox, &resume);
            assert_eq!(code, 1, "{said}");
            assert!(said.contains("start a new one"), "{said}");
            assert!(fs::read(&part).unwrap() == wrong);
        }
    }
}

const LIST: &str =
    "customer,review,comment\ncust-1,FRAUDSTER,\"a, b\"\ncust-2,GENUINE,\ncust-3,GENUINE,\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn customers_are_labelled_and_accounted_for() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("label");
    let list = folder.file("list.csv");
    fs::write(&list, LIST).unwrap();

    let (code, said) = run("label_from_csv", &sandbox, &["--dry-run", &list]);
    assert_eq!(code, 3);
    assert!(said.contains("3 rows, 3 of them to be sent"), "{said}");
    assert!(sandbox.ravelin().requests().is_empty());

    // The first one is labelled, though the response is lost; the second one is not; the third one is refused.
    let server = sandbox.ravelin();
    for fault in [
        Fault::status(503).processed(),
        Fault::status(503),
        Fault::status(400),
    ] {
        server.fault_on("labelCustomer", fault).unwrap();
    }
    let reviewer = ["--name", "Ana", "--email", "ana@shop.example", &list];
    let (code, said) = run("label_from_csv", &sandbox, &reviewer);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("0 labelled, 1 refused, 0 not sent, 2 unknown"),
        "{said}"
    );
    let results = folder.file("list.csv.results.csv");
    let found = lines(&results);
    assert_eq!(found.len(), 4);
    assert!(
        found[1].starts_with("1,cust-1,FRAUDSTER,unknown,"),
        "{found:?}"
    );
    assert!(
        found[3].starts_with("3,cust-3,GENUINE,refused,"),
        "{found:?}"
    );

    // Again: the unknown ones are looked at, and one of them is sent again.
    let (code, said) = run("label_from_csv", &sandbox, &[&list]);
    assert_eq!(code, 3, "{said}");
    assert!(
        said.contains("2 labelled, 1 refused, 0 not sent, 0 unknown"),
        "{said}"
    );
    let found = lines(&results);
    assert!(found[1].contains("found when looked at"), "{found:?}");
    assert_eq!(found[2], "2,cust-2,GENUINE,labelled,");
    let sent = server.requests();
    let labels = |customer: &str| {
        let path = format!("/v2/customer/{customer}/labels");
        let here = sent.iter().filter(|one| one.path() == path);
        here.filter(|one| one.applied).count()
    };
    assert_eq!(["cust-1", "cust-2", "cust-3"].map(labels), [1, 1, 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_stands_there_twice_is_labelled_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("twice");
    let list = folder.file("list.csv");
    fs::write(&list, format!("{LIST}cust-1, FRAUDSTER ,\"a, b\"\n")).unwrap();
    let (code, said) = run("label_from_csv", &sandbox, &[&list]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("line 5: line 2 again; left out"), "{said}");
    assert!(said.contains("3 rows: 3 labelled"), "{said}");
    assert_eq!(sandbox.ravelin().applied_count(), 3);

    // The same review with another comment says something else, too.
    for other in ["cust-1,GENUINE,", "cust-1,FRAUDSTER,"] {
        sandbox.ravelin().clear_requests();
        fs::write(&list, format!("{LIST}{other}\n")).unwrap();
        let (code, said) = run("label_from_csv", &sandbox, &[&list]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("line 5: the customer of line 2"), "{said}");
        assert!(!said.contains("cust-1"), "{said}");
        assert!(sandbox.ravelin().requests().is_empty());
    }
}

/// The signals that Ctrl-C and the end of a container send.
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

        let program = against("label_from_csv", &sandbox).args([&list]);
        let running = program.start();
        labels.recv().unwrap();
        running.signal(signal);
        let (code, _, said) = running.wait().parts();
        assert_eq!(code, 3, "{signal}: {said}");
        assert!(
            said.contains("stopping: what is on its way is finished"),
            "{said}"
        );
        assert!(said.contains("0 refused, 0 not sent, 0 unknown"), "{said}");
        let labelled = server.applied_count();
        assert!((1..400).contains(&labelled), "{labelled}");

        server.clear_faults();
        let (code, said) = run("label_from_csv", &sandbox, &[&list]);
        assert_eq!((code, server.applied_count()), (0, 400), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_a_kill_left_is_looked_at() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("kill");
    let list = folder.file("list.csv");
    fs::write(&list, LIST).unwrap();
    let results = folder.file("results.csv");
    // The first one was on its way, and the response was being written down.
    let left =
        "row,customer,review,outcome,detail\n1,cust-1,FRAUDSTER,unknown,on its way\n1,cust-1,FRAU";
    fs::write(&results, left).unwrap();
    let (code, said) = run("label_from_csv", &sandbox, &["--results", &results, &list]);
    assert_eq!(code, 0, "{said}");
    let paths: Vec<String> = sandbox
        .ravelin()
        .requests()
        .iter()
        .map(|one| one.path().to_owned())
        .collect();
    assert_eq!(
        paths,
        [
            "/v2/label/customer/cust-1",
            "/v2/customer/cust-1/labels",
            "/v2/customer/cust-2/labels",
            "/v2/customer/cust-3/labels"
        ]
    );
    assert_eq!(lines(&results).len(), 4);

    // Nothing is left to do.
    let (code, _) = run("label_from_csv", &sandbox, &["--results", &results, &list]);
    assert_eq!((code, sandbox.ravelin().requests().len()), (0, 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn lists_and_results_that_are_wrong_send_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("wrong");
    let list = folder.file("list.csv");
    let results = folder.file("list.csv.results.csv");
    for (text, before, word) in [
        (
            "customer,review\ncust-1,GENUINE\ncust-2,FRAUDSTR\n",
            "",
            "line 3: `FRAUDSTR` is no review",
        ),
        (
            "\u{feff}customer,review,comment\r\n\r\ncust-1,GENUINE,\"two\r\nlines\"\r\n\r\n\r\ncust-2,NO,\r\n",
            "",
            "line 7: `NO` is no review",
        ),
        (
            "customer,review, review \ncust-1,GENUINE,FRAUDSTER\n",
            "",
            "the column `review` is there twice",
        ),
        ("customer,label\ncust-1,GENUINE\n", "", "needs the columns"),
        ("customer,review\ncust-1,GENUINE,more\n", "", "list.csv: "),
        (
            "customer,review\ncust-1,GENUINE\n",
            "row,customer,review,outcome,detail\n1,cust-2,GENUINE,labelled,\n",
            "another list",
        ),
        (
            "customer,review\ncust-1,GENUINE\n",
            "row,customer,review,outcome,detail\n1,cust-1,GENUINE,sent,\n",
            "another program",
        ),
    ] {
        fs::write(&list, text).unwrap();
        fs::write(&results, before).unwrap();
        let (code, said) = run("label_from_csv", &sandbox, &[&list]);
        assert_eq!(code, 1, "{text}");
        assert!(said.contains(word), "{said}");
        assert!(sandbox.ravelin().requests().is_empty());
    }

    // A key that is refused ends the run at once, and says nothing about the rows.
    fs::write(&list, LIST).unwrap();
    fs::remove_file(&results).unwrap();
    sandbox.ravelin().fault(Fault::status(401).times(9));
    let (code, said) = run("label_from_csv", &sandbox, &[&list]);
    assert_eq!((code, sandbox.ravelin().requests().len()), (1, 1), "{said}");
    assert!(lines(&results)[2].starts_with("1,cust-1,FRAUDSTER,not sent,"));
}

/// A trial leaves nothing behind that a real run takes for its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_trial_in_a_sandbox_does_not_count() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = Folder::new("trial");
    let file = folder.file("labels.csv");
    fs::write(&file, "customer,review\ncust-1,FRAUDSTER\n").unwrap();
    for _ in 0..2 {
        let (code, said) = run("label_from_csv", &sandbox, &["--sandbox", &file]);
        assert_eq!(code, 0, "{said}");
    }
    assert_eq!(sandbox.ravelin().applied_count(), 0);
    let arguments = ["--sandbox", "--results=x", &file];
    assert_eq!(run("label_from_csv", &sandbox, &arguments).0, 2);
    let (code, said) = run("label_from_csv", &sandbox, &[&file]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(sandbox.ravelin().applied_count(), 1);
}
