//! Programs that are killed for real, at every point, and run again.
//!
//! The test binary runs itself as a child, which sends to a server of this process, and kills it.

mod child;
#[cfg(unix)]
mod full;
mod random;
mod server;

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
};

use feedback_invitations::ledger::{LedgerErrorKind, State};

use crate::support::{Directory, FileLedger, address, key};
use server::Server;

/// Where a child is killed, at its so many-th key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Point {
    /// Before the intent is on record.
    BeforeBegin,
    /// The intent is on record, nothing is sent.
    AfterBegin,
    /// The server has the invitation, and does not answer.
    DuringSend,
    /// The response is there, the outcome not on record.
    BeforeFinish,
    AfterFinish,
}

const POINTS: [Point; 5] = [
    Point::BeforeBegin,
    Point::AfterBegin,
    Point::DuringSend,
    Point::BeforeFinish,
    Point::AfterFinish,
];

/// How many keys the children get that are killed at a point.
const KEYS: usize = 120;

/// What this process hears of.
enum Signal {
    /// The child wrote this line.
    Line(String),
    /// The child's output is at its end.
    End,
    /// The server received the invitation that it was to tell of.
    Received,
}

/// Starts this test binary as a child that does one job.
fn start(job: &str, arguments: &[(&str, String)], signals: mpsc::Sender<Signal>) -> Child {
    start_as(
        Command::new(std::env::current_exe().unwrap()),
        job,
        arguments,
        signals,
    )
}

/// The same, by a command that ends in this test binary.
fn start_as(
    mut command: Command,
    job: &str,
    arguments: &[(&str, String)],
    signals: mpsc::Sender<Signal>,
) -> Child {
    let mut child = command
        .args(["kills::child::works", "--exact", "--ignored", "--nocapture"])
        .env("LEDGER_TEST_JOB", job)
        .envs(arguments.iter().map(|(name, value)| (*name, value)))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    thread::spawn(move || {
        // The test harness writes here, too; the child's own lines are marked.
        for line in output.split(b'\n') {
            let line = String::from_utf8(line.unwrap()).unwrap();
            if let Some((_, line)) = line.split_once('@') {
                let _ = signals.send(Signal::Line(line.to_owned()));
            }
        }
        let _ = signals.send(Signal::End);
    });
    child
}

/// Lets a child send to all keys, until it comes to the point. Gives whether it was killed there.
fn run(ledger: &Path, server: &Server, concurrency: usize, point: Option<(Point, u32)>) -> bool {
    let (signals, heard) = mpsc::channel();
    let (word, count) = match point {
        Some((point, count)) => (format!("{point:?}"), count),
        None => (String::new(), 0),
    };
    if matches!(point, Some((Point::DuringSend, _))) {
        server.hold(count, signals.clone());
    }
    let arguments = [
        ("LEDGER_TEST_FILE", ledger.to_str().unwrap().to_owned()),
        ("LEDGER_TEST_URL", server.url()),
        ("LEDGER_TEST_KEYS", KEYS.to_string()),
        ("LEDGER_TEST_CONCURRENCY", concurrency.to_string()),
        ("LEDGER_TEST_POINT", word),
        ("LEDGER_TEST_COUNT", count.to_string()),
        ("LEDGER_TEST_GOES_ON", false.to_string()),
    ];
    let mut child = start("send", &arguments, signals);
    let was_reached = loop {
        match heard.recv().unwrap() {
            Signal::Line(line) if line == "open" => {}
            Signal::Line(line) => {
                assert_eq!(line, "here");
                break true;
            }
            Signal::Received => break true,
            Signal::End => break false,
        }
    };
    if was_reached {
        child.kill().unwrap();
    }
    let status = child.wait().unwrap();
    assert_eq!(status.success(), !was_reached, "{status}");
    was_reached
}

#[tokio::test]
async fn nobody_is_sent_to_twice_and_nobody_is_lost() {
    for concurrency in [1, 4] {
        let directory = Directory::new();
        let path = directory.file("a.ledger");
        let server = Server::start();
        let mut kills = 0;
        for count in [1, 3] {
            for point in POINTS {
                let before = unknown(&path).await;
                assert!(
                    run(&path, &server, concurrency, Some((point, count))),
                    "{point:?}"
                );
                kills += 1;
                let after = unknown(&path).await;
                assert!(before.is_subset(&after));
                assert!(after.len() - before.len() <= concurrency, "{point:?}");
            }
        }
        assert!(!run(&path, &server, concurrency, None));

        let received = server.received();
        let ledger = FileLedger::open_or_create(&path).await.unwrap();
        for text in child::keys(KEYS) {
            let count = received.get(&address(&text)).copied().unwrap_or_default();
            let state = ledger
                .entry(&key(&text))
                .await
                .unwrap()
                .map(|entry| entry.state);
            match state {
                Some(State::Accepted { .. }) => assert_eq!(count, 1, "{text}"),
                Some(State::Unknown) => assert!(count <= 1, "{text}"),
                state => panic!("{text}: {state:?}"),
            }
        }
        let summary = ledger.summary().await.unwrap();
        assert_eq!(summary.total(), KEYS as u64);
        assert!(summary.unknown <= kills * concurrency as u64, "{summary:?}");
        assert_eq!(
            received.len() as u64,
            received
                .values()
                .map(|count| u64::from(*count))
                .sum::<u64>()
        );
    }
}

async fn unknown(path: &Path) -> BTreeSet<String> {
    let ledger = FileLedger::open_or_create(path).await.unwrap();
    let keys = ledger.unknown(None, usize::MAX).await.unwrap();
    keys.iter().map(ToString::to_string).collect()
}

/// The kills come while transactions are being written, at whatever byte it may be.
#[tokio::test]
async fn what_was_answered_is_there_after_a_kill_in_the_midst_of_writing() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let (mut begun, mut finished) = (BTreeSet::new(), BTreeSet::new());
    for round in 0..20 {
        let (signals, heard) = mpsc::channel();
        let arguments = [
            ("LEDGER_TEST_FILE", path.to_str().unwrap().to_owned()),
            ("LEDGER_TEST_ROUND", round.to_string()),
        ];
        let mut child = start("write", &arguments, signals);
        let mut lines = 0;
        while let Signal::Line(line) = heard.recv().unwrap() {
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
        let ledger = FileLedger::open_or_create(&path).await.unwrap();
        for text in &begun {
            let state = ledger.entry(&key(text)).await.unwrap().unwrap().state;
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
    let (signals, heard) = mpsc::channel();
    let arguments = [
        ("LEDGER_TEST_FILE", path.to_str().unwrap().to_owned()),
        ("LEDGER_TEST_ROUND", "0".to_owned()),
    ];
    let mut child = start("write", &arguments, signals);
    // It writes all the time, and holds the lock between its transactions, too.
    for _ in 0..20 {
        while !matches!(heard.recv().unwrap(), Signal::Line(line) if line.starts_with("finished")) {
        }
        let error = FileLedger::open_or_create(&path).await.unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::InUse, "{error}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(FileLedger::open_or_create(&path).await.is_ok());
}
