//! A provider crate must not cost much more than hand-written code: its crates are counted beside those of a program
//! that a good engineer would write without it, resolved by the same lock file.

use std::{collections::BTreeSet, path::Path};

use crate::{
    cargo::Cargo,
    step::{Outcome, capture},
    workspace,
};

/// The hand-written program.
const BASELINE: &str = "baseline";

/// How many crates more a provider crate may need.
const ALLOWANCE: usize = 5;

/// Crates whose builds need headers or tools beyond a C compiler.
const HEAVY: &[&str] = &["openssl-sys", "native-tls"];

pub(crate) fn check(root: &Path) -> Outcome {
    match compare(root) {
        Ok(note) => Outcome::Noted(note),
        Err(report) => Outcome::Failed(report),
    }
}

fn compare(root: &Path) -> Result<String, String> {
    let baseline = crates_of(root, BASELINE)?;
    let mut notes = Vec::new();
    let published = workspace::published(&Cargo::new(root))?;
    for provider in published.iter().filter(|package| package.is_provider) {
        let provider = provider.name.as_str();
        let crates = crates_of(root, provider)?;
        if let Some(heavy) = HEAVY.iter().find(|heavy| crates.contains(**heavy)) {
            return Err(format!("{provider} depends on {heavy} by default"));
        }
        if crates.len() > baseline.len() + ALLOWANCE {
            let extra: Vec<_> = crates.difference(&baseline).map(String::as_str).collect();
            return Err(format!(
                "{provider} needs {} crates, hand-written code {}: at most {ALLOWANCE} more are allowed; it adds {}",
                crates.len(),
                baseline.len(),
                extra.join(", "),
            ));
        }
        notes.push(format!(
            "{provider} needs {} crates, hand-written code {}",
            crates.len(),
            baseline.len()
        ));
    }
    Ok(notes.join("; "))
}

/// The crates that end up in a program that depends on the package, itself included.
fn crates_of(root: &Path, package: &str) -> Result<BTreeSet<String>, String> {
    let tree = capture(
        root,
        &[
            "tree",
            "--package",
            package,
            "--edges",
            "normal",
            "--prefix",
            "none",
        ],
        &[],
    )?;
    Ok(tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect())
}
