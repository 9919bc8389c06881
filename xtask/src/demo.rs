//! `cargo xtask demo`: runs the clients against the sandbox.

use std::{path::Path, process::Command};

use clap::ArgMatches;

pub(crate) fn command() -> clap::Command {
    clap::Command::new("demo")
        .about("Runs the clients against the local sandbox; fails at any unexpected result")
}

/// Runs the demo as a separate program, because the demo needs an HTTP stack, which xtask does not have.
pub(crate) fn run(root: &Path, _: &ArgMatches) -> Result<String, String> {
    let status = Command::new(workspace::program())
        .args(["run", "--quiet", "--package", "demo"])
        .current_dir(root)
        .status()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if status.success() {
        Ok(String::new())
    } else {
        Err("the demo failed: see above".to_owned())
    }
}
