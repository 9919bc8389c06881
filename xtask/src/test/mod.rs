//! `cargo xtask test`: everything that must hold before a change lands, in one command.

mod links;
mod servers;

use std::path::Path;

use clap::ArgMatches;

use workspace::{
    Cargo,
    step::{self, Outcome, Step},
};

use crate::steps::{argument, wanted};

/// Features that tests, lints and docs are run with where a package has them.
const TEST_FEATURES: &[&str] = &["blocking", "cli", "ledger", "test-util", "undocumented"];

pub(crate) fn command() -> clap::Command {
    clap::Command::new("test")
        .about("Checks everything: format, lints, generated code, tests, docs, links, features, dependencies, packages")
        .arg(argument())
}

/// Runs every step, also after a failure, so that one run tells everything.
pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    let steps = steps(&workspace::having(&Cargo::new(root), TEST_FEATURES)?);
    step::run_wanted("test", steps, root, &wanted(arguments))
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
            generated,
        ),
        // Shown as it runs: it takes longest, and its closing lines count the tests.
        Step::shown("tests", "unit, integration and documentation tests", &tests),
        Step::new(
            "servers",
            "the tests that need a server of their own have one",
            servers::check,
        ),
        Step::cargo("docs", "the documentation builds without a warning", &docs),
        Step::new(
            "links",
            "the documents' links lead to files and headings",
            |root| links::check(root).into(),
        ),
        Step::new(
            "features",
            "every feature builds alone, and none does too",
            release::check_features,
        ),
        Step::new(
            "ceiling",
            "a provider crate needs few crates more than hand-written code",
            release::check_ceiling,
        ),
        Step::new(
            "manifests",
            "what the published crates say of themselves, and what they depend on",
            manifests,
        ),
        Step::new(
            "packages",
            "every published crate packages, and builds from its package",
            packages,
        ),
    ]
}

fn generated(root: &Path) -> Outcome {
    match codegen::check(root) {
        Ok(_) => Outcome::Passed,
        Err(report) => Outcome::Failed(report),
    }
}

fn packages(root: &Path) -> Outcome {
    release::check_packages(root).into()
}

fn manifests(root: &Path) -> Outcome {
    release::check_manifests(&Cargo::new(root)).into()
}
