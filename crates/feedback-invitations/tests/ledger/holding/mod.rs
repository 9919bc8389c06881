//! Whatever any program does to the file of an open ledger, no second program can open it. The program that has the
//! ledger open notices before it sends the next invitation.

mod child;
#[cfg(target_os = "linux")]
mod readable;
mod ways;

use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use feedback_invitations::ledger::{
    Begun, ClientExt as _, LedgerErrorKind, Outcome, Resend, State, send_all::Ending,
};

use crate::support::{Directory, FileLedger, Provider, invitations, key, record};
use ways::{Expected, Files, WAYS};

/// How often the second program tries each path. Each try uses both ways of opening.
const TRIES: usize = 16;

/// A second program, which opens the ordered paths.
struct Second {
    child: Child,
    orders: Option<ChildStdin>,
    responses: Lines<BufReader<ChildStdout>>,
}

impl Second {
    fn start() -> Self {
        let mut child = command("open")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            orders: child.stdin.take(),
            responses: BufReader::new(child.stdout.take().unwrap()).lines(),
            child,
        }
    }

    /// Makes the program try all paths at the same time, each `times` times. Returns the result of each try.
    fn tries(&mut self, paths: &[&Path], times: usize) -> Vec<String> {
        let mut orders = self.orders.as_ref().unwrap();
        for path in paths {
            writeln!(orders, "{times} {}", path.display()).unwrap();
        }
        writeln!(orders, "go").unwrap();
        loop {
            // The test harness also writes there, so the child marks its own lines.
            let line = self.responses.next().unwrap().unwrap();
            if let Some((_, words)) = line.split_once('@') {
                return words.split_whitespace().map(str::to_owned).collect();
            }
        }
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        // The program ends when it gets no more orders.
        drop(self.orders.take());
        let _ = self.child.wait();
    }
}

/// Runs this test binary as a program that does one job.
fn command(job: &str) -> Command {
    command_of(&std::env::current_exe().unwrap(), job)
}

