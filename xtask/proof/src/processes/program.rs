//! A test binary as a child that does one job, and what is heard of it.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    thread,
};

/// Which job a child does.
const JOB: &str = "PROOF_CHILD_JOB";

/// What the parent hears of.
#[derive(Debug)]
pub enum Signal {
    /// The child wrote this line.
    Line(String),
    /// The child's output is at its end.
    End,
    /// The provider received the request that it was to tell of.
    Received,
}

/// Starts this test binary as a child that does one job: its test `child::works`, which asks for its [`job`] and its
/// [`variable`]s.
#[must_use]
pub fn start(
    job: &str,
    variables: &[(&str, String)],
    hear: impl Fn(Signal) + Send + 'static,
) -> Child {
    let program = Command::new(env::current_exe().unwrap());
    start_as(program, job, variables, hear)
}

/// The same, by a command that ends in this test binary.
#[must_use]
pub fn start_as(
    mut command: Command,
    job: &str,
    variables: &[(&str, String)],
    hear: impl Fn(Signal) + Send + 'static,
) -> Child {
    let mut child = command
        .args(["child::works", "--exact", "--ignored", "--nocapture"])
        .env(JOB, job)
        .envs(variables.iter().map(|(name, value)| (*name, value)))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    thread::spawn(move || {
        // The test harness writes here, too; the child's own lines are marked.
        for line in output.split(b'\n') {
            let line = String::from_utf8(line.unwrap()).unwrap();
            if let Some((_, line)) = line.split_once('@') {
                hear(Signal::Line(line.to_owned()));
            }
        }
        hear(Signal::End);
    });
    child
}

/// The job of this process. None if it is no child.
#[must_use]
pub fn job() -> Option<String> {
    env::var(JOB).ok()
}

/// What a child was given under this name.
#[must_use]
pub fn variable(name: &str) -> String {
    env::var(name).unwrap()
}

/// Waits for a child to end. Gives whether it was killed: one that was at its end before the kill came was not.
pub fn was_killed(child: &mut Child) -> bool {
    let status = child.wait().unwrap();
    // Nothing but the kill may have ended it early.
    #[cfg(unix)]
    assert!(
        status.success() || std::os::unix::process::ExitStatusExt::signal(&status) == Some(9),
        "{status}"
    );
    !status.success()
}
