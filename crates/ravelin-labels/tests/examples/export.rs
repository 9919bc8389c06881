//! The example exports reviews.

use std::{fs, path::Path};

use customer_api_sandbox::{Review, Sandbox};
use ravelin_labels::Timestamp;
use testkit::Folder;

use crate::{against, example, run};

/// Starts a sandbox with reviews that are one second apart.
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
    let name = "export_reviews";
    example(name).args(["--help"]).run().assert_is_help();
    for wrong in [&[][..], &["--what"], &["a", "b"]] {
        example(name).args(wrong).run().assert_is_misuse();
    }
    // Without a key, the error names the missing variable.
    let (code, _, said) = example("export_reviews").args(SINCE).run().parts();
    assert_eq!(code, 1);
    assert!(said.contains("`RAVELIN_SECRET_KEY` is not set"), "{said}");

    // An error is one complete line, with its causes below. The port has no listener any more.
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

    // An existing file is not overwritten.
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
        // The file has nothing, half of the first line, half of a later line, or everything.
        for kept in [0, 5, text.len() / 2, text.len() - 1, text.len()] {
            fs::write(&part, &text[..kept]).unwrap();
            let resume = [&since[..], &["--resume", &part]].concat();
            let (code, said) = run("export_reviews", &sandbox, &resume);
            assert_eq!(code, 0, "{said}");
            assert!(fs::read(&part).unwrap() == text, "{kept} bytes of {format}");
        }
        // The file has another export, or more than the current list: both files are left unchanged.
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