/// Runs a copy of this test binary in the same way.
fn command_of(program: &Path, job: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args([
            "holding::child::works",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env("LEDGER_TEST_JOB", job);
    command
}

#[tokio::test]
async fn nobody_else_gets_in_and_every_loss_is_told_before_the_next_one_is_sent() {
    let mut second = Second::start();
    let mut tries = 0;
    for way in WAYS {
        let what = way.what;
        let directory = Directory::new();
        let files = Files::new(&directory);
        let provider = Provider::new();
        let ledger = FileLedger::create(&files.path).await.unwrap();
        record(&ledger, "before", Outcome::accepted(None)).await;
        std::fs::copy(&files.path, &files.backup).unwrap();
        record(&ledger, "later", Outcome::accepted(None)).await;
        let on_its_way = match ledger.begin(&key("on its way"), Resend::none()).await {
            Ok(Begun::Started(claim)) => claim,
            begun => panic!("{what}: {begun:?}"),
        };

        let kept = (way.act)(&files);
        let paths: Vec<&Path> = way.tried.iter().map(|path| path(&files)).collect();
        let words = second.tries(&paths, TRIES);
        assert_eq!(words.len(), 2 * TRIES * paths.len(), "{what}");
        assert!(
            words.iter().all(|word| word != "opened"),
            "{what}: {words:?}"
        );
        if !paths.is_empty() {
            let is_in_use = words.iter().any(|word| word == "InUse");
            assert_eq!(is_in_use, way.is_in_use, "{what}: {words:?}");
        }
        tries += words.len();

        let finished = ledger
            .finish(&on_its_way, &Outcome::accepted(Some("1")))
            .await;
        let run = provider.client().send_all(&ledger, invitations(&["next"]));
        let ending = run.start().finish().await.ending;
        match way.expected {
            Expected::Harmless => {
                finished.unwrap();
                assert!(matches!(ending, Ending::Exhausted), "{what}: {ending:?}");
                assert_eq!(provider.received("next"), 1, "{what}");
                drop((kept, ledger));
                // Only the lock kept the second program out.
                let words = second.tries(&[&files.path], 1);
                assert!(words.contains(&"opened".to_owned()), "{what}: {words:?}");
                let ledger = FileLedger::open(&files.path).await.unwrap();
                assert_eq!(ledger.summary().await.unwrap().accepted, 4, "{what}");
            }
            Expected::Loss | Expected::LossAt(_) => {
                assert_eq!(provider.total(), 0, "{what}");
                match ending {
                    Ending::LedgerFailed(error) => {
                        assert_eq!(error.kind(), LedgerErrorKind::Disturbed, "{what}: {error}");
                    }
                    ending => panic!("{what}: {ending:?}"),
                }
                let errors = [
                    finished.unwrap_err(),
                    ledger
                        .begin(&key("next"), Resend::none())
                        .await
                        .unwrap_err(),
                    ledger.entry(&key("before")).await.unwrap_err(),
                    ledger.summary().await.unwrap_err(),
                    ledger.unknown(None, 9).await.unwrap_err(),
                ];
                for error in errors {
                    assert_eq!(error.kind(), LedgerErrorKind::Disturbed, "{what}: {error}");
                }
                drop((kept, ledger));
            }
        }
        // The invitation under way is on record, wherever the file is now, and no other was begun.
        if let Expected::LossAt(path) = way.expected {
            std::fs::rename(path(&files), directory.file("found")).unwrap();
            let ledger = FileLedger::open(directory.file("found")).await.unwrap();
            let entry = ledger.entry(&key("on its way")).await.unwrap().unwrap();
            assert!(
                matches!(entry.state, State::Accepted { .. }),
                "{what}: {entry:?}"
            );
            assert_eq!(ledger.entry(&key("next")).await.unwrap(), None, "{what}");
        }
    }
    println!("{} ways, {tries} tries", WAYS.len());
    assert!(tries >= 1_000, "{tries}");
}

/// Without the lock, another program with SQLite would treat the journal of a running transaction as that of a killed one, and undo it.
#[tokio::test]
async fn other_programs_with_sqlite_are_kept_out() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    let ledger = FileLedger::create(&path).await.unwrap();
    record(&ledger, "a", Outcome::accepted(None)).await;
    // Would release the process's locks on the file, if the lock belonged to the process.
    drop(std::fs::read(&path).unwrap());
    for statement in ["SELECT * FROM entry", "VACUUM", "DELETE FROM entry"] {
        let words = {
            let child = command("sql")
                .env("LEDGER_TEST_FILE", &path)
                .env("LEDGER_TEST_SQL", statement)
                .output()
                .unwrap();
            String::from_utf8(child.stdout).unwrap()
        };
        assert!(
            words.contains("@database is locked"),
            "{statement}: {words}"
        );
        // The same holds within the same program.
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection.busy_timeout(std::time::Duration::ZERO).unwrap();
        let error = connection.execute_batch(statement).unwrap_err();
        assert_eq!(
            error.sqlite_error_code(),
            Some(rusqlite::ErrorCode::DatabaseBusy),
            "{statement}: {error}"
        );
    }
    record(&ledger, "b", Outcome::accepted(None)).await;
    assert_eq!(ledger.summary().await.unwrap().accepted, 2);
}

#[test]
fn a_relative_path_is_resolved_once() {
    let directory = Directory::new();
    let status = command("wander")
        .current_dir(directory.file("."))
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(directory.names(), ["a.ledger", "elsewhere"]);
}

#[tokio::test]
async fn a_link_that_leads_elsewhere_by_now_is_a_loss() {
    let directory = Directory::new();
    let (link, one, two) = (
        directory.file("current"),
        directory.file("one"),
        directory.file("two"),
    );
    for release in [&one, &two] {
        std::fs::create_dir(release).unwrap();
        drop(FileLedger::create(release.join("a.ledger")).await.unwrap());
    }
    std::os::unix::fs::symlink(&one, &link).unwrap();
    let ledger = FileLedger::open(link.join("a.ledger")).await.unwrap();
    record(&ledger, "a", Outcome::accepted(None)).await;
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&two, &link).unwrap();
    let error = ledger.begin(&key("b"), Resend::none()).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Disturbed);
    assert!(error.to_string().contains("another file"), "{error}");
}

#[tokio::test]
async fn a_file_with_two_names_is_refused() {
    let directory = Directory::new();
    let (path, other) = (directory.file("a.ledger"), directory.file("other"));
    let ledger = FileLedger::create(&path).await.unwrap();
    record(&ledger, "a", Outcome::accepted(None)).await;
    drop(ledger);
    std::fs::hard_link(&path, &other).unwrap();
    for name in [&path, &other] {
        let error = FileLedger::open(name).await.unwrap_err();
        assert_eq!(error.kind(), LedgerErrorKind::UnsafePlace, "{error}");
        assert!(error.to_string().contains("hard link"), "{error}");
    }
    std::fs::remove_file(&path).unwrap();
    let ledger = FileLedger::open(&other).await.unwrap();
    assert_eq!(ledger.summary().await.unwrap().accepted, 1);
}

/// As after a kill during creation: the file has its final name, and still has the name of the draft.
#[tokio::test]
async fn the_name_of_a_draft_is_not_in_the_way() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    drop(FileLedger::create(&path).await.unwrap());
    let draft = format!("a.ledger-{}.new", "0123456789abcdef".repeat(2));
    std::fs::hard_link(&path, directory.file(&draft)).unwrap();
    let ledger = FileLedger::open(&path).await.unwrap();
    record(&ledger, "a", Outcome::accepted(None)).await;
    drop(ledger);
    assert_eq!(directory.names(), ["a.ledger"]);
}
