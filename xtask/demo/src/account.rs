//! The account that the demo gives of itself.

use std::{
    fmt::{Debug, Display},
    io::{self, Write as _},
    process::ExitCode,
};

use crate::Failure;

/// Prints each step as it is done, and checks what came of it.
pub(crate) struct Account {
    steps: usize,
    checks: usize,
}

impl Account {
    pub(crate) fn new() -> Self {
        Self {
            steps: 0,
            checks: 0,
        }
    }

    /// Names a person's work.
    pub(crate) fn chapter(&mut self, title: &str) {
        say(&format!("\n{title}"));
    }

    /// Announces what is done next.
    pub(crate) fn step(&mut self, what: &str) {
        self.steps += 1;
        say(&format!("\n {:>2}. {what}", self.steps));
    }

    /// Shows what came of it.
    pub(crate) fn show(&mut self, what: impl Display) {
        say(&format!("     {what}"));
    }

    /// Stops the demo if something is not as it must be.
    pub(crate) fn expect<T: PartialEq + Debug>(
        &mut self,
        what: &str,
        actual: T,
        expected: T,
    ) -> Result<(), Failure> {
        self.checks += 1;
        if actual == expected {
            return Ok(());
        }
        Err(format!("{what}: expected {expected:?}, got {actual:?}").into())
    }

    /// The last line, and the program's exit code.
    pub(crate) fn close(self, outcome: Result<(), Failure>) -> ExitCode {
        match outcome {
            Ok(()) => {
                say(&format!(
                    "\ndemo: {} steps, {} checks, all as expected",
                    self.steps, self.checks
                ));
                ExitCode::SUCCESS
            }
            Err(failure) => {
                let _ = writeln!(
                    io::stderr(),
                    "\ndemo: step {} went wrong: {failure}",
                    self.steps
                );
                ExitCode::FAILURE
            }
        }
    }
}

/// The exit code of a program that has no account to give.
pub(crate) fn exit(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
