//! Starts the test binary as a child that does one job, and reports the child's signals to the parent.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    thread,
};

/// The environment variable that contains the child's job.
const JOB: &str = "PROOF_CHILD_JOB";

/// A signal to the parent.
#[derive(Debug)]
pub enum Signal {
    /// The child wrote this line.
    Line(String),
    /// The child closed its output.
    End,
    /// The provider received the awaited request.
    Received,
}

/// Starts this test binary as a child that does one job. The child runs the test `child::works`, which reads its job
/// with [`job`] and its variables with [`variable`].
#[must_use]
pub fn start(
    job: &str,
    variables: &[(&str, String)],
    hear: impl Fn(Signal) + Send + 'static,
) -> Child {
    let program = Command::new(env::current_exe().unwrap());
    start_as(program, job, variables, hear)
}

/// Starts the child with a command whose last argument is the path of this test binary.
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
        // The test harness writes to this output too, so the child marks its own lines with `@`.
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

/// Returns the job of this process. `None` if the process is not a child.
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
    // A child that did not succeed must have been killed.
    #[cfg(unix)]
    assert!(
        status.success() || std::os::unix::process::ExitStatusExt::signal(&status) == Some(9),
        "{status}"
    );
    !status.success()
}
