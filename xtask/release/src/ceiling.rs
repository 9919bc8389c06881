//! Limits how many crates a provider crate needs. The limit is relative to a program that a good engineer would write
//! by hand. Both are resolved by the same lock file.

use std::{collections::BTreeSet, path::Path};

use workspace::{
    Cargo,
    step::{Outcome, capture},
};

/// The hand-written program.
const BASELINE: &str = "baseline";

/// The number of crates that a provider crate may need beyond hand-written code.
pub const CRATES_ALLOWED: usize = 5;

/// The store crates, and the number of foreign crates that each may add to a program with a provider crate. Each
/// store's driver needs that many.
const STORES: &[(&str, usize)] = &[("customer-api-postgres", 38), ("customer-api-redis", 17)];

/// The provider crate of a program that uses a store.
const PROVIDER: &str = "ravelin-labels";

/// Crates whose builds need headers or tools beyond a C compiler.
const HEAVY: &[&str] = &["openssl-sys", "native-tls"];

/// Checks that every provider crate and every store crate is within its limit. The note states the number of crates for
/// each.
#[must_use]
pub fn check(root: &Path) -> Outcome {
    match compare(root) {
        Ok(note) => Outcome::Noted(note),
        Err(report) => Outcome::Failed(report),
    }
}

/// The numbers of crates that a provider crate and hand-written code need.
#[derive(Debug)]
#[non_exhaustive]
pub struct CrateCount {
    /// The provider crate.
    pub provider: String,
    /// The number of crates that the provider crate needs, itself included.
    pub crates: usize,
    /// The number of crates that the hand-written program needs, itself included.
    pub baseline: usize,
    /// The crates that the provider crate needs and the hand-written program does not.
    added: Vec<String>,
}

/// Counts the crates of every provider crate.
///
/// # Errors
///
/// Fails if cargo can't list the crates, or a provider crate needs more than a C compiler.
pub fn count_crates(root: &Path) -> Result<Vec<CrateCount>, String> {
    let baseline = crates_of(root, BASELINE)?;
    let published = workspace::published(&Cargo::new(root))?;
    let providers = published.into_iter().filter(|package| package.is_provider);
    let count = |provider: String| {
        let crates = crates_of(root, &provider)?;
        if let Some(heavy) = HEAVY.iter().find(|heavy| crates.contains(**heavy)) {
            return Err(format!("{provider} depends on {heavy} by default"));
        }
        Ok(CrateCount {
            provider,
            crates: crates.len(),
            baseline: baseline.len(),
            added: crates.difference(&baseline).cloned().collect(),
        })
    };
    providers.map(|package| count(package.name)).collect()
}

fn compare(root: &Path) -> Result<String, String> {
    let mut notes = Vec::new();
    for count in count_crates(root)? {
        let CrateCount {
            provider,
            crates,
            baseline,
            added,
        } = count;
        if crates > baseline + CRATES_ALLOWED {
            return Err(format!(
                "{provider} needs {crates} crates, hand-written code {baseline}: at most {CRATES_ALLOWED} more are allowed; it adds {}",
                added.join(", "),
            ));
        }
        notes.push(format!(
            "{provider} needs {crates} crates, hand-written code {baseline}"
        ));
    }
    for (store, allowed) in STORES {
        let added = count_added(root, store)?;
        if added.len() > *allowed {
            return Err(format!(
                "{store} adds {} crates to a program with a provider crate: at most {allowed} are allowed; it adds {}",
                added.len(),
                added.join(", "),
            ));
        }
        notes.push(format!("{store} adds {}", added.len()));
    }
    Ok(notes.join("; "))
}

/// Returns the foreign crates that a store adds to a program with a provider crate.
fn count_added(root: &Path, store: &str) -> Result<Vec<String>, String> {
    let before = crates_of(root, PROVIDER)?;
    let with = crates_of(root, store)?;
    let added = with.difference(&before);
    let of_others = added.filter(|name| !name.starts_with("customer-api-"));
    Ok(of_others.cloned().collect())
}

/// Returns the crates that end up in a program that depends on the package, itself included.
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
