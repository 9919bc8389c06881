//! What `cargo xtask bench` runs: what the clients cost, measured beside hand-written code.
//!
//! Every measure is a part that can be run alone. A part starts processes that do the work and are measured, in
//! turns with their baseline, against a server in a process of its own; it writes what it found as JSON, and the page
//! `docs/performance.md` is put together from there.

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

/// Why a measurement stopped.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The program `bench`: what the arguments name, or all parts.
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

/// Says what stopped the program, if anything did.
fn exit(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // If nobody can be told, the exit code has to do.
            let _ = writeln!(std::io::stderr(), "bench: {}", story(&*failure));
            ExitCode::FAILURE
        }
    }
}

/// A failure with all of its causes: an HTTP library's own words seldom say what happened.
fn story(failure: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(failure.source(), |cause| cause.source());
    causes.fold(failure.to_string(), |story, cause| {
        format!("{story}: {cause}")
    })
}

/// Tells the person at the terminal how far it is.
fn say(text: &str) {
    // A reader that has gone away is no reason to stop.
    let _ = writeln!(std::io::stdout(), "{text}");
}
