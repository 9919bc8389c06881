//! Steps that run one after another, and how their commands are run.

use std::{
    fmt,
    io::{self, Write as _},
    path::Path,
    process::Stdio,
    time::Instant,
};

use crate::Cargo;

/// One step: a single check of a command.
#[non_exhaustive]
pub struct Step {
    /// The step's name, for the command line.
    pub name: &'static str,
    /// A description of the check.
    pub about: &'static str,
    /// Runs the check in the workspace at the given root.
    pub run: Box<dyn Fn(&Path) -> Outcome>,
}

/// The outcome of a step.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a step has no fourth outcome")]
pub enum Outcome {
    /// The check passed.
    Passed,
    /// The check passed, with a note for the reader.
    Noted(String),
    /// The check failed, for this reason.
    Failed(String),
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Step {
    /// Makes a step from a function.
    pub fn new(
        name: &'static str,
        about: &'static str,
        run: impl Fn(&Path) -> Outcome + 'static,
    ) -> Self {
        Self {
            name,
            about,
            run: Box::new(run),
        }
    }

    /// Makes a step from one cargo command. Its output is shown only if it fails.
    #[must_use]
    pub fn cargo(name: &'static str, about: &'static str, arguments: &[&str]) -> Self {
        let arguments = owned(arguments);
        Self {
            name,
            about,
            run: Box::new(move |root| cargo(root, &borrowed(&arguments))),
        }
    }

    /// Makes a step from one cargo command. Its output is shown as it comes.
    #[must_use]
    pub fn shown(name: &'static str, about: &'static str, arguments: &[&str]) -> Self {
        let arguments = owned(arguments);
        Self {
            name,
            about,
            run: Box::new(move |root| show(root, &borrowed(&arguments))),
        }
    }
}

impl From<Result<(), String>> for Outcome {
    fn from(result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(report) => Self::Failed(report),
        }
    }
}

impl From<Result<String, String>> for Outcome {
    fn from(result: Result<String, String>) -> Self {
        match result {
            Ok(note) => Self::Noted(note),
            Err(report) => Self::Failed(report),
        }
    }
}

/// Runs the steps whose names contain one of the wanted parts, or all steps if there are no parts. It continues after a
/// failure, so that one run reports everything. The last line counts the steps, after the command's name.
///
/// # Errors
///
/// Fails if a step failed, or if no step has such a name.
pub fn run_wanted(
    command: &str,
    mut steps: Vec<Step>,
    root: &Path,
    wanted: &[String],
) -> Result<String, String> {
    steps.retain(|step| {
        wanted.is_empty() || wanted.iter().any(|part| step.name.contains(part.as_str()))
    });
    if steps.is_empty() {
        return Err(format!(
            "no step has such a name; `cargo xtask {command}` runs all steps"
        ));
    }

    let watch = stopwatch();
    let (mut failed, mut notes) = (Vec::new(), Vec::new());
    for (number, step) in steps.iter().enumerate() {
        say(&format!(
            "\n[{}/{}] {}: {}",
            number + 1,
            steps.len(),
            step.name,
            step.about
        ));
        let watch = stopwatch();
        let outcome = (step.run)(root);
        let seconds = watch.elapsed().as_secs_f64();
        match outcome {
            Outcome::Passed => say(&format!("      ok, {seconds:.1} s")),
            Outcome::Noted(note) => {
                say(&format!("      ok, {seconds:.1} s; {note}"));
                notes.push(note);
            }
            Outcome::Failed(report) => {
                say(&format!(
                    "{}\n      FAILED, {seconds:.1} s",
                    report.trim_end()
                ));
                failed.push(step.name);
            }
        }
    }

    let notes: String = notes.iter().map(|note| format!("note: {note}\n")).collect();
    let summary = format!(
        "{command}: {} passed, {} failed",
        steps.len() - failed.len(),
        failed.len()
    );
    let took = format!("took {:.0} s", watch.elapsed().as_secs_f64());
    if failed.is_empty() {
        Ok(format!("\n{notes}{took}\n{summary}"))
    } else {
        Err(format!(
            "\n{notes}{took}\nfailed: {}\n{summary}",
            failed.join(", ")
        ))
    }
}

fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

#[expect(clippy::disallowed_methods, reason = "shows how long a step took")]
fn stopwatch() -> Instant {
    Instant::now()
}

fn owned(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(ToString::to_string).collect()
}

fn borrowed(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// Runs cargo and keeps its output for the case that it fails. Warnings of rustdoc count as failures.
fn cargo(root: &Path, arguments: &[&str]) -> Outcome {
    match capture(root, arguments, &[("RUSTDOCFLAGS", "-D warnings")]) {
        Ok(_) => Outcome::Passed,
        Err(report) => Outcome::Failed(report),
    }
}

/// Returns cargo's standard output, with these variables in its environment.
///
/// # Errors
///
/// Returns a report of the failure, with the whole output.
pub fn capture(
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
