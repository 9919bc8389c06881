//! Whether the tests that need a server of their own find one.

use std::{env, path::Path};

use workspace::{servers, step::Outcome};

/// Tells what was left out. With `CI` set, that is a failure: there, the servers are installed.
pub(super) fn check(_: &Path) -> Outcome {
    if servers::postgres().is_some() {
        return Outcome::Passed;
    }
    let missing = "no PostgreSQL server is installed, so the tests of `customer-api-postgres` and the proof `fleet` showed nothing";
    if env::var_os("CI").is_some() {
        Outcome::Failed(missing.to_owned())
    } else {
        Outcome::Noted(missing.to_owned())
    }
}
