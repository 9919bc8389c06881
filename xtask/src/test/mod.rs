//! `cargo xtask test`: runs all checks that must pass before a change lands.

mod links;
mod servers;

use std::path::Path;

use clap::ArgMatches;

use workspace::{
    Cargo,
    step::{self, Outcome, Step},
};

use crate::steps::{argument, wanted};

/// Features that tests, lints and docs use in the packages that have them.
const TEST_FEATURES: &[&str] = &[
    "blocking",
    "cli",
    "console",
    "ledger",
    "test-util",
    "undocumented",
];

pub(crate) fn command() -> clap::Command {
    clap::Command::new("test")
        .about("Checks everything: format, lints, generated code, tests, docs, links, features, dependencies, packages")
        .arg(argument())
}

/// Runs every step, even after a failure, so that one run reports everything.
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
        Step::cargo("lint", "clippy reports nothing", &clippy),
        Step::new(
            "codegen",
            "generated files match the descriptions",
            generated,
        ),
        // The output is shown while this step runs, because the step takes longest, and its last lines count the tests.
        Step::shown("tests", "unit, integration and documentation tests", &tests),
        Step::new(
            "servers",
            "the tests that start a server find one",
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
            "every feature builds alone, and the build without features works too",
            release::check_features,
        ),
        Step::new(
            "ceiling",
            "a provider crate needs only a few crates more than hand-written code",
            release::check_ceiling,
        ),
        Step::new(
            "manifests",
            "the metadata and dependencies of the published crates",
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
