//! The project's own commands: `cargo xtask <command>`.
//!
//! A library, so that what reads descriptions can be handed hostile ones from outside.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{ArgMatches, Command};

mod bench;
mod cargo;
mod checkout;
mod codegen;
mod demo;
mod fuzz;
mod new_provider;
mod package;
mod prove;
mod step;
mod test;
mod workspace;

pub use test::{CRATES_ALLOWED, CrateCount, count_crates};

/// A subcommand: how it is spelt, and what it does in the workspace at the given root.
struct Subcommand {
    describe: fn() -> Command,
    run: fn(&Path, &ArgMatches) -> Result<String, String>,
}

impl Subcommand {
    const fn new(
        describe: fn() -> Command,
        run: fn(&Path, &ArgMatches) -> Result<String, String>,
    ) -> Self {
        Self { describe, run }
    }
}

const SUBCOMMANDS: &[Subcommand] = &[
    Subcommand::new(codegen::command, codegen::run),
    Subcommand::new(test::command, test::run),
    Subcommand::new(prove::command, prove::run),
    Subcommand::new(package::command, package::run),
    Subcommand::new(demo::command, demo::run),
    Subcommand::new(bench::command, bench::run),
    Subcommand::new(fuzz::command, fuzz::run),
    Subcommand::new(new_provider::command, new_provider::run),
];

/// Runs the command that the program's arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let program = Command::new("cargo xtask")
        .about("The project's own commands")
        .subcommands(SUBCOMMANDS.iter().map(|subcommand| (subcommand.describe)()));
    // Cargo passes what follows `cargo xtask`; the program's own name stands first.
    let matches = program.clone().get_matches();
    let chosen = matches.subcommand().and_then(|(name, arguments)| {
        SUBCOMMANDS
            .iter()
            .find(|subcommand| (subcommand.describe)().get_name() == name)
            .map(|subcommand| (subcommand.run)(&workspace_root(), arguments))
    });
    match chosen {
        None => say(
            &mut io::stdout(),
            &program.clone().render_help().to_string(),
        ),
        Some(Ok(report)) => say(&mut io::stdout(), &report),
        Some(Err(report)) => {
            say(&mut io::stderr(), &report);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// The files that a description leads to, as `cargo xtask codegen` emits them below `src/generated`. They are not formatted yet.
///
/// # Errors
///
/// A line for every problem.
pub fn read_description(path: &str, text: &[u8]) -> Result<BTreeMap<String, String>, Vec<String>> {
    match codegen::understand(path, text) {
        Ok((_, api)) => Ok(codegen::emit::emit(&api)),
        Err(problems) => Err(problems.iter().map(ToString::to_string).collect()),
    }
}

/// The files of the crate that `cargo xtask new-provider` makes from a description, below its folder. They are not formatted yet.
///
/// # Errors
///
/// A line for every problem.
pub fn new_crate(
    name: &str,
    path: &str,
    text: &[u8],
) -> Result<BTreeMap<String, String>, Vec<String>> {
    new_provider::draft(name, path, text)
        .map_err(|problems| problems.lines().map(str::to_owned).collect())
}

/// Looks over emitted files, as is done before they are written: in the documentation there must be nothing but text, and
/// nowhere a character that can't be seen.
///
/// # Errors
///
/// The first thing that is more, and its file.
pub fn audit_files(files: &BTreeMap<String, String>) -> Result<(), String> {
    codegen::audit::files(files)
}

/// Whether rustdoc finds nothing but text in this: no code block, no tag, no link except to a page by https.
///
/// # Errors
///
/// The first thing that is more.
pub fn audit_markdown(text: &str) -> Result<(), String> {
    codegen::audit::markdown(text)
}

/// Writes a report; a reader that has gone away (`| head`) is no reason to fail.
fn say(out: &mut impl Write, report: &str) {
    let _ = writeln!(out, "{}", report.trim_end());
}

fn workspace_root() -> PathBuf {
    let xtask = checkout::package(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(&xtask).to_path_buf()
}
