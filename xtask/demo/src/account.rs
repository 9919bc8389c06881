//! The demo's report on the terminal: its steps, results and checks.

use std::{
    fmt::{Debug, Display},
    io::{self, Write as _},
    process::ExitCode,
};

use crate::Failure;

/// Prints the steps and their results, and checks the results.
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

    /// Prints the title of a team's work.
    pub(crate) fn chapter(&mut self, title: &str) {
        say(&format!("\n{title}"));
    }

    /// Announces the next step.
    pub(crate) fn step(&mut self, what: &str) {
        self.steps += 1;
        say(&format!("\n {:>2}. {what}", self.steps));
    }

    /// Shows the result of a step.
    pub(crate) fn show(&mut self, what: impl Display) {
        say(&format!("     {what}"));
    }

    /// Stops the demo if a value is not as expected.
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

    /// Prints the last line and returns the program's exit code.
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
                    "\ndemo: step {} failed: {failure}",
                    self.steps
                );
                ExitCode::FAILURE
            }
        }
    }
}

/// Returns the exit code of a program that prints no report.
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
