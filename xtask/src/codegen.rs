//! `cargo xtask codegen`: generates typed clients from the providers' descriptions.

use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

pub(crate) fn command() -> Command {
    Command::new("codegen")
        .about(
            "Writes every crate's src/generated, the sandbox's descriptions, the proofs' tables, docs/coverage.md and docs/reference.md",
        )
        .arg(
            Arg::new("check")
                .long("check")
                .action(ArgAction::SetTrue)
                .help("Changes nothing, and fails if a file differs, is missing or has no source"),
        )
        .arg(
            Arg::new("survey")
                .long("survey")
                .value_name("FOLDER")
                .conflicts_with("check")
                .value_parser(value_parser!(PathBuf))
                .help("Changes nothing, and shows how much of the published descriptions below a folder can be generated"),
        )
}

pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    if let Some(folder) = arguments.get_one::<PathBuf>("survey") {
        codegen::survey(folder)
    } else if arguments.get_flag("check") {
        codegen::check(root)
    } else {
        codegen::write(root)
    }
}
