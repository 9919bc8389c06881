//! The file's content after a kill, for any list: kills during writing, and a second program.

use std::collections::BTreeSet;

use customer_api_ledger::{FileLedger, LedgerErrorKind, State};
use proof::processes::{Signal, key, start};
use ravelin_labels::LabelCustomer;
use tokio::sync::mpsc;

use crate::{directory::Directory, ledger, to};

/// The kills come while transactions are being written, at any byte.
#[tokio::test]
async fn what_was_answered_is_there_after_a_kill_in_the_midst_of_writing() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let (mut begun, mut finished) = (BTreeSet::new(), BTreeSet::new());
    for round in 0..20 {
        let (signals, mut heard) = mpsc::unbounded_channel();
        let arguments = [
            ("PROOF_CHILD_FILE", path.to_str().unwrap().to_owned()),
            ("PROOF_CHILD_ROUND", round.to_string()),
        ];
        let mut child = start("write", &arguments, to(&signals));
        let mut lines = 0;
        while let Signal::Line(line) = heard.recv().await.unwrap() {
            lines += 1;
            if lines == 50 + 37 * round {
                child.kill().unwrap();
            }
            // A line that was cut off has no end.
            match line.trim_end_matches('.').split_once(' ') {
                Some(("begun", key)) if line.ends_with('.') => begun.insert(key.to_owned()),
                Some(("finished", key)) if line.ends_with('.') => finished.insert(key.to_owned()),
                _ => false,
            };
        }
        assert!(!child.wait().unwrap().success());
        let (_, list) = ledger::open(&path, &LabelCustomer::INFO).await.unwrap();
        for text in &begun {
            let state = list.entry(&key(text)).await.unwrap().unwrap().state;
            let is_accepted = matches!(state, State::Accepted { .. });
            assert!(is_accepted || !finished.contains(text), "{text}: {state:?}");
            assert!(is_accepted || state == State::Unknown, "{text}: {state:?}");
        }
    }
    assert!(finished.len() > 1_000, "{}", finished.len());
}

#[tokio::test]
async fn two_programs_never_have_it_at_once() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let (signals, mut heard) = mpsc::unbounded_channel();
    let arguments = [
        ("PROOF_CHILD_FILE", path.to_str().unwrap().to_owned()),
        ("PROOF_CHILD_ROUND", "0".to_owned()),
    ];
    let mut child = start("write", &arguments, to(&signals));
    // The process writes all the time, and also holds the lock between its transactions.
    for _ in 0..20 {
        while !matches!(heard.recv().await.unwrap(), Signal::Line(line) if line.starts_with("finished"))
        {
        }
        let error = FileLedger::open_or_create(&path).await.unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::InUse, "{error}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(FileLedger::open_or_create(&path).await.is_ok());
}
