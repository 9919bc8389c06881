//! Checks whether the tests that start a server find one.

use std::{env, path::Path};

use workspace::{servers, step::Outcome};

/// Reports the skipped tests. With `CI` set, a missing server is a failure, because CI installs the servers.
pub(super) fn check(_: &Path) -> Outcome {
    let servers = [
        (
            "PostgreSQL server",
            "the tests of `customer-api-postgres` and the proof `fleet`",
            servers::postgres(),
        ),
        (
            "PgBouncer",
            "the tests of `customer-api-postgres` behind a pooler",
            servers::pgbouncer(),
        ),
        (
            "Redis or Valkey server",
            "the tests of `customer-api-redis` and the proof `fleet`",
            servers::redis(),
        ),
        (
            "Chromium with chromedriver",
            "the proof `console`",
            servers::browser().map(|(browser, _)| browser),
        ),
    ];
    let missing: Vec<String> = servers
        .iter()
        .filter(|(_, _, program)| program.is_none())
        .map(|(server, tests, _)| format!("no {server} is installed, so {tests} proved nothing"))
        .collect();
    if missing.is_empty() {
        Outcome::Passed
    } else if env::var_os("CI").is_some() {
        Outcome::Failed(missing.join("\n"))
    } else {
        Outcome::Noted(missing.join("; "))
    }
}
