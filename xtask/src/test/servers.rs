//! Whether the tests that need a server of their own find its programs.

use std::{env, fs, path::Path};

use workspace::step::Outcome;

/// Debian's packages put the programs here, beside the path.
const PACKAGES: &str = "/usr/lib/postgresql";

/// Tells what was left out. With `CI` set, that is a failure: there, the servers are installed.
pub(super) fn check(_: &Path) -> Outcome {
    if has_postgres() {
        return Outcome::Passed;
    }
    let missing =
        "no PostgreSQL server is installed, so the tests of `customer-api-postgres` showed nothing";
    if env::var_os("CI").is_some() {
        Outcome::Failed(missing.to_owned())
    } else {
        Outcome::Noted(missing.to_owned())
    }
}

fn has_postgres() -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let has_it = |folder: &Path| folder.join("initdb").exists();
    if env::split_paths(&path).any(|folder| has_it(&folder)) {
        return true;
    }
    let versions = fs::read_dir(PACKAGES).into_iter().flatten().flatten();
    let mut folders = versions.map(|version| version.path().join("bin"));
    folders.any(|folder| has_it(&folder))
}
