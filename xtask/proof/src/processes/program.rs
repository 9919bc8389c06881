//! A test binary as a child that does one job, and the news about it.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    thread,
};

/// The variable with the child's job.
const JOB: &str = "PROOF_CHILD_JOB";

/// The news that the parent receives.
#[derive(Debug)]
pub enum Signal {
    /// The child wrote this line.
    Line(String),
    /// The child closed its output.
    End,
    /// The provider received the request that it was watching for.
    Received,
}

/// Starts this test binary as a child that does one job. The child runs its test `child::works`, which reads its
/// [`job`] and its [`variable`]s.
#[must_use]
pub fn start(
    job: &str,
    variables: &[(&str, String)],
    hear: impl Fn(Signal) + Send + 'static,
) -> Child {
    let program = Command::new(env::current_exe().unwrap());
    start_as(program, job, variables, hear)
}

/// Starts the child with a command that ends in this test binary.
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
        // The test harness writes here too, so the child's own lines are marked.
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

/// Returns the job of this process. `None` if it is not a child.
#[must_use]
pub fn job() -> Option<String> {
    env::var(JOB).ok()
}

/// Returns the value that a child received under this name.
#[must_use]
pub fn variable(name: &str) -> String {
    env::var(name).unwrap()
}

/// Waits for a child to end. Returns whether it was killed. A child that ended before the kill was not killed.
pub fn was_killed(child: &mut Child) -> bool {
    let status = child.wait().unwrap();
    // Only the kill may have ended it early.
    #[cfg(unix)]
    assert!(
        status.success() || std::os::unix::process::ExitStatusExt::signal(&status) == Some(9),
        "{status}"
    );
    !status.success()
}
