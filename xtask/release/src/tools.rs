//! Checks with optional programs. A check whose program is missing is skipped, or fails if the program is required.

use std::process::{Command, Stdio};

use workspace::{Cargo, step::Outcome};

use super::plan::Plan;

/// Whether a check fails if its program is missing. A release and CI require the programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tools {
    Required,
    Optional,
}

impl Tools {
    /// Returns `Required` for a release, and in CI, which installs the programs.
    pub(crate) fn of(is_tagged: bool, is_ci: bool) -> Self {
        if is_tagged || is_ci {
            Self::Required
        } else {
            Self::Optional
        }
    }

    /// Returns the outcome of a check whose program is missing.
    pub(crate) fn missing(self, program: &str, install: &str) -> Outcome {
        let reason = format!("{program} is not installed ({install})");
        match self {
            Self::Required => Outcome::Failed(reason),
            Self::Optional => Outcome::Skipped(reason),
        }
    }
}

/// Checks licences, bans and sources of everything in the lock file.
pub(crate) fn check_licences(cargo: &Cargo, tools: Tools) -> Outcome {
    deny(cargo, tools, &["licenses", "bans", "sources"])
}

/// Checks published advisories. cargo-deny updates the list of advisories.
pub(crate) fn check_advisories(cargo: &Cargo, tools: Tools) -> Outcome {
    deny(cargo, tools, &["advisories"])
}

fn deny(cargo: &Cargo, tools: Tools, checks: &[&str]) -> Outcome {
    if !has(cargo, "deny") {
        return tools.missing("cargo-deny", "cargo install --locked cargo-deny");
    }
    let command = [
        "deny",
        "--workspace",
        "--all-features",
        "--log-level=warn",
        "check",
    ];
    let done = cargo.capture(&[&command, checks].concat());
    done.map(|_| format!("cargo-deny found no problem in {}", checks.join(", ")))
        .into()
}

/// Checks whether each crate's changes since its last release are as compatible as its version states.
pub(crate) fn check_compatibility(cargo: &Cargo, plan: &Plan, tools: Tools) -> Outcome {
    let mut compared = Vec::new();
    for release in &plan.releases {
        let Some(last) = &release.last else { continue };
        if !has(cargo, "semver-checks") {
            let install = "cargo install --locked cargo-semver-checks";
            return tools.missing("cargo-semver-checks", install);
        }
        let name = release.package.name.as_str();
        let check = ["semver-checks", "--package", name, "--baseline-rev", last];
        if let Err(report) = cargo.capture(&check) {
            return Outcome::Failed(report);
        }
        compared.push(format!("{name} with {last}"));
    }
    if compared.is_empty() {
        // No tool could help, so this is not a failure even where tools are required.
        Outcome::Skipped("no earlier release to compare with".to_owned())
    } else {
        Outcome::Noted(format!("compared {}", compared.join(", ")))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_fails_a_release_and_skips_the_step_elsewhere() {
        let install = "cargo install --locked cargo-deny";
        let reason = "cargo-deny is not installed (cargo install --locked cargo-deny)";
        for (is_tagged, is_ci) in [(true, false), (false, true)] {
            let required = Tools::of(is_tagged, is_ci).missing("cargo-deny", install);
            assert!(matches!(required, Outcome::Failed(report) if report == reason));
        }
        let optional = Tools::of(false, false).missing("cargo-deny", install);
        assert!(matches!(optional, Outcome::Skipped(report) if report == reason));
    }
}
