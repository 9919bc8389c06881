//! `cargo xtask bench`: measures the cost of the clients, compared with hand-written code.

use std::{path::Path, process::Command};

use clap::{Arg, ArgMatches};

pub(crate) fn command() -> clap::Command {
    clap::Command::new("bench")
        .about("Measures the cost of the clients, compared with hand-written code")
        .arg(
            Arg::new("arguments")
                .help("What to measure, and how; `cargo xtask bench -- --help` lists the options")
                .num_args(0..)
                .allow_hyphen_values(true)
                .trailing_var_arg(true),
        )
}

/// Runs the measurements as a separate program, because they need an HTTP stack, which xtask does not have.
pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    let passed = arguments
        .get_many::<String>("arguments")
        .into_iter()
        .flatten();
    // `bench` starts two other programs of its package, and expects their executables in the folder of its own. `run`
    // builds only `bench`, so `build` builds all three programs first.
    for step in [&["build"][..], &["run", "--bin", "bench"]] {
        let mut cargo = Command::new(workspace::program());
        cargo
            .args(step)
            .args(["--quiet", "--release", "--package", "bench"])
            .current_dir(root);
        if step.contains(&"run") {
            cargo.arg("--").args(passed.clone());
        }
        let status = cargo
            .status()
            .map_err(|error| format!("cargo could not be started: {error}"))?;
        if !status.success() {
            return Err("the measurement failed: see above".to_owned());
        }
    }
    Ok(String::new())
}
