//! Runs example programs as processes.

use std::{
    env,
    env::consts::EXE_SUFFIX,
    ffi::OsStr,
    io::{Read, Write as _},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

/// An example of the tested crate, ready to run.
///
/// `cargo test` builds the examples. `cargo test --test …` alone does not, and then runs an older build.
#[derive(Debug)]
pub struct Example {
    command: Command,
    input: Vec<u8>,
    timeout: Duration,
}

impl Example {
    /// Returns the example of this name, in the test's environment, without the variables whose names begin with the
    /// prefix.
    #[must_use]
    pub fn new(name: &str, prefix: &str) -> Self {
        let tests = env::current_exe().unwrap();
        let target = tests.ancestors().nth(2).unwrap();
        let path = target.join("examples").join(format!("{name}{EXE_SUFFIX}"));
        assert!(path.exists(), "{name} is not built: `cargo test` does it");
        let mut command = Command::new(path);
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with(prefix) {
                command.env_remove(name);
            }
        }
        Self::of(command)
    }

    fn of(command: Command) -> Self {
        Self {
            command,
            input: Vec::new(),
            timeout: Duration::from_secs(300),
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item: AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Sets the program's standard input, which is empty by default.
    #[must_use]
    pub fn stdin(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Sets the time after which the program is killed and the test fails. The default is 5 minutes.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Runs the program to its end.
    #[must_use]
    pub fn run(self) -> Outcome {
        self.start().wait()
    }

    /// Starts the program.
    #[must_use]
    pub fn start(mut self) -> Running {
        self.command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = self.input;
        // The program need not read its input, so a failed write is ignored.
        thread::spawn(move || stdin.write_all(&input));
        let stdout = all_of(child.stdout.take().unwrap());
        let stderr = all_of(child.stderr.take().unwrap());
        Running {
            child,
            stdout,
            stderr,
            timeout: self.timeout,
        }
    }
}

/// Reads to the end in a thread, so that neither stream waits for the other.
fn all_of(mut stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let _ = sender.send(bytes);
    });
    receiver
}

/// A running program. It is killed when the value is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    stdout: Receiver<Vec<u8>>,
    stderr: Receiver<Vec<u8>>,
    timeout: Duration,
}

impl Running {
    /// Sends a signal, by its name, such as `INT`.
    #[cfg(unix)]
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status();
        assert!(status.unwrap().success());
    }

    /// Waits until the program ends. Panics if the program does not end in time.
    #[must_use]
    pub fn wait(mut self) -> Outcome {
        let text = |stream: &Receiver<Vec<u8>>| {
            let bytes = stream.recv_timeout(self.timeout);
            let bytes = bytes.expect("the program did not end in time");
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (stdout, stderr) = (text(&self.stdout), text(&self.stderr));
        // The program has closed its streams, so it is about to end.
        let status: ExitStatus = self.child.wait().unwrap();
        let code = status
            .code()
            .unwrap_or_else(|| panic!("{status}: {stderr}"));
        Outcome {
            code,
            stdout,
            stderr,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The result of a program.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// The exit code.
    pub code: i32,
    /// The program's standard output.
    pub stdout: String,
    /// The program's standard error.
    pub stderr: String,
}

impl Outcome {
    /// Returns exit code, standard output and standard error.
    #[must_use]
    pub fn parts(self) -> (i32, String, String) {
        (self.code, self.stdout, self.stderr)
    }

    /// Asserts that the program printed its help.
    pub fn assert_is_help(&self) {
        assert_eq!(self.code, 0, "{self:?}");
        assert!(self.stdout.contains("Exit code: 0"), "{self:?}");
    }

    /// Asserts that the program refused a wrong command line with a message that points to the help.
    pub fn assert_is_misuse(&self) {
        assert_eq!(self.code, 2, "{self:?}");
        let said = &self.stderr;
        assert!(
            said.starts_with("error: ") && said.contains("--help"),
            "{self:?}"
        );
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;
    use crate::Folder;

    fn shell(script: &str) -> Example {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Example::of(command)
    }

    #[test]
    fn a_program_gets_its_input_and_gives_all_it_has() {
        let script = "cat; echo \"$WORD\" >&2; exit 3";
        let (code, written, said) = shell(script).env("WORD", "b").stdin("a").run().parts();
        assert_eq!((code, &*written, &*said), (3, "a", "b\n"));
    }

    #[test]
    fn a_program_can_be_interrupted() {
        let folder = Folder::new("interrupted");
        let ready = folder.file("ready");
        // Not INT: a shell can't trap a signal that was ignored when the shell started, and INT is ignored if a script
        // runs the tests in the background.
        let script = "trap 'exit 4' TERM; : >\"$READY\"; while :; do sleep 0.01; done";
        let running = shell(script).env("READY", &ready).start();
        while !fs::exists(&ready).unwrap() {
            thread::sleep(Duration::from_millis(10));
        }
        running.signal("TERM");
        assert_eq!(running.wait().code, 4);
    }

    #[test]
    #[should_panic = "the program did not end in time"]
    fn a_program_that_hangs_is_killed() {
        let hanging = shell("exec sleep 60").timeout(Duration::from_millis(50));
        let _ = hanging.run();
    }
}
