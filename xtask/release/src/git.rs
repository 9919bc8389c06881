//! Git's information about earlier releases.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

/// Returns git's output, or a report of its failure.
pub(crate) fn capture(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = run(root, arguments)?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(report(arguments, &output))
    }
}

/// Returns whether a folder differs from its state at a tag, or contains untracked files.
pub(crate) fn differs(root: &Path, tag: &str, folder: &Path) -> Result<bool, String> {
    let folder = folder.display().to_string();
    let arguments = ["diff", "--quiet", tag, "--", &folder];
    let output = run(root, &arguments)?;
    match output.status.code() {
        Some(0) => {
            let untracked = ["ls-files", "--others", "--exclude-standard", "--", &folder];
            Ok(!capture(root, &untracked)?.is_empty())
        }
        Some(1) => Ok(true),
        _ => Err(report(&arguments, &output)),
    }
}

fn run(root: &Path, arguments: &[&str]) -> Result<Output, String> {
    Command::new("git")
        .args(arguments)
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("git could not be started: {error}"))
}

fn report(arguments: &[&str], output: &Output) -> String {
    let reason = String::from_utf8_lossy(&output.stderr);
    format!("$ git {}\n{}", arguments.join(" "), reason.trim())
}
