//! Checks with optional programs. A check that could not run is reported, not skipped silently.

use std::process::{Command, Stdio};

use workspace::Cargo;

use super::plan::Plan;

/// Checks licences, bans and sources of everything in the lock file.
pub(crate) fn check_licences(cargo: &Cargo) -> Result<String, String> {
    deny(cargo, &["licenses", "bans", "sources"])
}

/// Checks published advisories. cargo-deny updates the list.
pub(crate) fn check_advisories(cargo: &Cargo) -> Result<String, String> {
    deny(cargo, &["advisories"])
}

fn deny(cargo: &Cargo, checks: &[&str]) -> Result<String, String> {
    if !has(cargo, "deny") {
        return Ok(
            "not checked: cargo-deny is not installed (cargo install cargo-deny)".to_owned(),
        );
    }
    let command = [
        "deny",
        "--workspace",
        "--all-features",
        "--log-level=warn",
        "check",
    ];
    cargo.capture(&[&command, checks].concat())?;
    Ok(format!(
        "cargo-deny found no problem in {}",
        checks.join(", ")
    ))
}

/// Checks whether each crate's changes since its last release are as compatible as its version states.
pub(crate) fn check_compatibility(cargo: &Cargo, plan: &Plan) -> Result<String, String> {
    let mut compared = Vec::new();
    for release in &plan.releases {
        let Some(last) = &release.last else { continue };
        if !has(cargo, "semver-checks") {
            return Ok(
                "not checked: cargo-semver-checks is not installed (cargo install cargo-semver-checks)"
                    .to_owned(),
            );
        }
        let name = release.package.name.as_str();
        cargo.capture(&["semver-checks", "--package", name, "--baseline-rev", last])?;
        compared.push(format!("{name} with {last}"));
    }
    if compared.is_empty() {
        Ok("nothing to compare with: no earlier release".to_owned())
    } else {
        Ok(format!("compared {}", compared.join(", ")))
    }
}

fn has(cargo: &Cargo, subcommand: &str) -> bool {
    Command::new(workspace::program())
        .args([subcommand, "--version"])
        .current_dir(cargo.root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
