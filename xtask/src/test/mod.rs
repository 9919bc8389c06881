//! `cargo xtask test`: everything that must hold before a change lands, in one command.

mod ceiling;
mod features;
mod step;

use std::{
    io::{self, Write as _},
    path::Path,
    time::Instant,
};

use clap::{Arg, ArgAction, ArgMatches};

pub use self::ceiling::{CRATES_ALLOWED, CrateCount, count_crates};
use self::step::{Outcome, Step};
use crate::{cargo::Cargo, package, workspace};

/// Features that tests, lints and docs are run with where a package has them.
const TEST_FEATURES: &[&str] = &["ledger", "test-util", "undocumented"];

pub(crate) fn command() -> clap::Command {
    clap::Command::new("test")
        .about("Checks everything: format, lints, generated code, tests, docs, features, dependencies, packages")
        .arg(
            Arg::new("step")
                .help("Runs only the steps whose names contain one of these")
                .action(ArgAction::Append),
        )
}

/// Runs every step, also after a failure, so that one run tells everything.
pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    let wanted: Vec<&String> = arguments.get_many("step").into_iter().flatten().collect();
    let mut steps = steps(&workspace::having(&Cargo::new(root), TEST_FEATURES)?);
    steps.retain(|step| {
        wanted.is_empty() || wanted.iter().any(|part| step.name.contains(part.as_str()))
    });
    if steps.is_empty() {
        return Err("no step has such a name; `cargo xtask test` runs them all".to_owned());
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
        "test: {} passed, {} failed",
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

fn steps(features: &str) -> Vec<Step> {
    let clippy = [
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--features",
        features,
        "--",
        "-D",
        "warnings",
    ];
    let tests = ["test", "--workspace", "--features", features];
    let docs = [
        "doc",
        "--quiet",
        "--workspace",
        "--no-deps",
        "--features",
        features,
    ];
    vec![
        Step::cargo(
            "format",
            "every file is formatted",
            &["fmt", "--all", "--check"],
        ),
        Step::cargo("lint", "clippy has nothing to say", &clippy),
        Step::new(
            "codegen",
            "generated files are what the descriptions say",
            codegen,
        ),
        // Shown as it runs: it takes longest, and its closing lines count the tests.
        Step::shown("tests", "unit, integration and documentation tests", &tests),
        Step::cargo("docs", "the documentation builds without a warning", &docs),
        Step::new(
            "features",
            "every feature builds alone, and none does too",
            features::check,
        ),
        Step::new(
            "ceiling",
            "a provider crate needs few crates more than hand-written code",
            ceiling::check,
        ),
        Step::new(
            "packages",
            "every published crate packages, and builds from its package",
            packages,
        ),
    ]
}

fn codegen(root: &Path) -> Outcome {
    match crate::codegen::check(root) {
        Ok(_) => Outcome::Passed,
        Err(report) => Outcome::Failed(report),
    }
}

fn packages(root: &Path) -> Outcome {
    let cargo = Cargo::new(root);
    let verified = workspace::published(&cargo)
        .and_then(|published| package::verify(&cargo, None, &published.iter().collect::<Vec<_>>()));
    match verified {
        Ok(()) => Outcome::Passed,
        Err(report) => Outcome::Failed(report),
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
