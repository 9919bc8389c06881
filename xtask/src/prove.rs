//! `cargo xtask prove`: what holds for every operation of every provider.

use std::{path::Path, process::Command};

use clap::{Arg, ArgAction, ArgMatches};

/// What makes the proofs write their parts of the documents.
const UPDATE: &str = "UPDATE_DOCS";

/// How many writes go through the network that fails at random, and which network.
const WRITES: &str = "PROOF_WRITES";
const SEED: &str = "PROOF_SEED";

/// How often programs that send a list are killed, for each kind of write.
const KILLS: &str = "PROOF_KILLS";

/// How many random descriptions rustdoc looks at.
const DESCRIPTIONS: &str = "DESCRIPTIONS";
const DESCRIPTIONS_SEED: &str = "DESCRIPTIONS_SEED";

/// What makes the tests of damaged ledgers leave out no bit and no length.
const DAMAGE: &str = "PROOF_DAMAGE";

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
            Arg::new("kills")
                .long("kills")
                .help("Kills programs that send a list 200 times for each kind of write, and nothing else")
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["write", "load", "damage"]),
        )
        .arg(
            Arg::new("damage")
                .long("damage")
                .help("Damages ledgers at every bit and every length, and nothing else")
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["write", "load"]),
        )
        .arg(
            Arg::new("words")
                .long("words")
                .help("Puts hostile texts into this number of descriptions, gives the generated code to rustdoc, and proves nothing else")
                .value_name("NUMBER")
                .num_args(0..=1)
                .default_missing_value("2000")
                .value_parser(clap::value_parser!(u32))
                .conflicts_with_all(["write", "load", "damage", "kills"]),
        )
        .arg(
            Arg::new("seed")
                .long("seed")
                .help("Another network for --load, other instants for --kills, other texts for --words")
                .value_name("NUMBER")
                .value_parser(clap::value_parser!(u32)),
        )
}

/// The proofs are tests of a package of their own, and a part of `cargo xtask test`.
pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    let words = arguments.get_one::<u32>("words");
    let package = if words.is_some() {
        &["codegen"][..]
    } else if arguments.get_flag("damage") {
        &["feedback-invitations", "--features", "ledger"][..]
    } else {
        &["proof"][..]
    };
    let mut proofs = Command::new(workspace::program());
    proofs
        .args(["test", "--package"])
        .args(package)
        .current_dir(root)
        .env_remove(UPDATE);
    if arguments.get_flag("write") {
        proofs.env(UPDATE, "1");
    }
    if let Some(seed) = arguments.get_one::<u32>("seed") {
        proofs
            .env(SEED, seed.to_string())
            .env(DESCRIPTIONS_SEED, seed.to_string());
    }
    if let Some(count) = words {
        proofs
            .args(["--test", "words", "--", "--nocapture"])
            .env(DESCRIPTIONS, count.to_string());
    }
    if arguments.get_flag("load") {
        proofs
            .args(["--test", "load", "--", "--nocapture"])
            .env(WRITES, "100000");
    }
    if arguments.get_flag("kills") {
        proofs
            .args([
                "--test",
                "kills",
                "--",
                "random::",
                "waits::",
                "--nocapture",
            ])
            .env(KILLS, "200");
    }
    if arguments.get_flag("damage") {
        proofs
            .args(["--test", "ledger", "--", "damage::", "--nocapture"])
            .env(DAMAGE, "1");
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
