//! The project's own commands: `cargo xtask <command>`.
//!
//! Every module is a command: it reads the arguments, and leaves the work to a library or to another program. No
//! package can import this package, because it is only a program.

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use clap::{ArgMatches, Command};

mod bench;
mod codegen;
mod demo;
mod fuzz;
mod new_provider;
mod package;
mod prove;
mod steps;
mod test;

/// A subcommand: its clap definition, and the function that runs it in the workspace at the given root.
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

fn main() -> ExitCode {
    let program = Command::new("cargo xtask")
        .about("The project's own commands")
        .subcommands(SUBCOMMANDS.iter().map(|subcommand| (subcommand.describe)()));
    // Cargo passes the arguments after `cargo xtask`. The first one is the program's own name.
    let matches = program.clone().get_matches();
    let root = workspace::checkout::root(env!("CARGO_MANIFEST_DIR"));
    let chosen = matches.subcommand().and_then(|(name, arguments)| {
        SUBCOMMANDS
            .iter()
            .find(|subcommand| (subcommand.describe)().get_name() == name)
            .map(|subcommand| (subcommand.run)(&root, arguments))
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

/// Writes a report. A closed reader (`| head`) must not make the program fail.
fn say(out: &mut impl Write, report: &str) {
    let _ = writeln!(out, "{}", report.trim_end());
}
