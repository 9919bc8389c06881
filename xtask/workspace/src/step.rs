//! Things that are checked one after another, and how their commands are run.

use std::{
    fmt,
    io::{self, Write as _},
    path::Path,
    process::Stdio,
    time::Instant,
};

use crate::Cargo;

/// One thing that a command checks.
#[non_exhaustive]
pub struct Step {
    /// What people call it by.
    pub name: &'static str,
    /// What it checks.
    pub about: &'static str,
    /// Checks it in the workspace at the given root.
    pub run: Box<dyn Fn(&Path) -> Outcome>,
}

/// What became of a step.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// Passed, with something that a reader should know.
    Noted(String),
    /// It does not hold, for this reason.
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
    /// A step that is a function of its own.
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

    /// A step that is one cargo command, whose output matters only if it fails.
    #[must_use]
    pub fn cargo(name: &'static str, about: &'static str, arguments: &[&str]) -> Self {
        let arguments = owned(arguments);
        Self {
            name,
            about,
            run: Box::new(move |root| cargo(root, &borrowed(&arguments))),
        }
    }

    /// A step that is one cargo command, whose output is shown as it comes.
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

/// Takes the steps whose names contain one of the wanted parts, or all if there are none; also after a failure, so that one
/// run tells everything. The last line counts them, after the command's name.
///
/// # Errors
///
/// If a step failed, or none is wanted.
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
            "no step has such a name; `cargo xtask {command}` runs them all"
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

#[expect(
    clippy::disallowed_methods,
    reason = "tells people how long a step took"
)]
fn stopwatch() -> Instant {
    Instant::now()
}

fn owned(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(ToString::to_string).collect()
}

fn borrowed(arguments: &[String]) -> Vec<&str> {
    arguments.iter().map(String::as_str).collect()
}

/// Runs cargo and keeps what it prints for the case that it fails. Warnings of rustdoc count as failures.
fn cargo(root: &Path, arguments: &[&str]) -> Outcome {
    match capture(root, arguments, &[("RUSTDOCFLAGS", "-D warnings")]) {
        Ok(_) => Outcome::Passed,
        Err(report) => Outcome::Failed(report),
    }
}

/// What cargo prints to standard output, with these variables in its environment.
///
/// # Errors
///
/// A report of its failure, with all that it printed.
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
