//! Steps that run one after another, and the commands that they run.

use std::{
    fmt,
    io::{self, Write as _},
    path::Path,
    process::Stdio,
    time::Instant,
};

use crate::Cargo;

/// One step: one of the checks that an xtask command performs.
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
#[expect(clippy::exhaustive_enums, reason = "a step has no fifth outcome")]
pub enum Outcome {
    /// The check passed.
    Passed,
    /// The check passed, with a note for the reader.
    Noted(String),
    /// The check did not run, for this reason.
    Skipped(String),
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

    /// Makes a step from one cargo command. Shows the command's output only if the command fails.
    #[must_use]
    pub fn cargo(name: &'static str, about: &'static str, arguments: &[&str]) -> Self {
        let arguments = owned(arguments);
        Self {
            name,
            about,
            run: Box::new(move |root| cargo(root, &borrowed(&arguments))),
        }
    }

    /// Makes a step from one cargo command. Shows the command's output while the command runs.
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

/// Runs the steps whose names contain one of the wanted parts, or all steps if there are no parts. Continues after a
/// failure, so that one run reports everything. The last line contains the command's name and the numbers of passed,
/// skipped and failed steps. A skipped step does not count as passed.
///
/// # Errors
///
/// Fails if a step failed, or if no name contains a wanted part.
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
    let (mut failed, mut skipped, mut notes) = (Vec::new(), Vec::new(), Vec::new());
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
            Outcome::Skipped(reason) => {
                say(&format!("      skipped: {reason}"));
                notes.push(format!("{} was skipped: {reason}", step.name));
                skipped.push(step.name);
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
    let summary = summary(command, steps.len(), skipped.len(), failed.len());
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

/// Returns the closing line: how many steps passed, were skipped and failed.
fn summary(command: &str, steps: usize, skipped: usize, failed: usize) -> String {
    let passed = steps - skipped - failed;
    if skipped == 0 {
        format!("{command}: {passed} passed, {failed} failed")
    } else {
        format!("{command}: {passed} passed, {skipped} skipped, {failed} failed")
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

/// Runs cargo, and returns cargo's output only if cargo fails. Warnings of rustdoc count as failures.
fn cargo(root: &Path, arguments: &[&str]) -> Outcome {
    match capture(root, arguments, &[("RUSTDOCFLAGS", "-D warnings")]) {
        Ok(_) => Outcome::Passed,
        Err(report) => Outcome::Failed(report),
    }
}

/// Runs cargo with these variables in its environment, and returns its standard output.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &'static str, outcome: fn() -> Outcome) -> Step {
        Step::new(name, "", move |_| outcome())
    }

    fn run(steps: Vec<Step>) -> Result<String, String> {
        run_wanted("package", steps, Path::new("."), &[])
    }

    fn closing_line(report: &str) -> &str {
        report.lines().last().unwrap()
    }

    #[test]
    fn a_skipped_step_does_not_count_as_passed() {
        let report = run(vec![
            step("packages", || Outcome::Passed),
            step("bumps", || Outcome::Noted("two crates".to_owned())),
            step("licences", || {
                Outcome::Skipped("cargo-deny is not installed".to_owned())
            }),
        ])
        .unwrap();
        assert_eq!(
            closing_line(&report),
            "package: 2 passed, 1 skipped, 0 failed"
        );
        let note = "note: licences was skipped: cargo-deny is not installed";
        assert!(report.lines().any(|line| line == note), "{report}");
    }

    #[test]
    fn failed_and_skipped_steps_are_counted_separately() {
        let report = run(vec![
            step("packages", || Outcome::Failed("broken".to_owned())),
            step("licences", || Outcome::Skipped("no tool".to_owned())),
        ])
        .unwrap_err();
        assert_eq!(
            closing_line(&report),
            "package: 0 passed, 1 skipped, 1 failed"
        );
        assert!(
            report.lines().any(|line| line == "failed: packages"),
            "{report}"
        );
    }

    #[test]
    fn a_run_without_skipped_steps_does_not_mention_them() {
        let report = run(vec![step("packages", || Outcome::Passed)]).unwrap();
        assert_eq!(closing_line(&report), "package: 1 passed, 0 failed");
    }
}
