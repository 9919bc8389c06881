//! `cargo xtask fuzz`: runs the targets of `xtask/fuzz` under libFuzzer, for the given time.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use clap::{Arg, ArgMatches, value_parser};

/// The package's folder, relative to the workspace's root.
const PACKAGE: &str = "xtask/fuzz";

/// The program in the package. It runs the target whose name is in the environment variable [`VARIABLE`].
const PROGRAM: &str = "any_target";
const VARIABLE: &str = "FUZZ_TARGET";

/// Limits per input: seconds, and MiB of memory.
const TIMEOUT: u32 = 20;
const MEMORY: u32 = 2_048;

pub(crate) fn command() -> clap::Command {
    clap::Command::new("fuzz")
        .about("Feeds hostile input to all code that reads foreign data, with cargo-fuzz")
        .arg(Arg::new("target").help("One target; without it, all targets one after another"))
        .arg(
            Arg::new("seconds")
                .long("seconds")
                .value_parser(value_parser!(u32))
                .default_value("60")
                .help("Seconds per target"),
        )
        .after_help(
            "Needs cargo-fuzz (`cargo install cargo-fuzz`) and a C++ compiler; the stable toolchain is enough.\n\
             Inputs that fail are in target/fuzz/artifacts; add them to xtask/fuzz/corpus after the fix.",
        )
}

pub(crate) fn run(root: &Path, arguments: &ArgMatches) -> Result<String, String> {
    if !is_installed(root) {
        return Err("cargo-fuzz is not installed: `cargo install cargo-fuzz`".to_owned());
    }
    let targets = targets(root)?;
    let wanted: Option<&String> = arguments.get_one("target");
    let seconds: u32 = arguments.get_one("seconds").copied().unwrap_or(60);
    let chosen: Vec<&Target> = targets
        .iter()
        .filter(|target| wanted.is_none_or(|wanted| *wanted == target.name))
        .collect();
    if chosen.is_empty() {
        let names: Vec<_> = targets.iter().map(|target| &*target.name).collect();
        return Err(format!(
            "no target has this name; the targets are {}",
            names.join(", ")
        ));
    }
    let mut failed = Vec::new();
    for target in &chosen {
        if !fuzz(root, target, seconds)? {
            failed.push(&*target.name);
        }
    }
    if failed.is_empty() {
        Ok(format!("{} targets, no failure found", chosen.len()))
    } else {
        Err(format!(
            "failures in {}: see above, and target/fuzz/artifacts",
            failed.join(", ")
        ))
    }
}

/// A target, and the folder of its initial inputs.
struct Target {
    name: String,
    seeds: Vec<PathBuf>,
}

/// Returns the targets, as the package itself lists them.
fn targets(root: &Path) -> Result<Vec<Target>, String> {
    let output = Command::new(workspace::program())
        .args(["run", "--quiet", "--package", "fuzz", "--bin", "targets"])
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    if !output.status.success() {
        return Err("the package `fuzz` can't be built: see above".to_owned());
    }
    let list = String::from_utf8_lossy(&output.stdout);
    Ok(list
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some(Target {
                name: words.next()?.to_owned(),
                seeds: words.map(|folder| root.join(folder)).collect(),
            })
        })
        .collect())
}

fn is_installed(root: &Path) -> bool {
    Command::new(workspace::program())
        .args(["fuzz", "--version"])
        .current_dir(root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs one target. Returns whether it found no failure.
fn fuzz(root: &Path, target: &Target, seconds: u32) -> Result<bool, String> {
    let folder = |kind: &str| -> Result<PathBuf, String> {
        let folder = root.join("target/fuzz").join(kind).join(&target.name);
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(folder)
    };
    // libFuzzer writes the inputs that it keeps into the first folder. It only reads the other folders.
    let (kept, artifacts) = (folder("corpus")?, folder("artifacts")?);
    // Without a sanitizer, because sanitizers need a nightly toolchain. None of this code is unsafe.
    let mut command = Command::new(workspace::program());
    command
        .args(["fuzz", "run", "--fuzz-dir", PACKAGE, "--sanitizer", "none"])
        .args(["--features", "libfuzzer", PROGRAM])
        .arg(&kept)
        .args(&target.seeds)
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={TIMEOUT}"))
        .arg(format!("-rss_limit_mb={MEMORY}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-max_len=65536", "-print_final_stats=1"])
        .env(VARIABLE, &target.name)
        .current_dir(root);
    let status = command
        .status()
        .map_err(|error| format!("cargo could not be started: {error}"))?;
    Ok(status.success())
}
