//! This test binary as a child that does one job, and what is heard of it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use tokio::sync::mpsc;

/// What this process hears of.
#[derive(Debug)]
pub(crate) enum Signal {
    /// The child wrote this line.
    Line(String),
    /// The child's output is at its end.
    End,
    /// The provider received the request that it was to tell of.
    Received,
}

pub(crate) type Signals = mpsc::UnboundedSender<Signal>;

/// Starts this test binary as a child that does one job.
pub(crate) fn start(job: &str, arguments: &[(&str, String)], signals: Signals) -> Child {
    let program = Command::new(std::env::current_exe().unwrap());
    start_as(program, job, arguments, signals)
}

/// The same, by a command that ends in this test binary.
pub(crate) fn start_as(
    mut command: Command,
    job: &str,
    arguments: &[(&str, String)],
    signals: Signals,
) -> Child {
    let mut child = command
        .args(["child::works", "--exact", "--ignored", "--nocapture"])
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

/// Waits for a child to end. Gives whether it was killed: one that was at its end before the kill
/// came was not.
pub(crate) fn was_killed(child: &mut Child) -> bool {
    let status = child.wait().unwrap();
    // Nothing but the kill may have ended it early.
    #[cfg(unix)]
    assert!(
        status.success() || std::os::unix::process::ExitStatusExt::signal(&status) == Some(9),
        "{status}"
    );
    !status.success()
}

/// A directory of its own, as long as it lives.
pub(crate) struct Directory(PathBuf);

impl Directory {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("kills-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        fs::read_dir(&self.0).unwrap().next().is_none()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
