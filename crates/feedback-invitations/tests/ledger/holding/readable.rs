//! Files that can be read but not written, and files that are too long to be read.

use std::{
    fs::{self, Permissions},
    os::unix::{fs::PermissionsExt as _, process::CommandExt as _},
    path::Path,
};

use feedback_invitations::ledger::{LedgerErrorKind, Outcome};
use rusqlite::Connection;

use super::{command, command_of};
use crate::support::{Directory, FileLedger, record};

/// The user id of `nobody`, which is the same on all systems.
const NOBODY: u32 = 65_534;

/// Opens a ledger in a child, and returns a word, the child's memory in kB, and the reason. The child runs as `nobody`, whom
/// permissions restrict, unlike root. Its program lies beside the ledger, because `nobody` may not reach the folder of the tests.
fn open_as_nobody(program: &Path, path: &Path) -> (String, u64, String) {
    let mut child = command_of(program, "one");
    child.env("LEDGER_TEST_FILE", path);
    if nix::unistd::geteuid().is_root() {
        child.uid(NOBODY).gid(NOBODY);
    }
    said(child)
}

fn said(mut child: std::process::Command) -> (String, u64, String) {
    let output = child.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (_, line) = text.split_once('@').unwrap_or_else(|| panic!("{text}"));
    let mut words = line.lines().next().unwrap().splitn(3, ' ');
    let mut word = || words.next().unwrap().to_owned();
    (word(), word().parse().unwrap(), word())
}

#[tokio::test]
async fn what_can_not_be_written_fails_at_opening() {
    let directory = Directory::below(&std::env::temp_dir());
    let program = directory.file("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let folder = directory.file("folder");
    fs::create_dir(&folder).unwrap();
    let path = folder.join("a.ledger");
    let ledger = FileLedger::create(&path).await.unwrap();
    record(&ledger, "a", Outcome::accepted(None)).await;
    drop(ledger);
    let allow = |of_folder, of_file| {
        fs::set_permissions(&folder, Permissions::from_mode(of_folder)).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(of_file)).unwrap();
    };
    // With all permissions it can be opened, so the permissions make the difference.
    allow(0o777, 0o666);
    assert_eq!(open_as_nobody(&program, &path).0, "opened");
    for (what, of_folder, of_file) in [
        ("the file", 0o777, 0o444),
        ("its directory, where the journal goes", 0o555, 0o666),
        ("either", 0o555, 0o444),
    ] {
        allow(of_folder, of_file);
        let (word, _, why) = open_as_nobody(&program, &path);
        allow(0o777, 0o666);
        assert_eq!(word, "Storage", "{what}: {why}");
        assert_eq!(open_as_nobody(&program, &path).0, "opened", "{what}");
    }
}

#[tokio::test]
async fn a_row_without_end_is_found_by_its_length() {
    /// More than everything else takes together.
    const LENGTH: u64 = 128 << 20;

    let directory = Directory::new();
    let sound = directory.file("sound");
    let ledger = FileLedger::create(&sound).await.unwrap();
    record(&ledger, "a", Outcome::accepted(Some("1"))).await;
    drop(ledger);
    for (what, statement) in [
        ("a receipt", "UPDATE entry SET text = ?1"),
        ("a token", "UPDATE entry SET token = CAST(?1 AS BLOB)"),
        ("a key", "UPDATE entry SET key = ?1"),
        ("a digest", "UPDATE entry SET digest = CAST(?1 AS BLOB)"),
        ("a list's name", "UPDATE list SET name = ?1"),
        (
            "the digest key",
            "UPDATE ledger SET digest_key = CAST(?1 AS BLOB)",
        ),
        (
            "a table's definition",
            "UPDATE sqlite_schema SET sql = sql || ' --' || ?1 WHERE name = 'ledger'",
        ),
    ] {
        let path = directory.file("a.ledger");
        fs::copy(&sound, &path).unwrap();
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch("PRAGMA synchronous = OFF; PRAGMA writable_schema = ON")
            .unwrap();
        connection
            .execute(statement, ["x".repeat(LENGTH as usize)])
            .unwrap();
        drop(connection);
        assert!(fs::metadata(&path).unwrap().len() > LENGTH, "{what}");

        let mut child = command("one");
        child.env("LEDGER_TEST_FILE", &path);
        let (word, peak, why) = said(child);
        let kind = format!("{:?}", LedgerErrorKind::Damaged);
        assert_eq!(word, kind, "{what}: {why}");
        println!("{what} of {LENGTH} bytes: {peak} kB, {why}");
        assert!(peak * 1_024 < LENGTH / 2, "{what}: {peak} kB");
    }
}

/// The file has very many tables, all of which SQLite would load into memory.
#[tokio::test]
async fn tables_without_end_are_found_by_their_number() {
    let directory = Directory::new();
    let path = directory.file("a.ledger");
    drop(FileLedger::create(&path).await.unwrap());
    let mut connection = Connection::open(&path).unwrap();
    connection
        .pragma_update(None, "synchronous", "OFF")
        .unwrap();
    let transaction = connection.transaction().unwrap();
    for number in 0..3_000 {
        transaction
            .execute(&format!("CREATE TABLE t{number} (a, b, c, d)"), [])
            .unwrap();
    }
    transaction.commit().unwrap();
    drop(connection);
    let error = FileLedger::open(&path).await.unwrap_err();
    assert_eq!(error.kind(), LedgerErrorKind::Damaged);
    assert!(error.to_string().contains("tables"), "{error}");
}
