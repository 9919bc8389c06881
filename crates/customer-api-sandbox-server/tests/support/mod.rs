//! Runs the program, and ends it with the test.
#![allow(dead_code, reason = "not every test uses all of it")]

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use serde_json::Value;

/// The program under test. It is killed when this is dropped, whatever the outcome of the test.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) child: Child,
    lines: Option<Lines<BufReader<ChildStdout>>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_customer-api-sandbox-server"))
}

impl Running {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = program();
        command.args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            lines: Some(lines),
        }
    }

    /// Returns the next line that the program prints, or `None` at its end.
    pub(crate) fn next(&mut self) -> Option<String> {
        self.lines.as_mut()?.next()?.ok()
    }

    /// Returns the next line that the program prints.
    pub(crate) fn line(&mut self) -> String {
        self.next().unwrap()
    }

    /// Returns the next line, which is JSON.
    pub(crate) fn json(&mut self) -> Value {
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// Reads and forgets all further lines. Otherwise they would fill the pipe, and the program would wait.
    pub(crate) fn drain(&mut self) {
        if let Some(lines) = self.lines.take() {
            std::thread::spawn(move || lines.for_each(drop));
        }
    }

    /// Waits for the end of the program.
    pub(crate) fn end(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}
