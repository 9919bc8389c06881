//! `cargo xtask prove`: what holds for every operation of every provider.

use std::{path::Path, process::Command};

use clap::{Arg, ArgAction, ArgMatches};

/// What makes the proofs write their parts of the documents.
const UPDATE: &str = "UPDATE_DOCS";

/// How many writes go through the network that fails at random, and which network.
const WRITES: &str = "PROOF_WRITES";
const SEED: &str = "PROOF_SEED";

pub(crate) fn command() -> clap::Command {
    clap::Command::new("prove")
        .about("Runs the proofs that hold for every operation of every provider")
        .arg(
            Arg::new("write")
                .long("write")
                .help("Writes what they find into the documents, instead of comparing it")
                .action(ArgAction::SetTrue),
        )
        .arg(
            Arg::new("load")
                .long("load")
                .help(
                    "Sends 100,000 writes through a network that fails at random, and nothing else",
                )
                .action(ArgAction::SetTrue),
        )
        .arg(
            Arg::new("seed")
                .long("seed")
                .help("Another network for --load")
                .value_name("NUMBER")
                .value_parser(clap::value_parser!(u32)),
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
    if let Some(seed) = arguments.get_one::<u32>("seed") {
        proofs.env(SEED, seed.to_string());
    }
    if arguments.get_flag("load") {
        proofs
            .args(["--test", "load", "--", "--nocapture"])
            .env(WRITES, "100000");
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
