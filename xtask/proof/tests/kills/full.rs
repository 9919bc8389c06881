//! A full disk: a limit on the size of a file, which only a separate process can have.

use std::{
    collections::BTreeSet,
    process::{Command, Stdio},
};

use customer_api_ledger::{FileLedger, State};
use proof::processes::{Signal, key, start_as};
use ravelin_labels::LabelCustomer;
use tokio::sync::mpsc;

use crate::{directory::Directory, ledger, to};

/// Returns this test binary, in a shell that sets the limit. The signal of the limit would kill the process. With the
/// signal ignored, the write fails, as on a full disk.
fn limited(blocks: u32) -> Command {
    let mut command = Command::new("sh");
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    command
        .args(["-c", &script])
        .arg(std::env::current_exe().unwrap());
    command
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_full_disk() {
    let directory = Directory::new();
    for blocks in [40, 57, 64, 99] {
        let path = directory.file(&format!("{blocks}.ledger"));
        let (signals, mut heard) = mpsc::unbounded_channel();
        let arguments = [("PROOF_CHILD_FILE", path.to_str().unwrap().to_owned())];
        let mut child = start_as(limited(blocks), "fill", &arguments, to(&signals));
        let (mut begun, mut finished) = (BTreeSet::new(), BTreeSet::new());
        while let Signal::Line(line) = heard.recv().await.unwrap() {
            match line.trim_end_matches('.').split_once(' ') {
                Some(("begun", key)) => begun.insert(key.to_owned()),
                Some(("finished", key)) => finished.insert(key.to_owned()),
                _ => false,
            };
        }
        assert!(child.wait().unwrap().success(), "{blocks}");
        assert!(finished.len() > 10, "{blocks}: {}", finished.len());

        let (_, list) = ledger::open(&path, &LabelCustomer::INFO).await.unwrap();
        for text in &begun {
            let state = list.entry(&key(text)).await.unwrap().unwrap().state;
            match finished.contains(text) {
                true => assert!(matches!(state, State::Accepted { .. }), "{text}: {state:?}"),
                false => assert_eq!(state, State::Unknown, "{text}"),
            }
        }
        let summary = list.summary().await.unwrap();
        assert_eq!(summary.accepted, finished.len() as u64);
        assert!(summary.unknown <= 1, "{summary:?}");
    }
}

#[tokio::test]
async fn a_disk_that_is_full_from_the_start_leaves_nothing_in_the_way() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let (signals, mut heard) = mpsc::unbounded_channel();
    let arguments = [("PROOF_CHILD_FILE", path.to_str().unwrap().to_owned())];
    let mut command = limited(4);
    // It panics, as it should.
    command.stderr(Stdio::null());
    let mut child = start_as(command, "fill", &arguments, to(&signals));
    while let Signal::Line(_) = heard.recv().await.unwrap() {}
    assert!(!child.wait().unwrap().success());
    assert!(directory.is_empty());
    assert!(FileLedger::open_or_create(&path).await.is_ok());
}
