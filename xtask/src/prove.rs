//! `cargo xtask prove`: runs the proofs for every operation of every provider.

use std::{path::Path, process::Command};

use clap::{Arg, ArgAction, ArgMatches};

/// The variable that makes the proofs write their parts of the documents.
const UPDATE: &str = "UPDATE_DOCS";

/// The variables that seed the random choices of the proofs.
const SEEDS: &[&str] = &["PROOF_SEED", "DESCRIPTIONS_SEED"];

/// The variable with the number of random descriptions for rustdoc.
const DESCRIPTIONS: &str = "DESCRIPTIONS";

/// The proof that takes a number as its argument.
const WORDS: &str = "words";

/// A single proof at its full length.
struct Long {
    word: &'static str,
    about: &'static str,
    /// Arguments of `cargo test`: the package, and the tests in it.
    arguments: &'static [&'static str],
    /// The variables that set the full length.
    variables: &'static [(&'static str, &'static str)],
}

const LONG: &[Long] = &[
    Long {
        word: "load",
        about: "Sends 100,000 writes through a network that fails at random",
        arguments: &["--package", "proof", "--test", "load", "--", "--nocapture"],
        variables: &[("PROOF_WRITES", "100000")],
    },
    Long {
        word: "kills",
        about: "Kills programs that send a list 200 times for each kind of write",
        arguments: &[
            "--package",
            "proof",
            "--test",
            "kills",
            "--",
            "random::",
            "waits::",
            "--nocapture",
        ],
        variables: &[("PROOF_KILLS", "200")],
    },
    Long {
        word: "fleet",
        about: "Kills 8 processes with one list of 100,000 keys 200 times, and their database's server 20 times; shares a quota of 20 per minute, and the login of 50 processes",
        arguments: &[
            "--release",
            "--package",
            "proof",
            "--test",
            "fleet",
            "--",
            "--nocapture",
        ],
        variables: &[
            ("PROOF_PROCESSES", "8"),
            ("PROOF_KEYS", "100000"),
            ("PROOF_KILLS", "200"),
            ("PROOF_SERVER_KILLS", "20"),
            ("PROOF_WINDOW", "60"),
            ("PROOF_WASTE", "0.05"),
            ("PROOF_LOGINS", "50"),
            // Without a server the proof must fail, because it would prove nothing.
            ("CI", "1"),
        ],
    },
    Long {
        word: "damage",
        about: "Damages ledgers at every bit and every length",
        arguments: &[
            "--package",
            "feedback-invitations",
            "--features",
            "ledger",
            "--test",
            "ledger",
            "--",
            "damage::",
            "--nocapture",
        ],
        variables: &[("PROOF_DAMAGE", "1")],
    },
    Long {
        word: WORDS,
        about: "Puts hostile texts into descriptions, and runs rustdoc on the generated code",
        arguments: &[
            "--package",
            "codegen",
            "--test",
            "words",
            "--",
            "--nocapture",
        ],
        variables: &[],
    },
];

impl Long {
    fn command(&self) -> clap::Command {
        let command = clap::Command::new(self.word).about(self.about);
        if self.word != WORDS {
            return command;
        }
        command.arg(
            Arg::new("number")
                .help("Number of descriptions")
                .value_name("NUMBER")
                .default_value("2000")
                .value_parser(clap::value_parser!(u32)),
        )
    }

    fn add_to(&self, proofs: &mut Command, arguments: &ArgMatches) {
        let variables = self.variables.iter().copied();
        proofs.args(self.arguments).envs(variables);
        if self.word == WORDS {
            let number = arguments.get_one::<u32>("number");
            proofs.envs(number.map(|number| (DESCRIPTIONS, number.to_string())));
        }
    }
}

pub(crate) fn command() -> clap::Command {
    clap::Command::new("prove")
        .about("Runs the proofs for every operation of every provider; with a word, runs one proof at its full length")
        .arg(
            Arg::new("write")
                .long("write")
                .help("Writes the results into the documents, instead of comparing them")
                .action(ArgAction::SetTrue),
        )
        .arg(
            Arg::new("seed")
                .long("seed")
                .help("Seed for other random choices: another network, other instants, other texts")
                .value_name("NUMBER")
                .value_parser(clap::value_parser!(u32))
                .global(true),
        )
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
        .subcommand_value_name("PROOF")
        .subcommand_help_heading("Proofs")
        .subcommands(LONG.iter().map(Long::command))
}

/// Runs the proofs. They are tests of a separate package, and part of `cargo xtask test`.
pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    let mut proofs = Command::new(workspace::program());
    proofs.arg("test").current_dir(root).env_remove(UPDATE);
    let long = arguments.subcommand().and_then(|(word, arguments)| {
        let mut long = LONG.iter();
        Some((long.find(|long| long.word == word)?, arguments))
    });
    match long {
        Some((long, arguments)) => long.add_to(&mut proofs, arguments),
        None => {
            proofs.args(["--package", "proof"]);
        }
    }
    if arguments.get_flag("write") {
        proofs.env(UPDATE, "1");
    }
    if let Some(seed) = arguments.get_one::<u32>("seed") {
        proofs.envs(SEEDS.iter().map(|name| (name, seed.to_string())));
    }
    let status = proofs
        .status()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if status.success() {
        Ok(String::new())
    } else {
        Err("a proof failed: see above".to_owned())
    }
}
