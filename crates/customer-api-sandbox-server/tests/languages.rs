//! The story of `docs/sandbox.md` in other languages: the scripts that the page quotes are run against the program.
#![cfg(test)]

mod support;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use support::Running;

/// Returns whether a program can be started. A missing one is a note, or a failure where `is_needed` and CI runs the tests.
fn is_installed(name: &str, is_needed: bool) -> bool {
    let mut command = Command::new(name);
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match command.status() {
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            assert!(
                !is_needed || std::env::var_os("CI").is_none(),
                "{name} is not installed, and CI needs it"
            );
            println!("skipped: {name} is not installed");
            false
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

fn script(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/languages");
    folder.join(name)
}

/// Runs a script against a sandbox of its own. Returns what the script printed.
fn printed_by(interpreter: &str, script: &Path) -> String {
    let mut sandbox = Running::start(&["--json"]);
    let start = sandbox.json();
    let mut command = Command::new(interpreter);
    command
        .arg(script)
        .arg(start["admin_url"].as_str().unwrap());
    // The sandbox is on this machine, whatever proxy the machine uses.
    command
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1");
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "");
    // The program reports the same: the write was applied, and the record read.
    let write = sandbox.json();
    assert_eq!(write["operation"], "labelCustomer");
    assert_eq!(write["applied"], true);
    assert_eq!(write["status"], serde_json::Value::Null);
    let read = sandbox.json();
    assert_eq!(read["operation"], "lastReview");
    assert_eq!(read["status"], 200);
    String::from_utf8(output.stdout).unwrap()
}

const FOUND: &str = "journal: /v2/customer/cust-1/labels applied\nrecord: FRAUDSTER\n";

#[test]
fn python_loses_an_answer_and_finds_what_was_applied() {
    if is_installed("python3", true) {
        let printed = printed_by("python3", &script("lose_answer.py"));
        assert_eq!(printed, format!("client: ConnectionResetError\n{FOUND}"));
    }
}

#[test]
fn the_shell_loses_an_answer_and_finds_what_was_applied() {
    if is_installed("sh", false) && is_installed("curl", true) {
        let printed = printed_by("sh", &script("lose_answer.sh"));
        assert_eq!(
            printed,
            "client: curl ended with 56\njournal: {\"count\":1}\nrecord: FRAUDSTER\n"
        );
    }
}

#[test]
fn typescript_loses_an_answer_and_finds_what_was_applied() {
    if is_installed("node", false) {
        // Not every Node reads TypeScript. The script is JavaScript as well.
        let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lose_answer.mjs");
        std::fs::copy(script("lose_answer.ts"), &copy).unwrap();
        let printed = printed_by("node", &copy);
        assert_eq!(printed, format!("client: TypeError: fetch failed\n{FOUND}"));
    }
}
