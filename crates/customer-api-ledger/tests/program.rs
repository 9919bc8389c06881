//! The operator's program, as a person or a script runs it.
#![cfg(test)]
#![cfg(feature = "cli")]

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use customer_api_core::operation::{Method, OperationInfo};
use customer_api_ledger::{Begun, FileLedger, Key, Outcome, Resend};

const ORDER: OperationInfo = OperationInfo::new("order", Method::Post, "/orders");

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("ledger-program-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A ledger with a key that was accepted, one that was refused, and one that was under way at a kill.
async fn ledger(path: &Path) {
    let ledger = FileLedger::create(path).await.unwrap();
    let list = ledger.create_list("march", &ORDER).await.unwrap();
    for (text, outcome) in [
        ("case-1", Some(Outcome::accepted(Some("o-1")))),
        ("case-2", Some(Outcome::refused(Some(422), Some("E7")))),
        ("case-3", None),
    ] {
        let key = Key::new(text).unwrap();
        let Begun::Started(claim) = list.begin(&key, Resend::none()).await.unwrap() else {
            panic!("{text} is known");
        };
        if let Some(outcome) = outcome {
            list.finish(&claim, &outcome).await.unwrap();
        }
    }
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_customer-api-ledger"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[tokio::test]
async fn somebody_finds_out_what_happened_and_says_so() {
    let folder = folder("resolve");
    let path = folder.join("a.ledger");
    ledger(&path).await;
    let file = path.to_str().unwrap();

    let (code, out, _) = run(&["lists", file]);
    let line = "march (order): 1 accepted, 1 refused, 0 not sent, 1 unknown\n";
    assert_eq!((code, &*out), (Some(0), line));

    let (code, out, _) = run(&["--json", "unknown", file, "march"]);
    let unknown: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(
        (&unknown["key"], &unknown["state"]),
        (&"case-3".into(), &"unknown".into())
    );
    assert!(unknown["began"].as_str().unwrap().ends_with('Z'));

    let (code, out, _) = run(&["resolve", file, "march", "case-3", "not-sent"]);
    assert_eq!(code, Some(0));
    assert!(out.starts_with("case-3: not sent, begun at "), "{out}");
    let (code, out, _) = run(&["unknown", file, "march"]);
    assert_eq!((code, &*out), (Some(0), ""));
    let (code, out, _) = run(&["show", file, "march", "case-2"]);
    assert_eq!(code, Some(0));
    assert!(
        out.starts_with("case-2: refused (422, E7), begun at "),
        "{out}"
    );
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn what_can_not_be_done_has_a_status_and_changes_nothing() {
    let folder = folder("refuse");
    let path = folder.join("a.ledger");
    ledger(&path).await;
    let file = path.to_str().unwrap();
    for (arguments, expected) in [
        (vec!["resolve", file, "march", "case-1", "not-sent"], 1),
        (vec!["resolve", file, "march", "case-9", "sent"], 1),
        (vec!["show", file, "march", "case-9"], 1),
        (vec!["unknown", file, "april"], 1),
        (vec!["resolve", file, "march", "case-3", "perhaps"], 2),
        (vec!["unknown", file], 2),
        (vec!["unknown", file, "march", "more"], 2),
        (vec!["forget", file], 2),
        (vec![], 2),
        (vec!["lists", "/nowhere/a.ledger"], 3),
    ] {
        let (code, out, error) = run(&arguments);
        assert_eq!((code, &*out), (Some(expected), ""), "{arguments:?}");
        assert!(!error.is_empty(), "{arguments:?}");
    }
    let held = FileLedger::open(&path).await.unwrap();
    assert_eq!(run(&["lists", file]).0, Some(4));
    let summary = held.list("march").await.unwrap().summary().await.unwrap();
    assert_eq!((summary.accepted, summary.unknown), (1, 1));
    drop(held);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_copy_is_a_whole_ledger_and_takes_no_place_that_is_taken() {
    let folder = folder("backup");
    let (path, copy) = (folder.join("a.ledger"), folder.join("copy.ledger"));
    ledger(&path).await;
    let (file, to) = (path.to_str().unwrap(), copy.to_str().unwrap());
    assert_eq!(run(&["backup", file, to]).0, Some(0));
    let (code, out, _) = run(&["lists", to]);
    assert_eq!(code, Some(0));
    assert!(
        out.contains("1 accepted, 1 refused, 0 not sent, 1 unknown"),
        "{out}"
    );
    assert_eq!(run(&["backup", file, to]).0, Some(3));
    assert_eq!(run(&["lists", file]).0, Some(0));
    // Also while the program that holds the ledger has it open.
    let held = FileLedger::open(&path).await.unwrap();
    let third = folder.join("third.ledger");
    held.backup_to(&third).await.unwrap();
    drop(held);
    assert_eq!(run(&["lists", third.to_str().unwrap()]).0, Some(0));
    std::fs::remove_dir_all(folder).unwrap();
}
