//! The program behind `cargo xtask bench`: the cost of the clients, compared with hand-written code.
//!
//! Every measurement is a part that can be run alone. A part that compares two costs measures both in every round, one after the other. If
//! the measured calls go over the network, the server is a separate process. The part writes its results as JSON. The page
//! `docs/performance.md` is made from these results.

pub mod callers;
mod clock;
pub mod drive;
mod measured;
mod parts;
mod process;
mod progenitor;
mod programs;
mod report;
mod server;
mod settings;
mod spread;
mod work;

use std::{io::Write as _, process::ExitCode};

pub use measured::{measured, measured_peak};
pub use process::Server;

/// The reason why a measurement stopped.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs the program `bench`: the parts in the arguments, or all parts.
#[must_use]
pub fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments
        .peek()
        .is_some_and(|first| measured::is_process(first))
    {
        return measured(None);
    }
    exit(parts::run())
}

/// Reports the failure that stopped the program, if there is one.
fn exit(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // If the message can't be written, only the exit code reports the failure.
            let _ = writeln!(std::io::stderr(), "bench: {}", story(&*failure));
            ExitCode::FAILURE
        }
    }
}

/// Formats a failure with all of its causes, because an HTTP library's own message rarely shows what happened.
fn story(failure: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(failure.source(), |cause| cause.source());
    causes.fold(failure.to_string(), |story, cause| {
        format!("{story}: {cause}")
    })
}

/// Reports progress on the terminal.
fn say(text: &str) {
    // The program continues even if its output is closed.
    let _ = writeln!(std::io::stdout(), "{text}");
}
