//! `cargo xtask prove`: what holds for every operation of every provider.

use std::{path::Path, process::Command};

use clap::{Arg, ArgAction, ArgMatches};

/// What makes the proofs write their parts of the documents.
const UPDATE: &str = "UPDATE_DOCS";

pub(crate) fn command() -> clap::Command {
    clap::Command::new("prove")
        .about("Runs the proofs that hold for every operation of every provider")
        .arg(
            Arg::new("write")
                .long("write")
                .help("Writes what they find into the documents, instead of comparing it")
                .action(ArgAction::SetTrue),
        )
}

/// The proofs are tests of a package of their own, and a part of `cargo xtask test`.
pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    let mut proofs = Command::new(crate::cargo());
    proofs
        .args(["test", "--package", "proof"])
        .current_dir(root)
        .env_remove(UPDATE);
    if arguments.get_flag("write") {
        proofs.env(UPDATE, "1");
    }
    let status = proofs
        .status()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if status.success() {
        Ok(String::new())
    } else {
        Err("something does not hold: see above".to_owned())
    }
}
