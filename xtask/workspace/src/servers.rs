//! Finds installed servers for tests.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Debian's packages install the programs of PostgreSQL here, not on the path.
const POSTGRES: &str = "/usr/lib/postgresql";

/// The PostgreSQL programs that a test needs.
const POSTGRES_PROGRAMS: &[&str] = &[
    "initdb",
    "pg_basebackup",
    "pg_ctl",
    "pg_dump",
    "postgres",
    "psql",
];

/// The programs of Redis and Valkey. Both use the same protocol.
const REDIS_PROGRAMS: &[&str] = &["redis-server", "valkey-server"];

/// Returns the folder with all PostgreSQL programs that a test needs. Searches the path first, then Debian's packages,
/// the newest first.
#[must_use]
pub fn postgres() -> Option<PathBuf> {
    let mut folders = path();
    let versions = fs::read_dir(POSTGRES).into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path()).collect();
    versions.sort();
    folders.extend(versions.iter().rev().map(|version| version.join("bin")));
    let has_all = |folder: &Path| {
        let mut programs = POSTGRES_PROGRAMS.iter();
        programs.all(|program| folder.join(program).exists())
    };
    folders.into_iter().find(|folder| has_all(folder))
}

/// Returns the program of a Redis or Valkey server.
#[must_use]
pub fn redis() -> Option<PathBuf> {
    let folders = path();
    let mut programs = REDIS_PROGRAMS
        .iter()
        .flat_map(|program| folders.iter().map(move |folder| folder.join(program)));
    programs.find(|program| program.exists())
}

/// Returns the program of PgBouncer.
#[must_use]
pub fn pgbouncer() -> Option<PathBuf> {
    let mut folders = path();
    // Debian's package installs it in a folder that is only on the administrator's path.
    folders.push(PathBuf::from("/usr/sbin"));
    let mut programs = folders.iter().map(|folder| folder.join("pgbouncer"));
    programs.find(|program| program.exists())
}

/// Returns the programs of a browser and of its driver, for tests of a page.
#[must_use]
pub fn browser() -> Option<(PathBuf, PathBuf)> {
    let folders = path();
    let find = |names: &[&str]| {
        let mut programs = names
            .iter()
            .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        programs.find(|program| program.exists())
    };
    let browser = find(&["chromium", "chromium-browser", "google-chrome"])?;
    Some((browser, find(&["chromedriver"])?))
}

fn path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).collect()
}
