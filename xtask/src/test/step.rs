//! One thing that is checked, and how its commands are run.

use std::{path::Path, process::Stdio};

use crate::cargo::Cargo;

/// One thing that `cargo xtask test` checks.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: Box<dyn Fn(&Path) -> Outcome>,
}

pub(crate) enum Outcome {
    Passed,
    /// Passed, with something that a reader should know.
    Noted(String),
    Failed(String),
}

impl Step {
    /// A step that is a function of its own.
    pub(crate) fn new(name: &'static str, about: &'static str, run: fn(&Path) -> Outcome) -> Self {
        Self {
            name,
            about,
            run: Box::new(run),
        }
    }

    /// A step that is one cargo command, whose output matters only if it fails.
    pub(crate) fn cargo(name: &'static str, about: &'static str, arguments: &[&str]) -> Self {
        let arguments = owned(arguments);
        Self {
            name,
            about,
            run: Box::new(move |root| cargo(root, &borrowed(&arguments))),
        }
    }

    /// A step that is one cargo command, whose output is shown as it comes.
    pub(crate) fn shown(name: &'static str, about: &'static str, arguments: &[&str]) -> Self {
        let arguments = owned(arguments);
        Self {
            name,
            about,
            run: Box::new(move |root| show(root, &borrowed(&arguments))),
        }
    }
}

fn owned(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(ToString::to_string).collect()
}

fn borrowed(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// Runs cargo and keeps what it prints for the case that it fails. Warnings of rustdoc count as failures.
pub(crate) fn cargo(root: &Path, arguments: &[&str]) -> Outcome {
    match capture(root, arguments, &[("RUSTDOCFLAGS", "-D warnings")]) {
        Ok(_) => Outcome::Passed,
        Err(report) => Outcome::Failed(report),
    }
}

/// What cargo prints to standard output, or a report of its failure.
pub(crate) fn capture(
    root: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<String, String> {
    environment
        .iter()
        .fold(Cargo::new(root), |cargo, (name, value)| {
            cargo.with(name, value)
        })
        .capture(arguments)
}

fn show(root: &Path, arguments: &[&str]) -> Outcome {
    match Cargo::new(root)
        .command(arguments)
        .stdin(Stdio::null())
        .status()
    {
        Ok(status) if status.success() => Outcome::Passed,
        Ok(status) => Outcome::Failed(format!("$ cargo {}: {status}", arguments.join(" "))),
        Err(error) => Outcome::Failed(format!("cargo could not be started: {error}")),
    }
}
