//! `cargo xtask codegen`: generates typed clients from the providers' descriptions.

use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches, Command};

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
}

pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    if arguments.get_flag("check") {
        codegen::check(root)
    } else {
        codegen::write(root)
    }
}
