//! The environment of a run.

use std::{fs, process::Command};

use serde::{Deserialize, Serialize};

use super::root;
use crate::{Failure, process::output};

/// The machine, the tools, and the state of the project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Host {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
    pub(crate) rustc: String,
    /// The commit, and whether the checkout has uncommitted changes.
    pub(crate) commit: String,
    /// The system's load in the minute before this run began.
    pub(crate) load: f64,
}

impl Host {
    pub(crate) fn look() -> Result<Self, Failure> {
        let commit = git(&["rev-parse", "--short=10", "HEAD"])?;
        let changes = git(&["status", "--porcelain", "--untracked-files=no"])?;
        let changed = if changes.trim().is_empty() {
            ""
        } else {
            " with uncommitted changes"
        };
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Ok(Self {
            processor: processor(),
            cores: std::thread::available_parallelism()?.get(),
            system: system()?,
            rustc: output(Command::new("rustc").arg("--version"))?
                .trim()
                .to_owned(),
            commit: format!("{}{changed}", commit.trim()),
            load: load
                .split(' ')
                .next()
                .and_then(|load| load.parse().ok())
                .unwrap_or_default(),
        })
    }
}

fn git(arguments: &[&str]) -> Result<String, Failure> {
    output(Command::new("git").arg("-C").arg(root()).args(arguments))
}

fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map(|rest| rest.trim_start_matches([' ', '\t', ':']).trim().to_owned());
    model.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

fn system() -> Result<String, Failure> {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let name = name
        .unwrap_or(std::env::consts::OS)
        .trim_matches('"')
        .to_owned();
    let kernel = output(Command::new("uname").args(["-s", "-r"]))?;
    // Only the first two numbers of the kernel's version are kept.
    let kernel: Vec<&str> = kernel.trim().split(['.', '-']).take(2).collect();
    Ok(format!("{name}, {}", kernel.join(".")))
}
